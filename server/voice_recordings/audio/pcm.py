"""Samples as files encode them → PCM 16.

More than 16 bits are rounded to the nearest 16-bit value, halves upwards
(floats: to even), and held at the largest; 16 bits pass untouched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from voice_recordings.audio import g711

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class SampleCodec:
    """How one sample is encoded, and how to read it.

    `to_pcm16` takes whole samples and tells how many had to be limited.
    """

    name: str
    sample_bytes: int
    to_pcm16: Callable[[bytes], tuple[bytes, int]]


def _same(data: bytes) -> tuple[bytes, int]:
    return data, 0


def _mulaw(data: bytes) -> tuple[bytes, int]:
    return g711.decode_mulaw(data), 0


def _alaw(data: bytes) -> tuple[bytes, int]:
    return g711.decode_alaw(data), 0


def _from_u8(data: bytes) -> tuple[bytes, int]:
    import numpy as np  # noqa: PLC0415 - loaded when first used, for a quick start

    centred = np.frombuffer(data, np.uint8) ^ np.uint8(0x80)
    return (centred.view(np.int8).astype("<i2") << 8).tobytes(), 0


def _from_s24(data: bytes) -> tuple[bytes, int]:
    import numpy as np  # noqa: PLC0415 - loaded when first used, for a quick start

    triples = np.frombuffer(data, np.uint8).reshape(-1, 3)
    upper = np.ascontiguousarray(triples[:, 1:]).view("<i2")[:, 0].astype(np.int32)
    return np.minimum(upper + (triples[:, 0] >> 7), 32767).astype("<i2").tobytes(), 0


def _from_s32(data: bytes) -> tuple[bytes, int]:
    import numpy as np  # noqa: PLC0415 - loaded when first used, for a quick start

    samples = np.frombuffer(data, "<i4")
    rounded = (samples >> 16) + ((samples >> 15) & 1)
    return np.minimum(rounded, 32767).astype("<i2").tobytes(), 0


def _from_float(dtype: str) -> Callable[[bytes], tuple[bytes, int]]:
    def to_pcm16(data: bytes) -> tuple[bytes, int]:
        import numpy as np  # noqa: PLC0415 - loaded when first used, for a quick start

        samples = np.frombuffer(data, dtype)
        # Written so that what is not a number counts as well.
        limited = samples.size - int(np.count_nonzero(np.abs(samples) <= 1.0))
        in_range = np.clip(np.nan_to_num(samples, nan=0.0) if limited else samples, -1.0, 1.0)
        scaled = np.rint(in_range * np.float32(32768))
        return np.minimum(scaled, 32767).astype("<i2").tobytes(), limited

    return to_pcm16


PCM_S16LE = SampleCodec("pcm_s16le", 2, _same)
MULAW = SampleCodec("mulaw", 1, _mulaw)
ALAW = SampleCodec("alaw", 1, _alaw)

INTEGER_CODECS = {
    8: SampleCodec("pcm_u8", 1, _from_u8),
    16: PCM_S16LE,
    24: SampleCodec("pcm_s24le", 3, _from_s24),
    32: SampleCodec("pcm_s32le", 4, _from_s32),
}
FLOAT_CODECS = {
    32: SampleCodec("pcm_f32le", 4, _from_float("<f4")),
    64: SampleCodec("pcm_f64le", 8, _from_float("<f8")),
}
