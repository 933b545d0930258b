"""Every backend of every port, one after the other."""

from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.audio_stores import AudioStores
from support.recordings import NOW
from voice_recordings.clock import ManualClock
from voice_recordings.recordings.outbox import Outbox
from voice_recordings.recordings.ports import RecordingStore
from voice_recordings.storage.files.media import FileMedia
from voice_recordings.storage.files.spool import FileSpool
from voice_recordings.storage.files.tree import FileTree
from voice_recordings.storage.memory_media import MemoryMedia, MemorySpool
from voice_recordings.storage.memory_outbox import MemoryOutbox
from voice_recordings.storage.memory_recordings import MemoryRecordings
from voice_recordings.storage.opening import open_recordings
from voice_recordings.storage.sql.outbox import SqlOutbox
from voice_recordings.storage.sql.recordings import SqlRecordings
from voice_recordings.storage.sql.sqlite_file import locked, open_sqlite


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands still."""
    return ManualClock(NOW)


@dataclass(frozen=True)
class Backend:
    """The ports that share transactions."""

    recordings: RecordingStore
    outbox: Outbox


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.check)])
async def backend(
    request: pytest.FixtureRequest, clock: ManualClock, tmp_path: Path
) -> AsyncIterator[Backend]:
    """An empty recording store and its outbox."""
    if request.param == "memory":
        outbox = MemoryOutbox(clock)
        yield Backend(MemoryRecordings(clock, outbox), outbox)
        return
    if request.param == "postgres":
        dsn: str = request.getfixturevalue("empty_postgres")
        async with open_recordings(dsn, clock, clock) as (recordings, waiting):
            yield Backend(recordings, waiting)
        return
    path = tmp_path / "recordings.db"
    with locked(path):
        database = open_sqlite(path, clock)
        yield Backend(SqlRecordings(database), SqlOutbox(database))
        await database.close()


@pytest.fixture
def store(backend: Backend) -> RecordingStore:
    """An empty recording store."""
    return backend.recordings


@pytest.fixture
def outbox(backend: Backend) -> Outbox:
    """The empty outbox of the store."""
    return backend.outbox


@pytest.fixture(params=["memory", "files"])
def audio(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AudioStores]:
    """An empty media store and its spool."""
    if request.param == "memory":
        memory = MemoryMedia()
        yield AudioStores(memory, MemorySpool(memory))
        return
    tree = FileTree(tmp_path / "media")
    with ThreadPoolExecutor(4) as threads:
        yield AudioStores(FileMedia(tree, threads), FileSpool(tree, threads))
