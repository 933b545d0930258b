"""The order recordings are listed in, and where a page begins (keyset paging)."""

from dataclasses import dataclass
from datetime import datetime

from voice_recordings.errors import InvalidArgument
from voice_recordings.recordings.recording import Recording

DEFAULT_PAGE_SIZE = 10
MAX_PAGE_SIZE = 100


@dataclass(frozen=True, slots=True, order=True)
class PageKey:
    """A recording's place among those of its project; lists run from the highest down.

    Recordings made while a client pages come before its first page, and names
    break ties, so that nothing is skipped or met twice.
    """

    create_time: datetime
    call: str
    recording: str

    @classmethod
    def of(cls, recording: Recording) -> "PageKey":
        """The place of this recording."""
        return cls(recording.create_time, recording.name.call, recording.name.recording)


def page_size(asked: int) -> int:
    """How many recordings a page holds (AIP-158); raises `InvalidArgument` below zero."""
    if asked < 0:
        raise InvalidArgument.of("page_size", f"{asked} is negative")
    return min(asked or DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)
