"""The shape of samples: what a stream of PCM is made of, and what a file held."""

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

SAMPLE_BYTES = 2

# Below 1 kHz no speech is left to hear; above 384 kHz no converter writes files.
MIN_SAMPLE_RATE_HERTZ = 1_000
MAX_SAMPLE_RATE_HERTZ = 384_000
MAX_CHANNEL_COUNT = 2


@dataclass(frozen=True, slots=True)
class PcmFormat:
    """Signed 16-bit little-endian samples, channels interleaved.

    A sample, in counts and positions, is one of each channel.
    """

    sample_rate_hertz: int
    channel_count: int

    @property
    def frame_bytes(self) -> int:
        """Bytes of one sample of every channel."""
        return SAMPLE_BYTES * self.channel_count

    def bytes_to_samples(self, byte_count: int) -> int:
        """How many whole samples so many bytes hold."""
        return byte_count // self.frame_bytes

    def samples_to_bytes(self, samples: int) -> int:
        """How many bytes so many samples take."""
        return samples * self.frame_bytes

    def duration(self, samples: int) -> timedelta:
        """How long so many samples last, to the nearest microsecond."""
        return timedelta(microseconds=round(Fraction(samples * 1_000_000, self.sample_rate_hertz)))


@dataclass(frozen=True, slots=True)
class SourceFormat:
    """What a file held before it became PCM."""

    container: str
    codec: str
    sample_rate_hertz: int
    channel_count: int

    @property
    def pcm(self) -> PcmFormat:
        """The PCM it becomes: the same rate and channels."""
        return PcmFormat(self.sample_rate_hertz, self.channel_count)
