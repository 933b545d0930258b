"""What memory keeps of each recording, and the order of many of them."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import datetime

from voice_recordings.recordings.names import Parent, RecordingName
from voice_recordings.recordings.paging import PageKey
from voice_recordings.recordings.recording import Recording
from voice_recordings.recordings.session import Session
from voice_recordings.storage.packing import Packed, pack, unpack


class Row:
    """A `StoredRecording`: packed, with its session, once it has ended."""

    __slots__ = ("_create_time", "_recording", "_session", "media_key", "name")

    def __init__(self, name: RecordingName, recording: Recording) -> None:
        """Takes the recording's name apart from it, so that names can share their text."""
        self.name = name
        self.media_key = recording.media_key
        self._create_time: datetime = recording.create_time
        self._recording: Recording | Packed[Recording] = recording
        self._session: Packed[Session] | None = None

    @property
    def place(self) -> PageKey:
        """Where it stands in lists."""
        return PageKey(self._create_time, self.name.call, self.name.recording)

    def read(self) -> Recording:
        """The recording."""
        kept = self._recording
        return kept if isinstance(kept, Recording) else unpack(kept)

    def session(self) -> Session | None:
        """How it was made, once it has ended."""
        return None if self._session is None else unpack(self._session)

    def end(self, recording: Recording, session: Session) -> None:
        """Keeps the ended recording and how it was made."""
        self._session = pack(session)
        self.rearrange(recording)

    def rearrange(self, recording: Recording) -> None:
        """Keeps the ended recording with other segments."""
        self._recording = pack(recording)


class Order:
    """Rows by their place, lowest first: a page is a slice.

    Where it begins is found among plain numbers beside the rows, so that a
    million rows need not be touched for it.
    """

    __slots__ = ("_rows", "_times", "parent")

    def __init__(self, parent: Parent) -> None:
        """Takes what they are the recordings of."""
        self.parent = parent
        self._times = array("d")
        self._rows: list[Row] = []

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def add(self, row: Row) -> None:
        """Puts a row where it belongs."""
        place = row.place
        index = self._index(place)
        self._times.insert(index, place.create_time.timestamp())
        self._rows.insert(index, row)

    def remove(self, row: Row) -> None:
        """Takes out a row that is there."""
        index = self._index(row.place)
        del self._times[index], self._rows[index]

    def page(self, limit: int, before: PageKey | None) -> tuple[Row, ...]:
        """At most so many rows below a place, highest first."""
        end = len(self._rows) if before is None else self._index(before)
        return tuple(reversed(self._rows[max(0, end - limit) : end]))

    def _index(self, place: PageKey) -> int:
        """How many rows are below the place."""
        time = place.create_time.timestamp()
        index = bisect_left(self._times, time)
        if index == len(self._times) or self._times[index] != time:
            return index
        end = bisect_right(self._times, time, index)
        return bisect_left(self._rows, place, index, end, key=lambda row: row.place)
