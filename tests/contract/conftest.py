"""Every backend of every port, one after the other."""

from dataclasses import dataclass

import pytest

from support.audio_stores import AudioStores
from support.recordings import NOW
from voice_recordings.clock import ManualClock
from voice_recordings.recordings.outbox import Outbox
from voice_recordings.recordings.ports import RecordingStore
from voice_recordings.storage.memory_media import MemoryMedia, MemorySpool
from voice_recordings.storage.memory_outbox import MemoryOutbox
from voice_recordings.storage.memory_recordings import MemoryRecordings


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands still."""
    return ManualClock(NOW)


@dataclass(frozen=True)
class Backend:
    """The ports that share transactions."""

    recordings: RecordingStore
    outbox: Outbox


@pytest.fixture(params=["memory"])
def backend(request: pytest.FixtureRequest, clock: ManualClock) -> Backend:
    """An empty recording store and its outbox."""
    assert request.param == "memory"
    outbox = MemoryOutbox(clock)
    return Backend(MemoryRecordings(clock, outbox), outbox)


@pytest.fixture
def store(backend: Backend) -> RecordingStore:
    """An empty recording store."""
    return backend.recordings


@pytest.fixture
def outbox(backend: Backend) -> Outbox:
    """The empty outbox of the store."""
    return backend.outbox


@pytest.fixture(params=["memory"])
def audio(request: pytest.FixtureRequest) -> AudioStores:
    """An empty media store and its spool."""
    assert request.param == "memory"
    media = MemoryMedia()
    return AudioStores(media, MemorySpool(media))
