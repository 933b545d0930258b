"""The outline of a recording: its lowest and highest samples, stretch by stretch.

It is gathered while the audio flows, at a resolution that halves whenever it
would grow too large, and is spread over as many buckets as somebody asks for.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voice_recordings.audio.format import PcmFormat

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Peaks = npt.NDArray[np.int16]

MAX_BUCKETS = 2048
_TICKS_PER_SECOND = 100
_MAGIC = b"VRW1"
_HEAD = struct.Struct("<4sIIIQ")


@dataclass(frozen=True, slots=True)
class ChannelPeaks:
    """One channel's lowest and highest sample in each bucket, as they are in PCM 16."""

    lowest: tuple[int, ...]
    highest: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Waveform:
    """The outline as it is kept: at most `MAX_BUCKETS` of the same length but the last."""

    audio: PcmFormat
    samples: int
    samples_per_bucket: int
    peaks: bytes
    """For each bucket the lowest samples of all channels, then the highest; 16 bits."""

    def to_bytes(self) -> bytes:
        """What `from_bytes` reads."""
        rate, channels = self.audio.sample_rate_hertz, self.audio.channel_count
        return (
            _HEAD.pack(_MAGIC, rate, channels, self.samples_per_bucket, self.samples) + self.peaks
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Waveform:
        """What `to_bytes` made; raises ValueError for anything else."""
        if len(data) < _HEAD.size:
            raise ValueError("not a waveform: too short")
        magic, rate, channels, per_bucket, samples = _HEAD.unpack_from(data)
        buckets = -(-samples // per_bucket) if per_bucket else -1
        if magic != _MAGIC or len(data) != _HEAD.size + 4 * channels * buckets:
            raise ValueError("not a waveform: its parts do not fit together")
        return cls(PcmFormat(rate, channels), samples, per_bucket, data[_HEAD.size :])

    @property
    def bucket_count(self) -> int:
        """How many buckets there are."""
        return len(self.peaks) // (4 * self.audio.channel_count)

    def spread(self, bucket_count: int) -> tuple[ChannelPeaks, ...]:
        """The same outline, channel by channel, in so many buckets of equal length.

        In fewer where fewer are kept. A kept bucket that lies across the edge
        of two counts in both.
        """
        import numpy as np  # noqa: PLC0415 - loaded when first used, for a quick start

        kept = self.bucket_count
        count = min(bucket_count, kept)
        channels = self.audio.channel_count
        if not count:
            return (ChannelPeaks((), ()),) * channels
        edges = np.arange(count + 1, dtype=np.int64) * self.samples
        starts = edges[:-1] // (count * self.samples_per_bucket)
        ends = -(-edges[1:] // (count * self.samples_per_bucket))
        bounds = np.column_stack((starts, ends)).ravel()
        peaks = np.frombuffer(self.peaks, "<i2").reshape(kept, 2, channels)
        # reduceat wants every bound to be an index: one more row, which is never looked at.
        padded = np.concatenate((peaks, peaks[-1:]))
        lowest = np.minimum.reduceat(padded[:, 0], bounds)[::2]
        highest = np.maximum.reduceat(padded[:, 1], bounds)[::2]
        return tuple(
            ChannelPeaks(tuple(lowest[:, channel].tolist()), tuple(highest[:, channel].tolist()))
            for channel in range(channels)
        )


class WaveformMeter:
    """Gathers the outline of PCM pushed in, in any pieces.

    Samples are first drawn together into ticks of 10 ms, and these into
    buckets of a power of two of them.
    """

    def __init__(self, audio: PcmFormat) -> None:
        self._audio = audio
        self._tick_samples = max(audio.sample_rate_hertz // _TICKS_PER_SECOND, 1)
        self._rest = b""
        self._samples = 0
        self._ticks_per_bucket = 1
        self._buckets: Peaks | None = None
        self._bucket_count = 0
        self._open: Peaks | None = None
        self._open_ticks = 0

    def feed(self, pcm: bytes) -> None:
        """Takes the next samples."""
        pcm = self._rest + pcm if self._rest else pcm
        tick_bytes = self._tick_samples * self._audio.frame_bytes
        whole = len(pcm) - len(pcm) % tick_bytes
        self._rest = pcm[whole:]
        self._samples += whole // self._audio.frame_bytes
        if whole:
            self._gather(self._ticks(pcm[:whole], self._tick_samples))

    def finish(self) -> Waveform:
        """The outline, when all samples have been fed."""
        samples = len(self._rest) // self._audio.frame_bytes
        if samples:
            self._samples += samples
            self._gather(self._ticks(self._rest[: samples * self._audio.frame_bytes], samples))
        if self._open is not None:
            self._add(self._open[None])
            self._open = None
        peaks = b"" if self._buckets is None else self._buckets[: self._bucket_count].tobytes()
        per_bucket = self._ticks_per_bucket * self._tick_samples
        return Waveform(self._audio, self._samples, per_bucket, peaks)

    def _ticks(self, pcm: bytes, samples_each: int) -> Peaks:
        """Ticks by lowest and highest by channels."""
        import numpy as np  # noqa: PLC0415 - loaded when first used, for a quick start

        interleaved = np.frombuffer(pcm, "<i2").reshape(-1, samples_each, self._audio.channel_count)
        rows = np.ascontiguousarray(interleaved.transpose(0, 2, 1))
        return np.stack((rows.min(axis=2), rows.max(axis=2)), axis=1)

    def _gather(self, ticks: Peaks) -> None:
        """Fills the open bucket, then whole ones, and opens another with what is left."""
        while len(ticks):
            wanted = self._ticks_per_bucket - self._open_ticks
            if self._open is None and len(ticks) >= wanted:
                room = MAX_BUCKETS - self._bucket_count
                whole = min(len(ticks) // wanted, room)
                groups = ticks[: whole * wanted].reshape(whole, wanted, 2, -1)
                ticks = ticks[whole * wanted :]
                self._add(_drawn_together(groups))
                continue
            piece, ticks = ticks[:wanted], ticks[wanted:]
            open_ = piece if self._open is None else _with(self._open, piece)
            self._open = _drawn_together(open_[None])[0]
            self._open_ticks += len(piece)
            if len(piece) == wanted:
                self._add(self._open[None])
                self._open, self._open_ticks = None, 0

    def _add(self, buckets: Peaks) -> None:
        import numpy as np  # noqa: PLC0415 - loaded when first used, for a quick start

        if self._buckets is None:
            self._buckets = np.empty((MAX_BUCKETS, 2, self._audio.channel_count), np.int16)
        self._buckets[self._bucket_count : self._bucket_count + len(buckets)] = buckets
        self._bucket_count += len(buckets)
        if self._bucket_count == MAX_BUCKETS:
            halved = _drawn_together(self._buckets.reshape(MAX_BUCKETS // 2, 2, 2, -1))
            self._bucket_count = len(halved)
            self._buckets[: len(halved)] = halved
            self._ticks_per_bucket *= 2


def _with(open_: Peaks, ticks: Peaks) -> Peaks:
    import numpy as np  # noqa: PLC0415 - loaded when first used, for a quick start

    return np.concatenate((open_[None], ticks))


def _drawn_together(groups: Peaks) -> Peaks:
    """Groups of ticks to one tick each: groups, ticks, lowest and highest, channels."""
    import numpy as np  # noqa: PLC0415 - loaded when first used, for a quick start

    return np.stack((groups[:, :, 0].min(axis=1), groups[:, :, 1].max(axis=1)), axis=1)
