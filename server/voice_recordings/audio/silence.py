"""Which part of a recording is worth keeping, decided while it is still coming in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from voice_recordings.audio.frames import FrameMeter, FrameStats, amplitude

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from voice_recordings.audio.format import PcmFormat


class Span(NamedTuple):
    """Samples from `start` up to, not including, `end`."""

    start: int
    end: int

    @property
    def samples(self) -> int:
        """How many samples it covers."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How loud is not silent.

    For trimming a frame is silent when no channel's root mean square is above
    `trim_dbfs`; a recording is empty when no sample is above `empty_dbfs`.
    """

    trim_dbfs: float = -50.0
    empty_dbfs: float = -60.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a recording when its last sample was heard."""

    samples: int
    """How many there were."""
    silent: bool
    """Whether no sample was above the empty threshold; nothing is kept then."""
    kept: Span
    """The one range that is kept: all released spans together."""
    spans: tuple[Span, ...]
    """What is released at the end, after all spans released before."""
    trim_skipped: bool
    """Whether trimming would have left nothing, and all was kept instead."""

    @property
    def head_samples(self) -> int:
        """How many were cut off the start."""
        return 0 if self.silent else self.kept.start

    @property
    def tail_samples(self) -> int:
        """How many were cut off the end."""
        return 0 if self.silent else self.samples - self.kept.end


class SilenceGate:
    """Tells which samples are certain to be kept, as early as that can be known.

    Spans are released in order and without gaps. Silence that may turn out to
    be the tail is not released until sound follows it, and nothing is released
    while the recording may still turn out to be empty; none of it is held
    here: whoever encodes a span reads it from where the samples are kept.
    """

    def __init__(self, audio: PcmFormat, thresholds: Thresholds, *, trim: bool) -> None:
        self._frames = FrameMeter(audio)
        self._trim = trim
        self._energy_limit_per_sample = amplitude(thresholds.trim_dbfs) ** 2
        self._sample_limit = amplitude(thresholds.empty_dbfs)
        self._samples = 0
        self._heard = False
        self._first: int | None = None if trim else 0
        self._last = 0
        self._released = 0

    def feed(self, pcm: bytes) -> list[Span]:
        """Takes the next samples; the spans that have become certain."""
        return self.take(self._frames.feed(pcm))

    def finish(self) -> Verdict:
        """The decision, when all samples have been fed."""
        return self.conclude(self._frames.finish())

    def take(self, frames: FrameStats) -> list[Span]:
        """Takes the next samples as somebody else has measured them."""
        if not len(frames):
            return []
        self._listen(frames)
        return self._release()

    def conclude(self, frames: FrameStats) -> Verdict:
        """Takes the last samples as somebody else has measured them, and decides."""
        spans = self.take(frames)
        skipped = self._heard and self._first is None
        if skipped:
            self._first, self._last = 0, self._samples
            spans = self._release()
        kept = Span(self._first or 0, self._last) if self._heard else Span(0, 0)
        return Verdict(self._samples, not self._heard, kept, tuple(spans), skipped)

    def _listen(self, frames: FrameStats) -> None:
        if not self._heard:
            loudest = max(-int(frames.lowest.min()), int(frames.highest.max()))
            self._heard = loudest > self._sample_limit
        if self._trim:
            sounding = self._sounding(frames)
            if len(sounding):
                if self._first is None:
                    self._first = self._samples + int(sounding[0]) * frames.samples_each
                self._last = self._samples + (int(sounding[-1]) + 1) * frames.samples_each
        self._samples += len(frames) * frames.samples_each
        if not self._trim:
            self._last = self._samples

    def _sounding(self, frames: FrameStats) -> npt.NDArray[np.intp]:
        import numpy as np  # noqa: PLC0415 - loaded when first used, for a quick start

        limit = self._energy_limit_per_sample * frames.samples_each
        sounding: npt.NDArray[np.bool_] = np.any(frames.energy > limit, axis=1)
        return np.flatnonzero(sounding)

    def _release(self) -> list[Span]:
        if not self._heard or self._first is None:
            return []
        span = Span(max(self._released, self._first), self._last)
        if not span.samples:
            return []
        self._released = span.end
        return [span]
