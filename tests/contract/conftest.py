"""Every backend of every port, one after the other."""

import pytest

from support.audio_stores import AudioStores
from support.recordings import NOW
from voice_recordings.clock import ManualClock
from voice_recordings.recordings.ports import RecordingStore
from voice_recordings.storage.memory_media import MemoryMedia, MemorySpool
from voice_recordings.storage.memory_recordings import MemoryRecordings


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands still."""
    return ManualClock(NOW)


@pytest.fixture(params=["memory"])
def store(request: pytest.FixtureRequest, clock: ManualClock) -> RecordingStore:
    """An empty recording store."""
    assert request.param == "memory"
    return MemoryRecordings(clock)


@pytest.fixture(params=["memory"])
def audio(request: pytest.FixtureRequest) -> AudioStores:
    """An empty media store and its spool."""
    assert request.param == "memory"
    media = MemoryMedia()
    return AudioStores(media, MemorySpool(media))
