"""The CRC-16 of MP3's Info frame: x¹⁶ + x¹⁵ + x² + 1, reflected, beginning with 0."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_POLYNOMIAL_REFLECTED = 0xA001
# x^32767 is 1 modulo the polynomial, so bytes that many apart weigh the same.
_PERIOD_BYTES = 32_767


def crc16(data: bytes) -> int:
    """The checksum of these bytes."""
    table = _table()
    crc = 0
    for byte in data:
        crc = (crc >> 8) ^ table[(crc ^ byte) & 0xFF]
    return crc


class Crc16:
    """The checksum of any number of bytes, fed in pieces, for the price of an XOR.

    Bytes a period apart are folded onto each other as they come; only what is
    left, one period, is divided at the end.
    """

    def __init__(self) -> None:
        self._folded: npt.NDArray[np.uint8] | None = None
        self._position = 0

    def update(self, data: bytes) -> None:
        """Takes the next bytes."""
        import numpy as np  # noqa: PLC0415 - loaded when first used, for a quick start

        if self._folded is None:
            self._folded = np.zeros(_PERIOD_BYTES, np.uint8)
        rest = np.frombuffer(data, np.uint8)
        while len(rest):
            piece = rest[: _PERIOD_BYTES - self._position]
            self._folded[self._position : self._position + len(piece)] ^= piece
            self._position = (self._position + len(piece)) % _PERIOD_BYTES
            rest = rest[len(piece) :]

    def value(self) -> int:
        """The checksum of all bytes so far."""
        if self._folded is None:
            return 0
        folded = self._folded.tobytes()
        return crc16(folded[self._position :] + folded[: self._position])


@functools.cache
def _table() -> tuple[int, ...]:
    def divided(value: int) -> int:
        for _ in range(8):
            value = (value >> 1) ^ (_POLYNOMIAL_REFLECTED if value & 1 else 0)
        return value

    return tuple(divided(byte) for byte in range(256))
