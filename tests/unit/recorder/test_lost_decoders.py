"""Files whose decoder does not come back, through no fault of theirs."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from support.encoded_files import encode, speech
from support.recordings import NOW, PCM, SESSION, pending
from voice_recordings.clock import ManualClock, SystemClock
from voice_recordings.recorder.deadlines import Deadlines, ProjectDeadlines
from voice_recordings.recorder.decoding.decoders import Decoders
from voice_recordings.recorder.encoded import EncodedFiles
from voice_recordings.recorder.leases import LEASE_SECONDS
from voice_recordings.recorder.processing import Stores
from voice_recordings.recorder.workers import Workers, file_key
from voice_recordings.recordings.ports import Intake
from voice_recordings.recordings.recording import ErrorCode, Failed, Reason, State
from voice_recordings.recordings.session import Input
from voice_recordings.storage.memory_media import MemoryMedia, MemorySpool
from voice_recordings.storage.memory_outbox import MemoryOutbox
from voice_recordings.storage.memory_recordings import MemoryRecordings

FILE = encode("flac", PCM, speech(PCM, 2.0))
INTAKE = Intake(
    PCM, replace(SESSION, input=Input("flac", "flac", 8000, 2, len(FILE))), encoded=True
)
RECORDING = pending()
MOST_WORKERS = 3
# The decoder itself, whose temporary folder is not there for so many tries.
WORKER = """
import pathlib
import tempfile

from voice_recordings.recorder.decoding import worker

tries = pathlib.Path(__file__).with_name("tries")
left = int(tries.read_text()) - 1
tries.write_text(str(left))
if left >= 0:
    tempfile.tempdir = "/there/is/none"
worker.main()
"""


class House:
    """A file in the spool, and workers that decode it; leases run out by hand."""

    def __init__(self, folder: Path, lost: int) -> None:
        (folder / "tries").write_text(str(lost))
        program = folder / "worker.py"
        program.write_text(WORKER)
        self.clock = SystemClock()
        self.lease_clock = ManualClock(NOW)
        self.threads = ThreadPoolExecutor(1)
        self.recordings = MemoryRecordings(self.lease_clock, MemoryOutbox(self.lease_clock))
        media = MemoryMedia()
        self.spool = MemorySpool(media)
        decoders = Decoders(self.clock, at_once=1, command=(sys.executable, str(program)))
        self.workers = Workers(
            self.recordings,
            Stores(self.spool, media, self.threads),
            self.clock,
            lambda: "etag",
            EncodedFiles(self.spool, decoders),
            deadlines=ProjectDeadlines(Deadlines(most_workers=MOST_WORKERS)),
        )

    async def begin(self) -> None:
        """What an import does when the whole file has come in."""
        await (await self.spool.open(file_key(RECORDING.media_key))).commit(FILE)
        lease = await self.recordings.create(RECORDING, INTAKE, LEASE_SECONDS)
        await self.workers.go_on(lease, RECORDING, INTAKE)
        await rest()

    async def try_again(self) -> None:
        """What is done when the lease has run out."""
        await self.lease_clock.advance(timedelta(seconds=LEASE_SECONDS + 1))
        await self.workers.take_over()
        await rest()

    async def state(self) -> State:
        """Of the recording."""
        kept = await self.recordings.get(RECORDING.name)
        assert kept is not None
        return kept.state


async def rest() -> None:
    """Waits until nobody is at work."""
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(others)


@pytest.fixture
async def built(tmp_path: Path) -> AsyncIterator[Callable[[int], House]]:
    """Builds a house in which so many decoders are lost."""
    houses: list[House] = []

    def build(lost: int) -> House:
        houses.append(House(tmp_path, lost))
        return houses[-1]

    yield build
    for house in houses:
        await house.workers.close()
        await house.clock.close()
        house.threads.shutdown()


async def test_a_file_is_tried_again_when_its_decoder_was_lost(
    built: Callable[[int], House],
) -> None:
    """By whoever takes it over; what was acknowledged becomes a recording."""
    house = built(MOST_WORKERS - 1)
    await house.begin()
    assert await house.state() is State.PENDING
    await house.try_again()
    assert await house.state() is State.PENDING
    await house.try_again()
    assert await house.state() is State.SUCCEEDED


async def test_it_is_not_tried_for_ever(built: Callable[[int], House]) -> None:
    """The last worker says what happened, and does not blame the file."""
    house = built(MOST_WORKERS)
    await house.begin()
    await house.try_again()
    assert await house.state() is State.PENDING
    await house.try_again()
    found = await house.recordings.session(RECORDING.name)
    assert found is not None
    recording, session = found
    assert isinstance(recording.ending, Failed)
    assert recording.ending.error_code is ErrorCode.INTERNAL_ERROR
    assert recording.ending.reason is Reason.INTERNAL
    assert session.detail == "The decoder could not keep the file in its temporary folder."
