"""What an MP3 says about itself: frame header, bitrate, and the Info frame.

The Info frame is a frame of silence that carries, in Xing's layout and LAME's
extension of it, how many frames follow and how many samples at either end are
not the recording's. A decoder that reads it gives back exactly what went in.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum

from voice_recordings.audio.crc16 import crc16
from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.mpeg_header import MPEG1_KILOBITS, MPEG1_RATES_HERTZ, MPEG2_KILOBITS

ENCODER_DELAY_SAMPLES = 576

_MPEG2_RATES_HERTZ = tuple(rate // 2 for rate in MPEG1_RATES_HERTZ)
_MPEG25_RATES_HERTZ = tuple(rate // 4 for rate in MPEG1_RATES_HERTZ)
SAMPLE_RATES_HERTZ = tuple(sorted(MPEG1_RATES_HERTZ + _MPEG2_RATES_HERTZ + _MPEG25_RATES_HERTZ))

# MPEG 2.5 has the table of MPEG 2, but LAME goes no higher than this.
_MPEG25_MAX_KILOBITS = 64
_BITS_PER_SAMPLE = 4
_MIN_KILOBITS = 16
_MAX_KILOBITS_PER_CHANNEL = 64

_SYNC = 0x7FF
_LAYER_3 = 0b01
_NO_CRC = 1

_INFO_FLAGS = 0b1111  # frame count, byte count, seek table and quality follow
_SEEK_POINTS = 100
_VERSION = b"LAME3.100"
_REVISION_AND_METHOD = 0x01  # revision 0, constant bitrate
_UNKNOWN_LOWPASS = 0
_NO_GAIN = 0


class StereoMode(IntEnum):
    """How channels are written, by the number that a frame's header has for it, and LAME."""

    STEREO = 0
    JOINT_STEREO = 1
    MONO = 3


# The Info frame has numbers of its own.
_INFO_MODES = {StereoMode.MONO: 0, StereoMode.STEREO: 1, StereoMode.JOINT_STEREO: 3}


class UnsupportedSampleRate(ValueError):
    """MP3 has no such sample rate."""


def nearest_sample_rate(sample_rate_hertz: int) -> int:
    """The rate itself if MP3 has it, else the next higher, else the highest."""
    higher = (rate for rate in SAMPLE_RATES_HERTZ if rate >= sample_rate_hertz)
    return next(higher, SAMPLE_RATES_HERTZ[-1])


@dataclass(frozen=True, slots=True)
class Mp3Format:
    """How a stream of PCM is written as MP3 of constant bitrate."""

    audio: PcmFormat
    kilobits_per_second: int
    joint_stereo: bool
    """Whether two channels share their bits, rather than being kept apart."""

    @classmethod
    def of(cls, audio: PcmFormat) -> "Mp3Format":
        """The format for this PCM.

        The bitrate is 4 bits a sample, rounded up to one that MP3 has, at most
        64 kbit/s a channel. Where that leaves fewer bits, two channels share them.
        Raises UnsupportedSampleRate.
        """
        rate = audio.sample_rate_hertz
        if rate not in SAMPLE_RATES_HERTZ:
            raise UnsupportedSampleRate(f"MP3 has no sample rate of {rate} Hz")
        wanted_bits = _BITS_PER_SAMPLE * rate * audio.channel_count
        ceiling = _MAX_KILOBITS_PER_CHANNEL * audio.channel_count
        if rate in _MPEG25_RATES_HERTZ:
            ceiling = min(ceiling, _MPEG25_MAX_KILOBITS)
        legal = [
            kilobits
            for kilobits in (MPEG1_KILOBITS if rate in MPEG1_RATES_HERTZ else MPEG2_KILOBITS)
            if _MIN_KILOBITS <= kilobits <= ceiling
        ]
        kilobits = next((k for k in legal if k * 1000 >= wanted_bits), legal[-1])
        return cls(audio, kilobits, audio.channel_count > 1 and kilobits * 1000 < wanted_bits)

    @property
    def stereo_mode(self) -> StereoMode:
        """The mode of all frames."""
        if self.audio.channel_count == 1:
            return StereoMode.MONO
        return StereoMode.JOINT_STEREO if self.joint_stereo else StereoMode.STEREO

    @property
    def samples_per_frame(self) -> int:
        """1152 in MPEG 1, 576 in MPEG 2 and 2.5."""
        return 1152 if self._is_mpeg1 else 576

    @property
    def frame_bytes(self) -> int:
        """Bytes of a frame without the padding byte that some have."""
        return self._bits_per_frame_times_rate // (8 * self.audio.sample_rate_hertz)

    def frames(self, encoded_bytes: int) -> int:
        """How many frames so many bytes are: padding keeps the sum within a byte of the rate."""
        return round(
            encoded_bytes * 8 * self.audio.sample_rate_hertz / self._bits_per_frame_times_rate
        )

    def header(self) -> bytes:
        """The four bytes a frame begins with."""
        rate = self.audio.sample_rate_hertz
        version, rates = next(
            (version, rates)
            for version, rates in (
                (0b11, MPEG1_RATES_HERTZ),
                (0b10, _MPEG2_RATES_HERTZ),
                (0b00, _MPEG25_RATES_HERTZ),
            )
            if rate in rates
        )
        kilobits = MPEG1_KILOBITS if self._is_mpeg1 else MPEG2_KILOBITS
        word = _SYNC << 21 | version << 19 | _LAYER_3 << 17 | _NO_CRC << 16
        word |= kilobits.index(self.kilobits_per_second) << 12 | rates.index(rate) << 10
        return struct.pack(">I", word | self.stereo_mode << 6)

    @property
    def side_information_bytes(self) -> int:
        """How many bytes stand between the header and the frame's own data."""
        if self._is_mpeg1:
            return 17 if self.audio.channel_count == 1 else 32
        return 9 if self.audio.channel_count == 1 else 17

    @property
    def _is_mpeg1(self) -> bool:
        return self.audio.sample_rate_hertz in MPEG1_RATES_HERTZ

    @property
    def _bits_per_frame_times_rate(self) -> int:
        return self.samples_per_frame * self.kilobits_per_second * 1000


def info_frame(audio: Mp3Format, samples: int, encoded_bytes: int, *, music_crc: int) -> bytes:
    """The frame that goes before `encoded_bytes` of MP3 which hold `samples`."""
    frames = audio.frames(encoded_bytes)
    padding = max(frames * audio.samples_per_frame - ENCODER_DELAY_SAMPLES - samples, 0)
    whole_bytes = audio.frame_bytes + encoded_bytes
    frame = bytearray(audio.header() + bytes(audio.side_information_bytes))
    frame += struct.pack(">4sIII", b"Info", _INFO_FLAGS, frames, whole_bytes)
    frame += bytes(256 * point // _SEEK_POINTS for point in range(_SEEK_POINTS))
    frame += struct.pack(">I", 0)  # quality: not known
    frame += struct.pack(
        ">9sBBIHHBB", _VERSION, _REVISION_AND_METHOD, _UNKNOWN_LOWPASS, 0, _NO_GAIN, _NO_GAIN, 0,
        audio.kilobits_per_second,
    )  # fmt: skip
    frame += (ENCODER_DELAY_SAMPLES << 12 | padding).to_bytes(3, "big")
    frame += struct.pack(">BBHIH", _source_flags(audio), 0, 0, whole_bytes, music_crc)
    frame += struct.pack(">H", crc16(bytes(frame)))
    return bytes(frame.ljust(audio.frame_bytes, b"\0"))


def _source_flags(written: Mp3Format) -> int:
    origin = {44_100: 1, 48_000: 2}.get(written.audio.sample_rate_hertz, 0)
    return origin << 6 | _INFO_MODES[written.stereo_mode] << 2
