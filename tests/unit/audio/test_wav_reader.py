import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unit.audio.wavs import (
    chunk,
    extensible,
    fmt,
    note_kinds,
    read,
    read_pieces,
    riff,
    wav,
)
from voice_recordings.audio import g711
from voice_recordings.audio.riff import LOOKAHEAD_BYTES, MAX_HEADER_CHUNKS
from voice_recordings.audio.wav_reader import WavReader
from voice_recordings.errors import NotAudio

AUDIO = struct.pack("<40h", *range(-2000, 2000, 100))
LIST = chunk(b"LIST", b"INFOIART\x04\0\0\0abc\0")


@pytest.mark.parametrize(
    ("format_", "codec", "data", "expected"),
    [
        ({"bits": 8}, "pcm_u8", b"\x00\x80\xff\x81", struct.pack("<4h", -32768, 0, 32512, 256)),
        ({"bits": 16, "channels": 2}, "pcm_s16le", AUDIO, AUDIO),
        ({"bits": 24}, "pcm_s24le", b"\0\x34\x12\x80\xff\xff", struct.pack("<2h", 0x1234, 0)),
        ({"bits": 32}, "pcm_s32le", struct.pack("<i", 5 << 16), struct.pack("<h", 5)),
        (
            {"tag": 3, "bits": 32},
            "pcm_f32le",
            struct.pack("<2f", 0.5, -0.25),
            struct.pack("<2h", 16384, -8192),
        ),
        ({"tag": 3, "bits": 64}, "pcm_f64le", struct.pack("<d", 0.5), struct.pack("<h", 16384)),
        ({"tag": 6, "bits": 8}, "alaw", bytes(range(256)), g711.decode_alaw(bytes(range(256)))),
        ({"tag": 7, "bits": 8}, "mulaw", bytes(range(256)), g711.decode_mulaw(bytes(range(256)))),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_reads_every_codec(
    format_: dict[str, int], codec: str, data: bytes, expected: bytes
) -> None:
    """Each encoding becomes PCM 16, and the source says what it was."""
    pcm, reader = read(riff(fmt(**format_), chunk(b"data", data)))
    assert pcm == expected
    assert reader.notes == []
    assert reader.source is not None
    assert (reader.source.container, reader.source.codec) == ("wav", codec)
    assert reader.source.channel_count == format_.get("channels", 1)
    assert reader.source.sample_rate_hertz == 8000


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (riff(extensible(1, 2, 16), chunk(b"data", AUDIO)), AUDIO),
        (
            riff(extensible(7, 1, 8), chunk(b"data", b"\x80\xff")),
            g711.decode_mulaw(b"\x80\xff"),
        ),
        (riff(LIST, fmt(), chunk(b"fact", b"1234"), chunk(b"data", AUDIO), LIST), AUDIO),
        (wav(AUDIO, tag=7, bits=16, block=1)[: 36 + 8 + 2], None),
        (wav(AUDIO, block=0), AUDIO),
        (
            riff(
                chunk(b"ds64", struct.pack("<QQQI", 0, len(AUDIO), 40, 0)),
                fmt(),
                chunk(b"data", AUDIO, size=0xFFFFFFFF),
                LIST,
                form=b"RF64",
            ),
            AUDIO,
        ),
    ],
    ids=["extensible", "extensible-mulaw", "chunks-around", "mulaw-of-16-bits", "no-block", "rf64"],
)
def test_reads_what_others_write(file: bytes, expected: bytes | None) -> None:
    """Lawful and common variations, none of which is worth a note."""
    pcm, reader = read(file)
    if expected is not None:
        assert pcm == expected
        assert reader.notes == []


@pytest.mark.parametrize(
    ("file", "expected", "notes"),
    [
        (wav(AUDIO, claimed=0), AUDIO, ["LENGTH_REPAIRED"]),
        (wav(AUDIO, claimed=0xFFFFFFFF), AUDIO, ["LENGTH_REPAIRED"]),
        (wav(AUDIO, claimed=0x7FFFFFFF), AUDIO, ["LENGTH_REPAIRED"]),
        (wav(AUDIO, claimed=0xFFFFF000), AUDIO, ["LENGTH_REPAIRED"]),
        (wav(AUDIO, claimed=len(AUDIO) + 2), AUDIO, ["DATA_TRUNCATED"]),
        (wav(AUDIO, claimed=len(AUDIO) - 8), AUDIO, ["LENGTH_REPAIRED"]),
        (wav(AUDIO, claimed=len(AUDIO) - 1), AUDIO, ["LENGTH_REPAIRED"]),
        (wav(AUDIO, claimed=len(AUDIO) - 8, tail=LIST), AUDIO + LIST, ["LENGTH_REPAIRED"]),
        (wav(AUDIO, tail=LIST), AUDIO, []),
        (wav(AUDIO, tail=chunk(b"mine", b"x" * 101)), AUDIO, []),
        (wav(AUDIO, tail=chunk(b"mine", b"x" * 101) + LIST), AUDIO, []),
        (wav(b"", claimed=0), b"", []),
        (wav(b"", claimed=0, tail=LIST), b"", []),
        (wav(b"", claimed=100), b"", ["DATA_TRUNCATED"]),
        (wav(AUDIO + b"\x01"), AUDIO, ["PARTIAL_FRAME_DROPPED"]),
        (
            wav(AUDIO + b"\x01", claimed=len(AUDIO) + 2)[:-1],
            AUDIO,
            ["DATA_TRUNCATED", "PARTIAL_FRAME_DROPPED"],
        ),
        (
            riff(fmt(), chunk(b"data", AUDIO, size=0xFFFFFFFF), form=b"RF64"),
            AUDIO,
            ["LENGTH_REPAIRED"],
        ),
        (
            wav(struct.pack("<2f", 9.0, 0.0), tag=3, bits=32),
            struct.pack("<2h", 32767, 0),
            ["SAMPLES_LIMITED"],
        ),
    ],
    ids=[
        "size-zero", "size-all-ones", "size-of-a-pipe", "size-nearly-4-gib", "size-past-the-end",
        "size-too-small", "size-one-short", "size-too-small-then-list", "list-behind",
        "unknown-behind", "unknown-and-list-behind", "empty", "empty-then-list",
        "empty-but-claimed", "half-a-sample", "truncated-in-a-sample", "rf64-without-ds64",
        "float-out-of-range",
    ],
)  # fmt: skip
def test_what_is_there_is_kept_and_noted(file: bytes, expected: bytes, notes: list[str]) -> None:
    """A wrong length costs no sample, and is told."""
    for piece_bytes in (None, 1, 7):
        pcm, reader = read(file, piece_bytes=piece_bytes)
        assert pcm == expected
        assert note_kinds(reader) == notes


@pytest.mark.parametrize(
    ("pad", "notes"), [(b"\0", []), (b"", []), (b"!", [])], ids=["padded", "unpadded", "garbage"]
)
def test_odd_chunks_may_be_padded_or_not(pad: bytes, notes: list[str]) -> None:
    """Before the audio and behind it, whatever the writer thought of padding."""
    odd = b"LIST\x05\0\0\0INFOx" + pad
    audio = b"\x80\x90\xa0"
    data = b"data\x03\0\0\0" + audio + pad
    pcm, reader = read(riff(odd, fmt(bits=8), data, LIST))
    assert pcm == struct.pack("<3h", 0, 4096, 8192)
    assert note_kinds(reader) == notes


REFUSED = {
    "empty file": (b"", "empty"),
    "one byte": (b"R", "ends within its header"),
    "text": (b"hello, this is not audio", "does not begin with RIFF"),
    "short text": (b"hey", "does not begin with RIFF"),
    "big endian": (riff(fmt(), form=b"RIFX"), "RIFX"),
    "avi": (b"RIFF\0\0\0\0AVI LIST", "'AVI '"),
    "only RIFF": (b"RIFF\0\0\0\0WAVE", "no data chunk"),
    "ends in the chunk head": (b"RIFF\0\0\0\0WAVEfmt ", "no data chunk"),
    "ends in the format": (riff(fmt())[:30], "within its format chunk"),
    "no data": (riff(fmt(), LIST), "no data chunk"),
    "data first": (riff(chunk(b"data", AUDIO), fmt()), "before its format chunk"),
    "two formats": (riff(fmt(), fmt(), chunk(b"data", AUDIO)), "two format chunks"),
    "format too short": (riff(chunk(b"fmt ", bytes(14)), chunk(b"data", AUDIO)), "14 bytes"),
    "rate 0": (wav(AUDIO, rate=0), "sample rate is 0 Hz"),
    "rate 999": (wav(AUDIO, rate=999), "999"),
    "rate 2^31": (wav(AUDIO, rate=2**31), "2147483648"),
    "0 channels": (wav(AUDIO, channels=0), "0 channels"),
    "9 channels": (wav(AUDIO, channels=9), "9 channels"),
    "12 bits": (wav(AUDIO, bits=12, block=2), "12 bits"),
    "20 bits": (wav(AUDIO, bits=20, block=3), "20 bits"),
    "16-bit float": (wav(AUDIO, tag=3, bits=16), "float of 16 bits"),
    "GSM": (wav(AUDIO, tag=0x31), "GSM 6.10"),
    "unknown codec": (wav(AUDIO, tag=0x7777), "0x7777"),
    "blocks contradict": (wav(AUDIO, bits=24, block=4), "blocks of 4 bytes"),
    "extensible cut short": (
        riff(chunk(b"fmt ", struct.pack("<HHIIHH", 0xFFFE, 1, 8000, 16000, 2, 16))),
        "extensible format chunk has 16 bytes",
    ),
    "extensible unknown": (riff(extensible(1, 1, 16, tail=b"?" * 14)), "not supported"),
    "chunk overflows": (riff(b"LIST\xff\xff\xff\xff", fmt()), "claims 4294967295 bytes"),
    "chunk past the end": (riff(fmt(), b"LIST\xff\0\0\0abc"), "252 bytes early"),
    "endless chunks": (
        riff(chunk(b"JUNK", b"") * (MAX_HEADER_CHUNKS + 1)),
        "more than 1000 chunks",
    ),
}


@pytest.mark.parametrize(("file", "message"), REFUSED.values(), ids=REFUSED.keys())
@pytest.mark.parametrize("piece_bytes", [None, 1], ids=["whole", "bytewise"])
def test_refuses_what_is_not_audio(file: bytes, message: str, piece_bytes: int | None) -> None:
    """With the field and the reason, however the file comes in."""
    with pytest.raises(NotAudio) as refusal:
        read(file, piece_bytes=piece_bytes)
    (violation,) = refusal.value.violations
    assert violation.field == "file.data"
    assert message in violation.description


@given(st.data())
def test_any_split_gives_the_same(data: st.DataObject) -> None:
    """How a file is cut into pieces changes neither samples nor notes."""
    bits, tag = data.draw(st.sampled_from([(8, 1), (16, 1), (24, 1), (32, 3), (8, 7)]))
    audio = data.draw(st.binary(max_size=300))
    claimed = data.draw(st.sampled_from([None, 0, 0xFFFFFFFF, 10, 290, 301]))
    tail = data.draw(st.sampled_from([b"", LIST, chunk(b"mine", b"12345"), b"mine", b"\0"]))
    file = wav(audio, claimed=claimed, tail=tail, tag=tag, bits=bits)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(file)), max_size=12)))
    pieces = [file[a:b] for a, b in zip([0, *cuts], [*cuts, len(file)], strict=True)]
    whole, reader = read(file)
    split, other = read_pieces(pieces)
    assert split == whole
    assert other.notes == reader.notes
    assert other.source == reader.source


@given(st.binary(max_size=400), st.integers(0, 60))
def test_no_damage_breaks_it(noise: bytes, keep: int) -> None:
    """Any bytes at all are either audio or refused."""
    file = wav(AUDIO)[:keep] + noise
    try:
        pcm, reader = read(file)
    except NotAudio:
        return
    assert reader.source is not None
    assert len(pcm) % reader.source.pcm.frame_bytes == 0


def test_memory_stays_small() -> None:
    """An unknown chunk behind the audio is followed only so far."""
    reader = WavReader()
    reader.feed(wav(AUDIO) + b"mine" + struct.pack("<I", LOOKAHEAD_BYTES))
    for _ in range(4):
        reader.feed(b"x" * LOOKAHEAD_BYTES)
        assert len(reader._buffer) <= LOOKAHEAD_BYTES + 64
