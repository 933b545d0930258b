"""All there is as one file, and back: a ZIP of documents and audio, checked before it is used."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from voice_recordings.emulator.simulation import Waiting
from voice_recordings.errors import InvalidArgument
from voice_recordings.recordings.delivery import Delivery
from voice_recordings.recordings.media import Segment
from voice_recordings.recordings.recording import Recording, Succeeded
from voice_recordings.storage.memory_media import MemoryMedia
from voice_recordings.storage.memory_outbox import MemoryOutbox
from voice_recordings.storage.memory_recordings import Kept, MemoryRecordings
from voice_recordings.storage.opening import OpenStores
from voice_recordings.storage.sql.documents import Document

MOST_BYTES = 512 * 1024 * 1024
_FORMAT = "voice-recordings emulator state"
_VERSION = 1
_DOCUMENTS = "state.json"
_MEDIA = "media/"


@dataclass(frozen=True, slots=True)
class Documents:
    """What is written down beside the audio."""

    format: str
    version: int
    time: datetime
    recordings: tuple[Kept, ...]
    deliveries: tuple[Delivery, ...]
    waiting: tuple[Waiting, ...]


@dataclass(frozen=True, slots=True)
class State:
    """The documents, and the audio by folder and name."""

    documents: Documents
    media: dict[str, dict[str, bytes]]


@dataclass(frozen=True, slots=True)
class MemoryStores:
    """What an emulator keeps things in."""

    recordings: MemoryRecordings
    outbox: MemoryOutbox
    media: MemoryMedia

    def state(self, now: datetime, waiting: tuple[Waiting, ...]) -> State:
        """Everything, as it is now; what waited for a recording that was deleted is left out."""
        kept = self.recordings.kept()
        there = {each.recording.media_key for each in kept}
        still = tuple(each for each in waiting if each.lease.media_key in there)
        documents = Documents(_FORMAT, _VERSION, now, kept, self.outbox.kept(), still)
        return State(
            documents,
            {
                each.recording.media_key: self.media.folder(each.recording.media_key)
                for each in kept
            },
        )

    def put_back(self, state: State, now: datetime) -> None:
        """Keeps a state in stores that are empty.

        What was in somebody's hands is free to be taken up.
        """
        simulated = {waiting.lease.name for waiting in state.documents.waiting}
        recordings = {}
        for kept in state.documents.recordings:
            recording = recordings[kept.recording.name] = kept.recording
            if kept.lease is not None and recording.name not in simulated:
                kept = replace(kept, lease=replace(kept.lease, until=now))  # noqa: PLW2901 - the same, let go of
            self.recordings.put_back(kept)
            objects = state.media[recording.media_key]
            self.media.put_back(recording.media_key, objects, growing=recording.ending is None)
        for delivery in state.documents.deliveries:
            self.outbox.put_back(delivery, recordings[delivery.recording])


def memory_stores(stores: OpenStores) -> MemoryStores:
    """The stores of a server that keeps everything in memory; raises TypeError for another's."""
    recordings, outbox, media = stores.recordings, stores.outbox, stores.media
    if not (
        isinstance(recordings, MemoryRecordings)
        and isinstance(outbox, MemoryOutbox)
        and isinstance(media, MemoryMedia)
    ):
        raise TypeError("an emulator keeps everything in memory")
    return MemoryStores(recordings, outbox, media)


def write(state: State) -> bytes:
    """The file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as file:
        text = Document[Documents](Documents).dump(state.documents)
        file.writestr(_DOCUMENTS, text, zipfile.ZIP_DEFLATED)
        for folder, objects in state.media.items():
            for name, data in objects.items():
                file.writestr(f"{_MEDIA}{folder}/{name}", data)
    return buffer.getvalue()


def read(data: bytes) -> State:
    """The state in a file. Raises `InvalidArgument` for `file.data` if anything is amiss."""
    try:
        state = _read(data)
        _check(state)
    except (
        zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError,
        ValueError, LookupError, TypeError, AttributeError, OverflowError,
    ) as error:  # fmt: skip
        raise InvalidArgument.of("file.data", f"is not a whole state file: {error}") from error
    return state


def _read(data: bytes) -> State:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        if sum(entry.file_size for entry in file.infolist()) > MOST_BYTES:
            raise ValueError(f"holds more than {MOST_BYTES} bytes")
        documents = Document[Documents](Documents).load(file.read(_DOCUMENTS).decode())
        if (documents.format, documents.version) != (_FORMAT, _VERSION):
            raise ValueError(f"made by another version: {documents.version}")
        media: dict[str, dict[str, bytes]] = {
            kept.recording.media_key: {} for kept in documents.recordings
        }
        for entry in file.namelist():
            if entry.startswith(_MEDIA):
                folder, _, name = entry.removeprefix(_MEDIA).partition("/")
                media[folder][name] = file.read(entry)
    return State(documents, media)


def _check(state: State) -> None:
    names = {kept.recording.name for kept in state.documents.recordings}
    if len(names) != len(state.documents.recordings):
        raise ValueError("a name stands twice")
    for kept in state.documents.recordings:
        if (kept.recording.ending is None) != (kept.lease is not None and kept.intake is not None):
            raise ValueError(f"{kept.recording.name} has not all that belongs to it")
        if kept.recording.ending is not None and kept.session is None:
            raise ValueError(f"{kept.recording.name} has no session")
        for segment in _segments(kept.recording):
            folder, _, name = segment.key.rpartition("/")
            if segment.offset + segment.length > len(state.media[folder][name]):
                raise ValueError(f"{segment.key} is too short")
    if not {delivery.recording for delivery in state.documents.deliveries} <= names:
        raise ValueError("a webhook belongs to no recording")
    if not {waiting.lease.name for waiting in state.documents.waiting} <= names:
        raise ValueError("something waits for a recording that is not there")


def _segments(recording: Recording) -> Iterator[Segment]:
    if isinstance(recording.ending, Succeeded):
        for audio in recording.ending.audio:
            yield from audio.segments
        if recording.ending.waveform is not None:
            yield recording.ending.waveform
