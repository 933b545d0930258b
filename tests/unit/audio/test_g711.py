import struct
from collections.abc import Callable

import pytest

from voice_recordings.audio import g711

# Codes as sent, and the value of ITU-T G.711 tables 1 and 2, scaled to 16 bits.
MULAW_ANCHORS = [
    (0x80, 8031 * 4),
    (0x8F, 4191 * 4),
    (0x9F, 2079 * 4),
    (0xAF, 1023 * 4),
    (0xBF, 495 * 4),
    (0xCF, 231 * 4),
    (0xDF, 99 * 4),
    (0xEF, 33 * 4),
    (0xFE, 2 * 4),
    (0xFF, 0),
    (0x7F, 0),
    (0x7E, -2 * 4),
    (0x6F, -33 * 4),
    (0x00, -8031 * 4),
]
ALAW_ANCHORS = [
    (0xAA, 4032 * 8),
    (0xA5, 2112 * 8),
    (0xB5, 1056 * 8),
    (0x85, 528 * 8),
    (0x95, 264 * 8),
    (0xE5, 132 * 8),
    (0xF5, 66 * 8),
    (0xC5, 33 * 8),
    (0xD5, 1 * 8),
    (0x55, -1 * 8),
    (0x2A, -4032 * 8),
]
Codec = Callable[[bytes], bytes]

EVERY_CODE = bytes(range(256))
EVERY_SAMPLE = struct.pack("<65536h", *range(-32768, 32768))


def samples(pcm: bytes) -> list[int]:
    """PCM as numbers."""
    return [value for (value,) in struct.iter_unpack("<h", pcm)]


@pytest.mark.parametrize(("code", "value"), MULAW_ANCHORS)
def test_mulaw_follows_the_itu(code: int, value: int) -> None:
    """The ends of the segments are those of G.711's table."""
    assert samples(g711.decode_mulaw(bytes([code]))) == [value]


@pytest.mark.parametrize(("code", "value"), ALAW_ANCHORS)
def test_alaw_follows_the_itu(code: int, value: int) -> None:
    """The ends of the segments are those of G.711's table."""
    assert samples(g711.decode_alaw(bytes([code]))) == [value]


def test_mulaw_round_trips() -> None:
    """Every code comes back, but for the second zero, which becomes the first."""
    back = g711.encode_mulaw(g711.decode_mulaw(EVERY_CODE))
    assert back == EVERY_CODE.replace(b"\x7f", b"\xff")


def test_alaw_round_trips() -> None:
    """Every code comes back."""
    assert g711.encode_alaw(g711.decode_alaw(EVERY_CODE)) == EVERY_CODE


@pytest.mark.parametrize(
    ("encode", "decode", "coarsest"),
    [
        (g711.encode_mulaw, g711.decode_mulaw, 512 + 132),
        (g711.encode_alaw, g711.decode_alaw, 512),
    ],
    ids=["mulaw", "alaw"],
)
def test_encoding_is_monotonous_and_near(encode: Codec, decode: Codec, coarsest: int) -> None:
    """No sample moves further than the coarsest step, nor past its neighbour."""
    back = samples(decode(encode(EVERY_SAMPLE)))
    assert back == sorted(back)
    assert max(abs(a - b) for a, b in zip(back, range(-32768, 32768), strict=True)) <= coarsest


def test_nothing_is_nothing() -> None:
    """No bytes in, no bytes out."""
    assert g711.decode_mulaw(b"") == g711.decode_alaw(b"") == b""
    assert g711.encode_mulaw(b"") == g711.encode_alaw(b"") == b""
