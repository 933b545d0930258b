"""Manifests: which stored bytes make up a file (head inline, segments elsewhere)."""

import enum
from collections.abc import Iterator
from dataclasses import dataclass

MAX_HEAD_BYTES = 4096


class Encoding(enum.Enum):
    """How the samples of a file are encoded; the value is its media type."""

    PCM_16BIT = "audio/x-wav"
    MP3 = "audio/mpeg"

    @property
    def suffix(self) -> str:
        """The ending of a file's name."""
        return "wav" if self is Encoding.PCM_16BIT else "mp3"


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a stored object that never changes; offset and length in bytes."""

    key: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class AudioFile:
    """One file of a recording: its head, made last, and then its segments.

    `etag` stays the same however the segments are rearranged.
    """

    encoding: Encoding
    sample_rate_hertz: int
    etag: str
    head: bytes
    segments: tuple[Segment, ...]

    @property
    def size_bytes(self) -> int:
        """Length of the whole file."""
        return len(self.head) + sum(segment.length for segment in self.segments)

    @property
    def is_whole(self) -> bool:
        """Whether it is one stretch of an object, and nothing else."""
        return not self.head and len(self.segments) == 1

    def between(self, start: int, end: int) -> Iterator[bytes | Segment]:
        """The parts that make up bytes `start` to `end` (exclusive) of the file, in order."""
        if start < len(self.head):
            yield self.head[start:end]
        position = len(self.head)
        for segment in self.segments:
            low = max(start, position)
            high = min(end, position + segment.length)
            if low < high:
                yield Segment(segment.key, segment.offset + low - position, high - low)
            position += segment.length
