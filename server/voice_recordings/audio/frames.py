"""PCM measured in short frames: the one pass that levels, silence and waveform share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from voice_recordings.audio.format import PcmFormat

FRAMES_PER_SECOND = 50
FLOOR_DBFS = -100.0
FULL_SCALE = 32768
_FLOATS = 16 * 1024


def frame_samples(audio: PcmFormat) -> int:
    """Samples in 20 ms; to the nearest, halves upwards, where that is not whole (11,025 Hz)."""
    return (2 * audio.sample_rate_hertz + FRAMES_PER_SECOND) // (2 * FRAMES_PER_SECOND)


def amplitude(dbfs: float) -> float:
    """The 16-bit amplitude that lies so many decibels below full scale."""
    return float(FULL_SCALE * 10 ** (dbfs / 20))


@dataclass(frozen=True, slots=True)
class FrameStats:
    """Some frames in a row, of the same length; each array is frames by channels."""

    samples_each: int
    energy: npt.NDArray[np.float64]
    """Sum of the squares of the samples; exact."""
    lowest: npt.NDArray[np.int16]
    highest: npt.NDArray[np.int16]
    clipped: npt.NDArray[np.int64]
    """Samples at the edge of the range, for each channel over all these frames."""

    def __len__(self) -> int:
        return len(self.energy)


class FrameMeter:
    """Measures PCM pushed in, in any pieces; frames are counted from the first sample."""

    def __init__(self, audio: PcmFormat) -> None:
        self._channels = audio.channel_count
        self._frame_bytes = audio.frame_bytes
        self._frame_samples = frame_samples(audio)
        self._rest = b""

    def feed(self, pcm: bytes) -> FrameStats:
        """The frames that these bytes complete."""
        if self._rest:
            pcm = self._rest + pcm
        whole = len(pcm) - len(pcm) % (self._frame_samples * self._frame_bytes)
        self._rest = pcm[whole:]
        return self._measure(pcm[:whole], self._frame_samples)

    def finish(self) -> FrameStats:
        """The last frame, shorter than the others, if there is one."""
        samples = len(self._rest) // self._frame_bytes
        last = self._rest[: samples * self._frame_bytes]
        self._rest = b""
        return self._measure(last, max(samples, 1))

    def _measure(self, pcm: bytes, samples_each: int) -> FrameStats:
        import numpy as np  # noqa: PLC0415 - loaded when first used, for a quick start

        interleaved = np.frombuffer(pcm, "<i2").reshape(-1, samples_each, self._channels)
        if not len(interleaved):
            nothing = np.zeros((0, self._channels))
            edge = nothing.astype(np.int16)
            return FrameStats(samples_each, nothing, edge, edge, np.zeros(self._channels, np.int64))
        # Each channel's frame in one row: reducing along rows is several times quicker.
        rows = np.ascontiguousarray(interleaved.transpose(0, 2, 1))
        lowest, highest = rows.min(axis=2), rows.max(axis=2)
        return FrameStats(
            samples_each, _energy(rows), lowest, highest, _clipped(rows, lowest, highest)
        )


def _energy(rows: npt.NDArray[np.int16]) -> npt.NDArray[np.float64]:
    import numpy as np  # noqa: PLC0415 - loaded when first used, for a quick start

    energy = np.empty(rows.shape[:2])
    # A few frames at a time: all of a piece as floats would be four times the piece.
    step = max(_FLOATS // rows[0].size, 1)
    for first in range(0, len(rows), step):
        few = rows[first : first + step].astype(np.float64)
        np.vecdot(few, few, out=energy[first : first + step])
    return energy


def _clipped(
    rows: npt.NDArray[np.int16],
    lowest: npt.NDArray[np.int16],
    highest: npt.NDArray[np.int16],
) -> npt.NDArray[np.int64]:
    import numpy as np  # noqa: PLC0415 - loaded when first used, for a quick start

    at_edge = (lowest == -FULL_SCALE) | (highest == FULL_SCALE - 1)
    if not at_edge.any():
        return np.zeros(rows.shape[1], np.int64)
    touched = rows[at_edge.any(axis=1)]
    clipped: npt.NDArray[np.int64] = np.count_nonzero(
        (touched == -FULL_SCALE) | (touched == FULL_SCALE - 1), axis=(0, 2)
    ).astype(np.int64)
    return clipped
