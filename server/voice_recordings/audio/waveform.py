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
_FIRST_BUCKETS_PER_SECOND = 100
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

    A bucket begins as 10 ms and doubles whenever there would be too many.
    Samples are held until they fill one: never more than a thousandth of what
    has been fed, and a piece.
    """

    def __init__(self, audio: PcmFormat) -> None:
        self._audio = audio
        self._samples_per_bucket = max(audio.sample_rate_hertz // _FIRST_BUCKETS_PER_SECOND, 1)
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._fed_bytes = 0
        self._buckets: Peaks | None = None
        self._bucket_count = 0

    def feed(self, pcm: bytes) -> None:
        """Takes the next samples."""
        self._fed_bytes += len(pcm)
        self._held.append(pcm)
        self._held_bytes += len(pcm)
        if self._held_bytes >= self._audio.samples_to_bytes(self._samples_per_bucket):
            self._hold(self._gather(b"".join(self._held)))

    def finish(self) -> Waveform:
        """The outline, when all samples have been fed."""
        held = b"".join(self._held)
        samples = self._audio.bytes_to_samples(len(held))
        if samples:
            last = held[: self._audio.samples_to_bytes(samples)]
            self._add(self._extremes(last, samples))
        self._hold(b"")
        peaks = b"" if self._buckets is None else self._buckets[: self._bucket_count].tobytes()
        total = self._audio.bytes_to_samples(self._fed_bytes)
        return Waveform(self._audio, total, self._samples_per_bucket, peaks)

    def _hold(self, pcm: bytes) -> None:
        self._held, self._held_bytes = [pcm], len(pcm)

    def _gather(self, pcm: bytes) -> bytes:
        """Turns samples into whole buckets; gives those that are left."""
        left = memoryview(pcm)
        while True:
            size_bytes = self._audio.samples_to_bytes(self._samples_per_bucket)
            count = min(len(left) // size_bytes, MAX_BUCKETS - self._bucket_count)
            if not count:
                return bytes(left)
            whole, left = left[: count * size_bytes], left[count * size_bytes :]
            self._add(self._extremes(whole, self._samples_per_bucket))

    def _extremes(self, pcm: bytes | memoryview, samples_each: int) -> Peaks:
        """Buckets by lowest and highest by channels."""
        import numpy as np  # noqa: PLC0415 - loaded when first used, for a quick start

        interleaved = np.frombuffer(pcm, "<i2").reshape(-1, samples_each, self._audio.channel_count)
        # Reducing along rows that lie together is several times quicker.
        rows = np.ascontiguousarray(interleaved.transpose(0, 2, 1))
        return np.stack((rows.min(axis=2), rows.max(axis=2)), axis=1)

    def _add(self, buckets: Peaks) -> None:
        import numpy as np  # noqa: PLC0415 - loaded when first used, for a quick start

        if self._buckets is None:
            self._buckets = np.empty((MAX_BUCKETS, 2, self._audio.channel_count), np.int16)
        kept = self._buckets
        kept[self._bucket_count : self._bucket_count + len(buckets)] = buckets
        self._bucket_count += len(buckets)
        if self._bucket_count == MAX_BUCKETS:
            self._bucket_count //= 2
            self._samples_per_bucket *= 2
            kept[: self._bucket_count, 0] = np.minimum(kept[::2, 0], kept[1::2, 0])
            kept[: self._bucket_count, 1] = np.maximum(kept[::2, 1], kept[1::2, 1])
