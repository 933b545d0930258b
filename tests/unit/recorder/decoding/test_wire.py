import pytest

from voice_recordings.recorder.decoding import wire


def test_messages_come_back() -> None:
    """What is packed is what is read."""
    message = wire.pack_fields(wire.Kind.FORMAT, wire.Format(8000, 2, None))
    kind, length = wire.unpack_head(message[: wire.HEAD.size])
    assert kind is wire.Kind.FORMAT
    assert length == len(message) - wire.HEAD.size
    fields = wire.Fields(message[wire.HEAD.size :])
    assert fields.number("sample_rate_hertz") == 8000
    assert fields.number_or_none("samples") is None


@pytest.mark.parametrize("head", [b"Z\0\0\0\0", b"A\1\0\4\0", b"A\xff\xff\xff\xff"])
def test_other_heads_are_malformed(head: bytes) -> None:
    """An unknown kind, and a payload that is too long."""
    with pytest.raises(wire.Malformed):
        wire.unpack_head(head)


@pytest.mark.parametrize("payload", [b"", b"[]", b"{", b'"text"', b"\xff"])
def test_other_payloads_are_malformed(payload: bytes) -> None:
    """Fields are an object of JSON."""
    with pytest.raises(wire.Malformed):
        wire.Fields(payload)


@pytest.mark.parametrize("value", ["-1", "1.5", "true", '"1"', "null", "[1]", "1e400"])
def test_other_numbers_are_malformed(value: str) -> None:
    """Only whole numbers from 0 on will do."""
    with pytest.raises(wire.Malformed):
        wire.Fields(b'{"n": %s}' % value.encode()).number("n")


@pytest.mark.parametrize("value", ["1", "null", '"%s"' % ("x" * 301)])
def test_other_texts_are_malformed(value: str) -> None:
    """Only short texts will do."""
    with pytest.raises(wire.Malformed):
        wire.Fields(b'{"t": %s}' % value.encode()).text("t")
