"""The four bytes an MP3 frame begins with (ISO/IEC 11172-3 §2.4.1.3, 13818-3)."""

from dataclasses import dataclass

HEADER_BYTES = 4
MPEG1_RATES_HERTZ = (44_100, 48_000, 32_000)
MPEG1_KILOBITS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
# MPEG 2 halves the rates, and 2.5 halves them again; both have these bitrates.
MPEG2_KILOBITS = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)

_SYNC = 0x7FF
_LAYER_3 = 0b01
_MONO = 0b11
# By version bits; 1 is reserved.
_RATE_DIVISORS = {0b00: 4, 0b10: 2, 0b11: 1}


@dataclass(frozen=True, slots=True)
class FrameHeader:
    """One frame's header."""

    sample_rate_hertz: int
    channel_count: int
    samples: int
    frame_bytes: int
    side_information_bytes: int


def parse_frame_header(data: bytes) -> FrameHeader | None:
    """The frame that begins here, if one may; layer III alone, of a stated bitrate."""
    if len(data) < HEADER_BYTES:
        return None
    word = int.from_bytes(data[:HEADER_BYTES], "big")
    divisor = _RATE_DIVISORS.get(word >> 19 & 3)
    bitrate, rate = word >> 12 & 15, word >> 10 & 3
    if word >> 21 != _SYNC or divisor is None or word >> 17 & 3 != _LAYER_3:
        return None
    if not 0 < bitrate < len(MPEG1_KILOBITS) or rate >= len(MPEG1_RATES_HERTZ):
        return None
    hertz = MPEG1_RATES_HERTZ[rate] // divisor
    mono = word >> 6 & 3 == _MONO
    if divisor == 1:
        kilobits, samples, side_bytes = MPEG1_KILOBITS[bitrate], 1152, 17 if mono else 32
    else:
        kilobits, samples, side_bytes = MPEG2_KILOBITS[bitrate], 576, 9 if mono else 17
    padding = word >> 9 & 1
    frame_bytes = samples * kilobits * 125 // hertz + padding
    return FrameHeader(hertz, 1 if mono else 2, samples, frame_bytes, side_bytes)
