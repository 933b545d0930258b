from hypothesis import given
from hypothesis import strategies as st

from voice_recordings.audio.crc16 import Crc16, crc16


def bit_by_bit(data: bytes) -> int:
    """The definition, word for word."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0xA001 if crc & 1 else 0)
    return crc


def test_check_value() -> None:
    """The customary check: the digits 1 to 9."""
    assert crc16(b"123456789") == 0xBB3D


@given(st.binary(max_size=200))
def test_is_the_definition(data: bytes) -> None:
    """The table gives what dividing bit by bit gives."""
    assert crc16(data) == bit_by_bit(data)


@given(st.lists(st.integers(0, 90_000), max_size=4), st.integers(0, 255))
def test_folding_changes_nothing(lengths: list[int], seed: int) -> None:
    """Fed in pieces, over several periods, it is the checksum of the whole."""
    pieces = [bytes((seed + at * at) % 256 for at in range(length)) for length in lengths]
    folded = Crc16()
    for piece in pieces:
        folded.update(piece)
    assert folded.value() == crc16(b"".join(pieces))
