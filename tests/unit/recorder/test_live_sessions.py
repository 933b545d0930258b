"""Live sessions: what is acknowledged, how they end, and who may go on with them."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from support.recordings import INTAKE, pending
from unit.recorder.live_house import SETTINGS, House, opened, order
from voice_recordings.errors import (
    CallBeingRecorded,
    Draining,
    ProducerReplaced,
    RecordingExists,
    RecordingFinished,
    RecordingNotFound,
    RecordingNotLive,
    StaleAttempt,
    StorageFailed,
    TooManyLiveRecordings,
    VoiceRecordingsError,
)
from voice_recordings.recorder.producer import Producer
from voice_recordings.recordings.live import Limits, PauseMode
from voice_recordings.recordings.media import Segment
from voice_recordings.recordings.names import RecordingName
from voice_recordings.recordings.recording import (
    ErrorCode,
    Failed,
    Reason,
    Source,
    State,
    Succeeded,
)
from voice_recordings.storage.files.spool import FileSpool
from voice_recordings.storage.files.tree import FileTree
from voice_recordings.storage.memory_media import MemoryMedia, MemorySpool, MemorySpoolWriter

NAME = RecordingName("demo", "c1", "r1")
LOUD = b"\x00\x30\x00\xd0" * 4000


@pytest.fixture
def house() -> Iterator[House]:
    """A server with nothing recorded."""
    with opened() as house:
        yield house


async def begin(house: House) -> Producer:
    """A producer of a recording that has just begun."""
    await house.sessions.create(order())
    return await house.sessions.attach(NAME)


async def committed(producer: Producer) -> int:
    """How much the producer is told is safe, now."""
    progress = await anext(producer.progress())
    return progress.committed_bytes


async def refusal(producer: Producer) -> VoiceRecordingsError:
    """What ends the producer's stream."""
    with pytest.raises(VoiceRecordingsError) as refused:
        async for _ in producer.progress():
            pass
    return refused.value


async def test_audio_is_acknowledged_when_it_is_safe(house: House) -> None:
    """In groups, by the clock; until then it is not in the spool either."""
    producer = await begin(house)
    await producer.write(0, LOUD[:800])
    await producer.write(800, LOUD[:800])
    assert await committed(producer) == 0
    await house.pass_time(SETTINGS.commit_seconds)
    assert await committed(producer) == 1600


async def test_much_audio_at_once_is_made_safe_at_once(house: House) -> None:
    """Little waits in memory, however fast the producer is."""
    producer = await begin(house)
    await producer.write(0, LOUD * 16)
    assert await committed(producer) > len(LOUD) * 16 - 128 * 1024


async def test_finishing_makes_everything_safe(house: House) -> None:
    """The recording is what was written, to the sample."""
    producer = await begin(house)
    await producer.write(0, LOUD)
    await producer.finish()
    assert await house.pcm(NAME) == LOUD
    assert (await house.ended(NAME)).ending.reason is Reason.COMPLETED  # type: ignore[union-attr]


async def test_finishing_twice_is_finishing_once(house: House) -> None:
    """While it is processed and when it has ended."""
    producer = await begin(house)
    await producer.write(0, LOUD)
    first = await house.sessions.finish(NAME)
    assert first.state is State.PENDING
    again = await house.sessions.finish(NAME)
    assert again.name == first.name
    ended = await house.ended(NAME)
    assert await house.sessions.finish(NAME) == ended


async def test_nothing_is_written_after_the_end(house: House) -> None:
    """Neither by the stream that was there nor by a new one."""
    producer = await begin(house)
    await producer.write(0, LOUD)
    await house.sessions.finish(NAME)
    await producer.write(len(LOUD), LOUD)
    progress = [each async for each in producer.progress()]
    assert (progress[-1].committed_bytes, progress[-1].ended) == (len(LOUD), Reason.COMPLETED)
    with pytest.raises(RecordingFinished):
        await house.sessions.attach(NAME)
    assert await house.pcm(NAME) == LOUD


async def test_the_newer_producer_takes_over(house: House) -> None:
    """The older is told, and may not write any more."""
    older = await begin(house)
    await older.write(0, LOUD[:800])
    newer = await house.sessions.attach(NAME)
    with pytest.raises(ProducerReplaced):
        await older.write(800, LOUD)
    assert isinstance(await refusal(older), ProducerReplaced)
    await newer.write(800, LOUD[800:])
    await newer.finish()
    assert await house.pcm(NAME) == LOUD


async def test_a_lost_producer_leaves_what_was_committed(house: House) -> None:
    """Finished when nothing has been heard for as long as is allowed, and not before."""
    producer = await begin(house)
    await producer.write(0, LOUD)
    await house.pass_time(SETTINGS.producer_seconds - 1)
    await producer.write(0, b"")
    await house.pass_time(SETTINGS.producer_seconds - 1)
    assert (await committed(producer)) == len(LOUD)
    await house.pass_time(2)
    ending = (await house.ended(NAME)).ending
    assert isinstance(ending, Succeeded)
    assert ending.reason is Reason.PRODUCER_LOST
    assert await house.pcm(NAME) == LOUD


async def test_a_producer_that_never_came_is_a_timeout(house: House) -> None:
    """There is nothing to keep."""
    await house.sessions.create(order())
    await house.pass_time(SETTINGS.producer_seconds + 1)
    ending = (await house.ended(NAME)).ending
    assert isinstance(ending, Failed)
    assert (ending.error_code, ending.reason) == (ErrorCode.TIMEOUT, Reason.STALLED)


async def test_a_project_has_its_own_patience(house: House) -> None:
    """Ten minutes here, where others wait for one."""
    await house.sessions.create(order(project="patient"))
    name = RecordingName("patient", "c1", "r1")
    await house.pass_time(599)
    waiting = await house.store.get(name)
    assert waiting is not None
    assert waiting.ending is None
    await house.pass_time(2)
    ending = (await house.ended(name)).ending
    assert isinstance(ending, Failed)
    assert ending.reason is Reason.STALLED


async def test_the_producer_is_told_of_a_limit(house: House) -> None:
    """And at which byte; the recording ends by itself."""
    await house.sessions.create(order(limits=Limits(max_duration=timedelta(seconds=0.5))))
    producer = await house.sessions.attach(NAME)
    await producer.write(0, LOUD)
    progress = [each async for each in producer.progress()]
    assert (progress[-1].committed_bytes, progress[-1].ended) == (8000, Reason.MAX_DURATION)
    assert await house.pcm(NAME) == LOUD[:8000]


async def test_the_producer_is_told_that_nobody_speaks(house: House) -> None:
    """Half a second after the last word, whatever it sends behind that."""
    await house.sessions.create(order(limits=Limits(silence_timeout=timedelta(seconds=0.5))))
    producer = await house.sessions.attach(NAME)
    await producer.write(0, LOUD + bytes(16000))
    progress = [each async for each in producer.progress()]
    heard = len(LOUD) + 8000
    assert (progress[-1].committed_bytes, progress[-1].ended) == (heard, Reason.SILENCE_TIMEOUT)
    assert await house.pcm(NAME) == LOUD + bytes(8000)


async def test_the_producer_is_told_that_no_more_fits(house: House, tmp_path: Path) -> None:
    """A WAV has room for 2**31 - 1 bytes; the recording ends with the last whole sample."""
    tree = FileTree(tmp_path)
    longest = (2**31 - 1 - 44) // 2 * 2
    before = House(house.threads, house.clock, spool=FileSpool(tree, house.threads))
    recording = await before.sessions.create(order())
    after = await before.successor()
    with tree.path(f"{recording.media_key}/pcm").open("r+b") as spooled:
        spooled.truncate(longest - 800)  # a sparse file: hours of silence that take no room
    producer = await after.sessions.attach(NAME)
    assert await committed(producer) == longest - 800
    await producer.write(longest - 800, LOUD)
    progress = [each async for each in producer.progress()]
    assert (progress[-1].committed_bytes, progress[-1].ended) == (longest, Reason.TOO_LARGE)
    assert tree.path(f"{recording.media_key}/pcm").stat().st_size == longest
    kept = await after.store.session(NAME)
    assert kept is not None
    assert kept[1].live is not None
    assert kept[1].live.closed is Reason.TOO_LARGE
    await after.remover.delete(NAME)


async def test_a_call_has_one_call_recording_at_a_time(house: House) -> None:
    """Others wait until it is finished; RECORD_ACTION ones do not."""
    await house.sessions.create(order("a"))
    with pytest.raises(CallBeingRecorded) as refused:
        await house.sessions.create(order("b"))
    assert refused.value.metadata["recording"].endswith("/a")
    await house.sessions.create(order("c", source=Source.RECORD_ACTION))
    await house.sessions.finish(RecordingName("demo", "c1", "a"))
    await house.sessions.create(order("b"))


async def test_the_same_order_again_is_the_same_recording(house: House) -> None:
    """Another order of its name is refused."""
    first = await house.sessions.create(order())
    assert await house.sessions.create(order()) == first
    with pytest.raises(RecordingExists):
        await house.sessions.create(order(ready_uri="https://example.com/"))


async def test_only_so_many_calls_at_once(house: House) -> None:
    """The one too many is refused before anything is kept of it."""
    for number in range(SETTINGS.max_sessions):
        await house.sessions.create(order("r", project=f"p{number}"))
    with pytest.raises(TooManyLiveRecordings):
        await house.sessions.create(order("r", call="c9"))
    assert await house.store.get(RecordingName("demo", "c9", "r")) is None


async def test_only_so_many_calls_of_a_project_at_once(house: House) -> None:
    """Others have room still; and so has it again when one has ended."""
    for number in range(SETTINGS.max_project_sessions):
        await house.sessions.create(order("r", call=f"c{number}"))
    with pytest.raises(TooManyLiveRecordings, match="the project has 2"):
        await house.sessions.create(order("r", call="c9"))
    await house.sessions.create(order("r", project="another"))
    await house.sessions.finish(RecordingName("demo", "c0", "r"))
    await house.sessions.create(order("r", call="c9"))


async def test_what_cannot_be_written_says_so(house: House) -> None:
    """Absent is not the same as not live."""
    with pytest.raises(RecordingNotFound):
        await house.sessions.attach(NAME)
    with pytest.raises(RecordingNotFound):
        await house.sessions.finish(NAME)


@pytest.mark.parametrize("mode", list(PauseMode))
async def test_nothing_said_in_a_pause_is_anywhere(house: House, mode: PauseMode) -> None:
    """Not in the spool, not in a file, not in what is kept of the session."""
    producer = await begin(house)
    secret = b"\x34\x12" * 4000
    await producer.write(0, LOUD)
    await house.sessions.pause(NAME, mode, None)
    await producer.write(len(LOUD), secret)
    await house.pass_time(1)
    assert await committed(producer) == len(LOUD) + len(secret)
    await house.sessions.resume(NAME, None)
    await producer.write(len(LOUD) + len(secret), LOUD)
    await producer.finish()
    between = bytes(len(secret)) if mode is PauseMode.SILENCE else b""
    assert await house.pcm(NAME) == LOUD + between + LOUD
    for folder in house.media._folders.values():
        for stored in folder.values():
            assert b"\x34\x12\x34\x12" not in stored
    found = await house.store.session(NAME)
    assert found is not None
    assert found[1].live is not None
    (pause,) = found[1].live.pauses
    assert (pause.start_offset, pause.end_offset, pause.mode) == (16000, 24000, mode)


async def test_a_pause_is_kept_before_it_is_answered(house: House) -> None:
    """A successor that never heard of it keeps to it."""
    producer = await begin(house)
    await producer.write(0, LOUD[:800])
    await house.pass_time(1)
    await house.sessions.pause(NAME, PauseMode.SKIP, 1600)
    after = await house.successor()
    producer = await after.sessions.attach(NAME)
    assert await committed(producer) == 800
    await producer.write(800, LOUD[800:3200])
    await after.pass_time(1)
    assert await committed(producer) == 3200
    # What a pause swallowed is safe as well: it is not asked for again.
    last = await after.successor()
    producer = await last.sessions.attach(NAME)
    assert await committed(producer) == 3200
    await last.sessions.resume(NAME, None)
    await producer.write(3200, LOUD[3200:])
    await producer.finish()
    assert await last.pcm(NAME) == LOUD[:1600] + LOUD[3200:]


async def test_a_killed_server_loses_nothing_committed(house: House) -> None:
    """The producer finds its recording at the next server, at the committed offset."""
    producer = await begin(house)
    await producer.write(0, LOUD[:4000])
    await house.pass_time(1)
    await producer.write(4000, LOUD[4000:])
    after = await house.successor()
    producer = await after.sessions.attach(NAME)
    assert await committed(producer) == 4000
    await producer.write(4000, LOUD[4000:])
    await producer.finish()
    assert await after.pcm(NAME) == LOUD


async def test_a_session_is_opened_once_though_two_ask_for_it(house: House) -> None:
    """The server that takes it over, slowly, and its producer, who is back meanwhile."""

    class SlowlyOpened(MemorySpool):
        """The first one to open it waits the longest."""

        waits = 3

        async def open(self, key: str) -> MemorySpoolWriter:
            self.waits -= 1
            for _ in range(100 * self.waits):
                await asyncio.sleep(0)
            return await super().open(key)

    producer = await begin(house)
    await producer.write(0, LOUD[:4000])
    await house.pass_time(1)
    house.spool = SlowlyOpened(house.media)
    after = await house.successor()
    await after.clock.advance(timedelta(seconds=60))
    taking_over = asyncio.ensure_future(after.workers.take_over())
    await asyncio.sleep(0)
    producer = await after.sessions.attach(NAME)
    await taking_over
    assert len(after.sessions) == 1
    await producer.write(4000, LOUD[4000:6000])
    await after.sessions.pause(NAME, PauseMode.SKIP, None)
    await after.sessions.resume(NAME, None)
    await producer.write(6000, LOUD[6000:])
    await after.pass_time(1)
    assert await committed(producer) == len(LOUD)
    await after.sessions.finish(NAME)
    assert await after.pcm(NAME) == LOUD


async def test_the_next_of_a_deleted_call_s_name_is_watched(house: House) -> None:
    """Though the session of the deleted one is let go of later."""
    await house.sessions.create(order())
    before = house.sessions._sessions[NAME]
    # As a flush that takes its time has it.
    async with before._order:
        deleting = asyncio.ensure_future(house.remover.delete(NAME))
        for _ in range(10):
            await asyncio.sleep(0)
        assert await house.store.get(NAME) is None
        await house.sessions.create(order())
    await deleting
    await house.pass_time(SETTINGS.producer_seconds + 5)
    ending = (await house.ended(NAME)).ending
    assert isinstance(ending, Failed)
    assert ending.reason is Reason.STALLED


async def test_a_killed_server_s_call_ends_without_its_producer(house: House) -> None:
    """Another server takes it over when the lease has lapsed, and waits in vain."""
    producer = await begin(house)
    await producer.write(0, LOUD)
    await house.pass_time(1)
    after = await house.successor()
    await after.workers.take_over()
    await after.pass_time(30 + 5)
    assert len(after.sessions) == 1
    await after.pass_time(SETTINGS.producer_seconds + 5)
    ending = (await after.ended(NAME)).ending
    assert isinstance(ending, Succeeded)
    assert ending.reason is Reason.PRODUCER_LOST
    await after.workers.close()


async def test_a_call_survives_any_number_of_servers(house: House) -> None:
    """More than may try to process one file."""
    await begin(house)
    now = house
    for number in range(10):
        producer = await now.sessions.attach(NAME)
        await producer.write(1600 * number, LOUD[1600 * number : 1600 * (number + 1)])
        await now.pass_time(1)
        now = await now.successor()
    await now.sessions.finish(NAME)
    last = await now.successor()
    await last.workers.take_over()
    await last.pass_time(35)
    assert await last.pcm(NAME) == LOUD
    await last.workers.close()


async def test_a_server_that_lost_its_call_does_not_go_on(house: House) -> None:
    """The producer has gone to a neighbour; the old stream learns of it at the next beat."""
    older = await begin(house)
    await older.write(0, LOUD[:800])
    await house.pass_time(1)
    there = house.neighbour()
    newer = await there.sessions.attach(NAME)
    await house.pass_time(10)
    assert isinstance(await refusal(older), StaleAttempt)
    await newer.write(800, LOUD[800:])
    await newer.finish()
    assert await there.pcm(NAME) == LOUD


async def test_a_drained_server_hands_its_calls_over(house: House) -> None:
    """Everything received is safe, and a neighbour goes on at once."""
    producer = await begin(house)
    await producer.write(0, LOUD[:800])
    await house.sessions.drain()
    assert isinstance(await refusal(producer), Draining)
    with pytest.raises(Draining):
        await house.sessions.create(order("r2", call="c2"))
    with pytest.raises(Draining):
        await house.sessions.attach(NAME)
    there = house.neighbour()
    await there.workers.take_over()
    assert len(there.sessions) == 1
    producer = await there.sessions.attach(NAME)
    assert await committed(producer) == 800
    await producer.write(800, LOUD[800:])
    await producer.finish()
    assert await there.pcm(NAME) == LOUD
    await there.workers.close()


async def test_a_deleted_call_stops_being_recorded(house: House) -> None:
    """Its producer is told, and nothing of it stays."""
    producer = await begin(house)
    await producer.write(0, LOUD)
    await house.pass_time(1)
    await house.remover.delete(NAME)
    assert isinstance(await refusal(producer), RecordingNotFound)
    with pytest.raises(RecordingNotFound):
        await producer.write(len(LOUD), LOUD)
    await house.pass_time(1)
    assert house.media._folders == {}
    assert len(house.sessions) == 0


async def test_a_call_deleted_elsewhere_is_noticed(house: House) -> None:
    """At the next beat of the lease."""
    producer = await begin(house)
    await house.neighbour().remover.delete(NAME)
    await house.pass_time(10)
    assert isinstance(await refusal(producer), RecordingNotFound)


async def test_an_imported_recording_takes_no_live_audio(house: House) -> None:
    """It has no stream."""
    imported = pending()
    await house.store.create(imported, INTAKE, 30.0)
    with pytest.raises(RecordingNotLive):
        await house.sessions.attach(imported.name)


class ForgetfulMedia(MemoryMedia):
    """A media store that fails its first object."""

    failures = 1

    async def put(self, key: str, data: bytes) -> Segment:
        """Fails, once."""
        if self.failures:
            self.failures -= 1
            raise StorageFailed
        return await super().put(key, data)


async def test_processing_that_failed_during_the_call_is_done_again() -> None:
    """By whoever takes the recording over; the audio is safe all the while."""
    minutes = LOUD * 8 * 300
    with opened() as plain:
        house = House(plain.threads, plain.clock, ForgetfulMedia())
        producer = await begin(house)
        await producer.write(0, minutes)
        session = house.sessions._sessions[NAME]
        await asyncio.wait({session._reel.processing})
        await producer.finish()
        await house.workers.take_over()
        assert await house.pcm(NAME) == minutes
        await house.workers.close()


class FailingWriter(MemorySpoolWriter):
    """A writer whose disk is full every now and then."""

    full = False

    async def commit(self, data: bytes = b"") -> int:
        """Writes nothing when the disk is full."""
        if FailingWriter.full:
            raise StorageFailed
        return await super().commit(data)


class FailingSpool(MemorySpool):
    """A spool of such writers."""

    def __init__(self, media: MemoryMedia) -> None:
        super().__init__(media)
        self._where = media

    async def open(self, key: str) -> MemorySpoolWriter:
        """Goes on where it ends."""
        return FailingWriter(self._where.growing(key))


@pytest.fixture
async def full_disk() -> AsyncIterator[None]:
    """While the test says so."""
    FailingWriter.full = False
    yield
    FailingWriter.full = False


@pytest.mark.usefixtures("full_disk")
async def test_a_full_disk_loses_nothing_committed() -> None:
    """The producer is told, and goes on at the committed offset when there is room again."""
    with opened() as plain:
        house = House(plain.threads, plain.clock, plain.media, FailingSpool(plain.media))
        producer = await begin(house)
        await producer.write(0, LOUD[:800])
        await house.pass_time(1)
        FailingWriter.full = True
        await producer.write(800, LOUD[800:])
        await house.pass_time(1)
        assert isinstance(await refusal(producer), StorageFailed)
        FailingWriter.full = False
        producer = await house.sessions.attach(NAME)
        assert await committed(producer) == 800
        await producer.write(800, LOUD[800:])
        await producer.finish()
        assert await house.pcm(NAME) == LOUD
