"""How loud a recording is, channel by channel."""

import math
from dataclasses import dataclass

from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.frames import FLOOR_DBFS, FULL_SCALE, FrameMeter, FrameStats


@dataclass(frozen=True, slots=True)
class Level:
    """How loud one channel is against the largest possible sample; silence is -100 dBFS."""

    peak_dbfs: float
    loudness_dbfs: float
    """The root mean square of all samples."""
    clipped_samples: int
    """Samples at the edge of the range."""


class LevelMeter:
    """Measures PCM pushed in, in any pieces."""

    def __init__(self, audio: PcmFormat) -> None:
        self._frames = FrameMeter(audio)
        self._samples = 0
        self._peaks = [0] * audio.channel_count
        self._energies = [0.0] * audio.channel_count
        self._clipped = [0] * audio.channel_count

    def feed(self, pcm: bytes) -> None:
        """Takes the next samples."""
        self.take(self._frames.feed(pcm))

    def finish(self) -> tuple[Level, ...]:
        """The level of each channel, when all samples have been fed."""
        self.take(self._frames.finish())
        return self.levels()

    def take(self, frames: FrameStats) -> None:
        """Takes the next samples as somebody else has measured them."""
        if not len(frames):
            return
        self._samples += len(frames) * frames.samples_each
        for channel in range(len(self._peaks)):
            low, high = int(frames.lowest[:, channel].min()), int(frames.highest[:, channel].max())
            self._peaks[channel] = max(self._peaks[channel], -low, high)
            self._energies[channel] += float(frames.energy[:, channel].sum())
            self._clipped[channel] += int(frames.clipped[channel])

    def levels(self) -> tuple[Level, ...]:
        """The level of each channel over what has been taken."""
        return tuple(
            Level(
                _dbfs(peak / FULL_SCALE),
                _dbfs(math.sqrt(energy / max(self._samples, 1)) / FULL_SCALE),
                clipped,
            )
            for peak, energy, clipped in zip(
                self._peaks, self._energies, self._clipped, strict=True
            )
        )


def _dbfs(ratio: float) -> float:
    return max(20 * math.log10(ratio), FLOOR_DBFS) if ratio else FLOOR_DBFS
