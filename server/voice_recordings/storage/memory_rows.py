"""What memory keeps of each recording, and the order of many of them."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import datetime
from operator import attrgetter

from voice_recordings.recordings.names import Parent, RecordingName
from voice_recordings.recordings.paging import PageKey
from voice_recordings.recordings.recording import Recording
from voice_recordings.recordings.session import Session
from voice_recordings.storage.packing import Packed, Packing

_create_time = attrgetter("create_time")
_place = attrgetter("place")
_recordings: Packing[Recording] = Packing()
_sessions: Packing[Session] = Packing()


class Row:
    """A `StoredRecording`: packed, with its session, once it has ended."""

    __slots__ = ("_recording", "_session", "create_time", "media_key", "name")

    def __init__(self, name: RecordingName, recording: Recording) -> None:
        """Takes the recording's name apart from it, so that names can share their text."""
        self.name = name
        self.media_key = recording.media_key
        self.create_time: datetime = recording.create_time
        self._recording: Recording | Packed[Recording] = recording
        self._session: Packed[Session] | None = None

    @property
    def place(self) -> PageKey:
        """Where it stands in lists."""
        return PageKey(self.create_time, self.name.call, self.name.recording)

    def read(self) -> Recording:
        """The recording."""
        kept = self._recording
        return kept if isinstance(kept, Recording) else _recordings.unpack(kept)

    def session(self) -> Session | None:
        """How it was made, once it has ended."""
        return None if self._session is None else _sessions.unpack(self._session)

    def end(self, recording: Recording, session: Session) -> None:
        """Keeps the ended recording and how it was made."""
        self._session = _sessions.pack(session)
        self.rearrange(recording)

    def rearrange(self, recording: Recording) -> None:
        """Keeps the ended recording with other segments."""
        self._recording = _recordings.pack(recording)


class Order:
    """Rows by their place, lowest first: a page is a slice."""

    __slots__ = ("_rows", "parent")

    def __init__(self, parent: Parent) -> None:
        """Takes what they are the recordings of."""
        self.parent = parent
        self._rows: list[Row] = []

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def add(self, row: Row) -> None:
        """Puts a row where it belongs."""
        self._rows.insert(self._index(row.place), row)

    def remove(self, row: Row) -> None:
        """Takes out a row that is there."""
        del self._rows[self._index(row.place)]

    def page(self, limit: int, before: PageKey | None) -> tuple[Row, ...]:
        """At most so many rows below a place, highest first."""
        end = len(self._rows) if before is None else self._index(before)
        return tuple(reversed(self._rows[max(0, end - limit) : end]))

    def _index(self, place: PageKey) -> int:
        """How many rows are below the place."""
        # By the time alone first: places are made to be compared, and times are there.
        start = bisect_left(self._rows, place.create_time, key=_create_time)
        if start == len(self._rows) or self._rows[start].create_time != place.create_time:
            return start
        end = bisect_right(self._rows, place.create_time, start, key=_create_time)
        return bisect_left(self._rows, place, start, end, key=_place)
