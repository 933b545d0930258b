"""Every backend of every port, one after the other."""

import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from support.audio_stores import AudioStores
from support.pooler import Pooler
from support.recordings import NOW
from voice_recordings.clock import ManualClock
from voice_recordings.recordings.outbox import Outbox
from voice_recordings.recordings.ports import RecordingStore
from voice_recordings.storage.opening import open_media, open_recordings

if TYPE_CHECKING:
    from support.seaweed import SeaweedServer

_GIVEN = "VOICE_RECORDINGS_TEST_DSN"


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands still."""
    return ManualClock(NOW)


@dataclass(frozen=True)
class Backend:
    """The ports that share transactions."""

    recordings: RecordingStore
    outbox: Outbox


@pytest.fixture(
    params=[
        "memory",
        "sqlite",
        pytest.param("postgres", marks=pytest.mark.check),
        pytest.param("pooled", marks=pytest.mark.check),
        # An engine that speaks PostgreSQL; its tables are emptied.
        pytest.param(
            "given",
            marks=[
                pytest.mark.check,
                pytest.mark.skipif(_GIVEN not in os.environ, reason=f"{_GIVEN} names no database"),
            ],
        ),
    ]
)
async def backend(
    request: pytest.FixtureRequest, clock: ManualClock, tmp_path: Path
) -> AsyncIterator[Backend]:
    """An empty recording store and its outbox."""
    address = {
        "memory": "memory:",
        "sqlite": f"sqlite://{tmp_path}/recordings.db",
        "given": os.environ.get(_GIVEN),
    }.get(request.param) or request.getfixturevalue("empty_postgres")
    if request.param == "given":
        from support.postgres import make_empty  # noqa: PLC0415 - not in the core packages

        make_empty(address)
    if request.param == "pooled":
        address = request.getfixturevalue("pooled_postgres")
    async with open_recordings(address, clock, clock) as (recordings, waiting):
        yield Backend(recordings, waiting)


@pytest.fixture
def pooled_postgres(empty_postgres: str) -> Iterator[str]:
    """The address of a pooler before an empty database."""
    parts = urlsplit(empty_postgres)
    assert parts.port is not None
    with Pooler(parts.port) as pooler:
        yield empty_postgres.replace(f":{parts.port}/", f":{pooler.port}/")


@pytest.fixture
def store(backend: Backend) -> RecordingStore:
    """An empty recording store."""
    return backend.recordings


@pytest.fixture
def outbox(backend: Backend) -> Outbox:
    """The empty outbox of the store."""
    return backend.outbox


@pytest.fixture(params=["memory", "files", pytest.param("s3", marks=pytest.mark.check)])
async def audio(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[AudioStores]:
    """An empty media store and its spool."""
    address = {"memory": "memory:", "files": f"file://{tmp_path}/media"}.get(request.param)
    if address is None:
        from support.seaweed import environment  # noqa: PLC0415 - not in the core packages

        server: SeaweedServer = request.getfixturevalue("seaweed_server")
        for name, value in environment(server.port).items():
            monkeypatch.setenv(name, value)
        address = f"s3://{server.bucket}/under/{uuid4()}"
    async with open_media(address) as (media, spool):
        yield AudioStores(media, spool)
