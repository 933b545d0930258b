import math
import struct

import pytest

from voice_recordings.audio import pcm


def samples(codec: pcm.SampleCodec, data: bytes) -> tuple[list[int], int]:
    """What a codec reads, as numbers, and how many it limited."""
    audio, limited = codec.to_pcm16(data)
    return [value for (value,) in struct.iter_unpack("<h", audio)], limited


def s24(value: int) -> bytes:
    """A 24-bit sample."""
    return value.to_bytes(3, "little", signed=True)


def test_16_bits_pass_untouched() -> None:
    """The very same bytes come out."""
    data = struct.pack("<5h", 0, 1, -1, 32767, -32768)
    assert pcm.PCM_S16LE.to_pcm16(data) == (data, 0)


def test_8_bits_are_unsigned() -> None:
    """128 is silence, and the 8 bits stand at the top of the 16."""
    assert samples(pcm.INTEGER_CODECS[8], bytes([0, 127, 128, 129, 255])) == (
        [-32768, -256, 0, 256, 32512],
        0,
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, 0),
        (0x7F, 0),
        (0x80, 1),
        (-0x80, 0),
        (-0x81, -1),
        (0x123456, 0x1234),
        (0x7FFF80, 32767),
        (0x7FFFFF, 32767),
        (-0x800000, -32768),
    ],
)
def test_24_bits_are_rounded(value: int, expected: int) -> None:
    """To the nearest, halves upwards, held at the largest; 32 bits just so."""
    assert samples(pcm.INTEGER_CODECS[24], s24(value)) == ([expected], 0)
    assert samples(pcm.INTEGER_CODECS[32], struct.pack("<i", value << 8)) == ([expected], 0)


def test_32_bits_round_below_the_24th() -> None:
    """The lowest bits count too."""
    data = struct.pack("<2i", 0x7FFF, 0x8000)
    assert samples(pcm.INTEGER_CODECS[32], data) == ([0, 1], 0)


@pytest.mark.parametrize(("bits", "layout"), [(32, "f"), (64, "d")])
def test_floats_are_scaled_and_limited(bits: int, layout: str) -> None:
    """Full scale is 32768; what is beyond it, or no number, is limited and counted."""
    values = [0.0, 0.5, -1.0, 1.0, 1.5, -2.0, math.inf, -math.inf, math.nan, 0.5 / 32768, 1e-40]
    data = struct.pack(f"<{len(values)}{layout}", *values)
    assert samples(pcm.FLOAT_CODECS[bits], data) == (
        [0, 16384, -32768, 32767, 32767, -32768, 32767, -32768, 0, 0, 0],
        5,
    )


@pytest.mark.parametrize("codec", [*pcm.INTEGER_CODECS.values(), *pcm.FLOAT_CODECS.values()])
def test_nothing_is_nothing(codec: pcm.SampleCodec) -> None:
    """No bytes in, no bytes out."""
    assert codec.to_pcm16(b"") == (b"", 0)
