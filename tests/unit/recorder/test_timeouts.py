"""Workers on a clock that is moved by hand: processing that does not come back, and lost leases."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from support.recordings import INTAKE, LIVE_INTAKE, NOW, pending
from voice_recordings.audio.silence import Thresholds
from voice_recordings.clock import ManualClock, pause
from voice_recordings.errors import StorageFailed
from voice_recordings.recorder.arrivals import Arrivals
from voice_recordings.recorder.deadlines import Deadlines, ProjectDeadlines
from voice_recordings.recorder.decoding.decoders import Decoders
from voice_recordings.recorder.encoded import EncodedFiles
from voice_recordings.recorder.leases import HEARTBEAT, LEASE_SECONDS
from voice_recordings.recorder.processing import Stores
from voice_recordings.recorder.workers import Workers
from voice_recordings.recordings.delivery import Delivery
from voice_recordings.recordings.recording import ErrorCode, Failed, Reason, Recording, State
from voice_recordings.storage.memory_media import MemoryMedia, MemorySpool
from voice_recordings.storage.memory_outbox import MemoryOutbox
from voice_recordings.storage.memory_recordings import MemoryRecordings

DEADLINES = ProjectDeadlines(
    Deadlines(processing_seconds=100.0, most_workers=3),
    {"patient": Deadlines(processing_seconds=1000.0)},
)


class House:
    """A store and workers on it; recordings' processing waits for audio that never comes."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOW)
        self.outbox = MemoryOutbox(self.clock)
        self.recordings = MemoryRecordings(self.clock, self.outbox)
        self.threads = ThreadPoolExecutor(1)
        self.ended = 0
        self.workers = self.new_workers()

    def new_workers(self) -> Workers:
        """Workers as the server has them."""
        media = MemoryMedia()
        return Workers(
            self.recordings,
            Stores(MemorySpool(media), media, self.threads),
            self.clock,
            lambda: "etag",
            EncodedFiles(MemorySpool(media), Decoders(self.clock, at_once=1)),
            deadlines=DEADLINES,
            on_ended=self.tell,
        )

    def tell(self) -> None:
        """Counts endings."""
        self.ended += 1

    async def begin(
        self, project: str = "demo", media_key: str = "one", arrivals: Arrivals | None = None
    ) -> Recording:
        """A pending recording that a worker is at."""
        arrivals = arrivals or Arrivals()
        recording = replace(pending(project=project), media_key=media_key)
        lease = await self.recordings.create(recording, INTAKE, LEASE_SECONDS)
        processing = self.workers.begin(
            recording.media_key, "1", INTAKE.format, Thresholds(), trim=False, arrivals=arrivals
        )
        self.workers.finish(recording, lease, INTAKE, processing)
        await asyncio.sleep(0)
        return recording

    async def pass_time(self, seconds: float) -> None:
        """Moves the clock and lets everybody notice."""
        for _ in range(round(seconds)):
            await self.clock.advance(timedelta(seconds=1))
            await asyncio.sleep(0)
        for _ in range(10):
            await asyncio.sleep(0)

    async def now(self, recording: Recording) -> Recording:
        """The recording as it is kept."""
        kept = await self.recordings.get(recording.name)
        assert kept is not None
        return kept


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """A house with nothing in it."""
    house = House()
    yield house
    await house.workers.close()
    house.threads.shutdown()


async def test_processing_that_does_not_come_back_is_a_timeout(house: House) -> None:
    """At its deadline and not before, with its webhook, however well its worker keeps the lease."""
    recording = await house.begin()
    await house.pass_time(99)
    assert (await house.now(recording)).state is State.PENDING
    await house.pass_time(1)
    ended = await house.now(recording)
    assert ended.ending == Failed(NOW + timedelta(seconds=100), ErrorCode.TIMEOUT, Reason.TIMED_OUT)
    assert await house.outbox.deliveries(recording.name) == (Delivery.of(ended),)
    assert house.ended == 1
    found = await house.recordings.session(recording.name)
    assert found is not None
    assert found[1].detail == "The audio was not processed in time."


async def test_a_project_has_its_own_deadline(house: House) -> None:
    """Configurable for each."""
    recording = await house.begin("patient")
    await house.pass_time(999)
    assert (await house.now(recording)).state is State.PENDING
    await house.pass_time(1)
    assert (await house.now(recording)).state is State.FAILED


async def test_a_worker_that_takes_over_has_the_whole_time(house: House) -> None:
    """A recording is not given up because the service was down."""
    recording = pending()
    await house.recordings.create(recording, INTAKE, LEASE_SECONDS)
    await house.clock.advance(timedelta(days=1))
    await house.workers.take_over()
    await house.pass_time(5)
    # Nothing was spooled, so what it ends as is what the audio was: none at all.
    assert (await house.now(recording)).state is State.EMPTY


async def test_audio_that_brings_every_worker_down_is_given_up(house: House) -> None:
    """When so many workers have died over it, the next does not begin."""
    recording = pending()
    await house.recordings.create(recording, INTAKE, LEASE_SECONDS)
    for _ in range(2):
        await house.clock.advance(timedelta(seconds=LEASE_SECONDS))
        assert await house.recordings.take_over(1, LEASE_SECONDS)
    assert (await house.now(recording)).state is State.PENDING
    await house.clock.advance(timedelta(seconds=LEASE_SECONDS))
    await house.workers.take_over()
    ended = await house.now(recording)
    assert isinstance(ended.ending, Failed)
    assert ended.ending.error_code is ErrorCode.TIMEOUT
    assert house.ended == 1


async def test_a_paused_worker_cannot_end_what_another_has(house: House) -> None:
    """Its lease is lost, so its deadline ends nothing."""
    recording = await house.begin()
    house.clock.cancel(f"lease {recording.name} {recording.media_key} 1")
    await house.pass_time(LEASE_SECONDS)
    (taken,) = await house.recordings.take_over(1, LEASE_SECONDS)
    assert taken[0].fence == 2
    await house.pass_time(100 - LEASE_SECONDS + HEARTBEAT.total_seconds())
    assert (await house.now(recording)).state is State.PENDING
    assert house.ended == 0


async def test_a_deleted_recording_takes_nothing_from_the_next_of_its_name(house: House) -> None:
    """Neither its deadline nor its worker, though the old one is let go of later."""
    old = await house.begin()
    await house.recordings.delete(old.name)
    new = await house.begin(media_key="another")
    await house.workers.drop(old)
    await house.pass_time(99)
    assert (await house.now(new)).state is State.PENDING
    await house.pass_time(1)
    assert (await house.now(new)).state is State.FAILED


async def test_a_worker_ends_its_own_recording_and_not_the_next_of_its_name(house: House) -> None:
    """Though nobody has told it that its own was deleted, as when another server did."""
    arrivals = Arrivals()
    old = await house.begin(arrivals=arrivals)
    await house.recordings.delete(old.name)
    theirs = Arrivals()
    new = await house.begin(media_key="another", arrivals=theirs)
    arrivals.complete()
    await house.pass_time(5)
    assert (await house.now(new)).state is State.PENDING
    await house.pass_time(LEASE_SECONDS)
    assert await house.recordings.take_over(1, LEASE_SECONDS) == ()
    theirs.complete()
    await house.pass_time(5)
    assert (await house.now(new)).state is State.EMPTY
    assert house.ended == 1


async def test_what_cannot_be_taken_over_keeps_nobody_waiting(house: House) -> None:
    """The others of a scan have been leased with it: they are worked on all the same."""

    async def refuse(*_: object) -> None:
        raise StorageFailed

    house.workers.give_live_to(refuse)
    live, other = pending(), replace(pending(recording="other"), media_key="other")
    await house.recordings.create(live, LIVE_INTAKE, LEASE_SECONDS)
    await house.recordings.create(other, INTAKE, LEASE_SECONDS)
    await house.clock.advance(timedelta(seconds=LEASE_SECONDS))
    await house.workers.take_over()
    await house.pass_time(5)
    assert (await house.now(live)).state is State.PENDING
    assert (await house.now(other)).state is State.EMPTY


async def test_waits_for_the_same_thing_know_nothing_of_each_other(house: House) -> None:
    """Neither ends another's, nor takes its place."""
    first, second = (asyncio.create_task(pause(house.clock, 5.0, "room for r1")) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await house.pass_time(4)
    assert (first.cancelled(), second.done()) == (True, False)
    await house.pass_time(1)
    assert second.done()


@pytest.mark.parametrize(("seconds", "workers"), [(0.0, 1), (-1.0, 1), (1.0, 0)])
def test_a_deadline_is_positive(seconds: float, workers: int) -> None:
    """Nothing can be done in no time, or by nobody."""
    with pytest.raises(ValueError, match="deadline"):
        Deadlines(seconds, workers)
