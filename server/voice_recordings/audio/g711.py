"""µ-law and A-law, as ITU-T G.711 defines them, to PCM 16 and back.

G.711's 14-bit (µ) and 13-bit (A) values stand at the top of 16 bits. A code is
a sign, a segment and a step, sent inverted: all bits of µ-law, every second
bit of A-law.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_MULAW_INVERSION = 0xFF
_ALAW_INVERSION = 0x55
_SIGN = 0x80
# µ-law's segments are equal in width only when this much is added first: 33 in 14 bits.
_MULAW_BIAS = 33 << 2
_MULAW_LARGEST = 32_635


def decode_mulaw(data: bytes) -> bytes:
    """The PCM of µ-law bytes, two bytes for each."""
    return _decode(data, _mulaw_table())


def decode_alaw(data: bytes) -> bytes:
    """The PCM of A-law bytes, two bytes for each."""
    return _decode(data, _alaw_table())


def encode_mulaw(pcm: bytes) -> bytes:
    """The µ-law of PCM; a sample on a decision value belongs to the interval above it."""
    return _encode(pcm, _mulaw_codes())


def encode_alaw(pcm: bytes) -> bytes:
    """The A-law of PCM; a sample on a decision value belongs to the interval above it."""
    return _encode(pcm, _alaw_codes())


def mulaw_value(code: int) -> int:
    """What one µ-law code stands for, in 16 bits (G.711 table 2)."""
    sign, segment, step = _parts(code ^ _MULAW_INVERSION)
    magnitude = (((step << 3) + _MULAW_BIAS) << segment) - _MULAW_BIAS
    return -magnitude if sign else magnitude


def alaw_value(code: int) -> int:
    """What one A-law code stands for, in 16 bits (G.711 table 1)."""
    positive, segment, step = _parts(code ^ _ALAW_INVERSION)
    magnitude = (step << 4) + 8
    if segment:
        magnitude = (magnitude + 0x100) << (segment - 1)
    return magnitude if positive else -magnitude


def _parts(code: int) -> tuple[int, int, int]:
    return code & _SIGN, (code & 0x70) >> 4, code & 0x0F


def _decode(data: bytes, table: npt.NDArray[np.int16]) -> bytes:
    import numpy as np  # noqa: PLC0415 - loaded when first used, for a quick start

    pcm: bytes = table[np.frombuffer(data, np.uint8)].tobytes()
    return pcm


def _encode(pcm: bytes, codes: npt.NDArray[np.uint8]) -> bytes:
    import numpy as np  # noqa: PLC0415 - loaded when first used, for a quick start

    data: bytes = codes[np.frombuffer(pcm, "<u2")].tobytes()
    return data


@functools.cache
def _mulaw_table() -> npt.NDArray[np.int16]:
    import numpy as np  # noqa: PLC0415 - loaded when first used, for a quick start

    return np.array([mulaw_value(code) for code in range(256)], "<i2")


@functools.cache
def _alaw_table() -> npt.NDArray[np.int16]:
    import numpy as np  # noqa: PLC0415 - loaded when first used, for a quick start

    return np.array([alaw_value(code) for code in range(256)], "<i2")


@functools.cache
def _mulaw_codes() -> npt.NDArray[np.uint8]:
    import numpy as np  # noqa: PLC0415 - loaded when first used, for a quick start

    sample, magnitude = _signed_and_magnitude()
    biased = np.minimum(magnitude, _MULAW_LARGEST) + _MULAW_BIAS
    segment = np.floor(np.log2(biased)).astype(np.int32) - 7
    step = (biased >> (segment + 3)) & 0x0F
    code = np.where(sample < 0, _SIGN, 0) | (segment << 4) | step
    codes: npt.NDArray[np.uint8] = (code ^ _MULAW_INVERSION).astype(np.uint8)
    return codes


@functools.cache
def _alaw_codes() -> npt.NDArray[np.uint8]:
    import numpy as np  # noqa: PLC0415 - loaded when first used, for a quick start

    sample, magnitude = _signed_and_magnitude()
    segment = np.maximum(np.floor(np.log2(np.maximum(magnitude, 1))).astype(np.int32) - 7, 0)
    step = (magnitude >> np.where(segment > 0, segment + 3, 4)) & 0x0F
    code = np.where(sample < 0, 0, _SIGN) | (segment << 4) | step
    codes: npt.NDArray[np.uint8] = (code ^ _ALAW_INVERSION).astype(np.uint8)
    return codes


def _signed_and_magnitude() -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Every 16-bit pattern as a sample, and its distance below or above zero.

    A negative sample is told apart by its one's complement, so that intervals
    on both sides are closed below, as in the ITU's reference software (G.191).
    """
    import numpy as np  # noqa: PLC0415 - loaded when first used, for a quick start

    sample = np.arange(1 << 16, dtype=np.uint16).view(np.int16).astype(np.int32)
    return sample, np.where(sample < 0, ~sample, sample)
