"""A sweep beside work that goes on: what is nobody's goes, and what is being made stays.

The store's clock is taken to be of no help: to every sweep all there is looks old.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest

from support.recordings import NOW
from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.silence import Thresholds
from voice_recordings.audio.wav import wav_header
from voice_recordings.clock import ManualClock
from voice_recordings.errors import NotAudio, StoreUnavailable
from voice_recordings.recorder.compaction import Compactor
from voice_recordings.recorder.decoding.decoders import Decoders
from voice_recordings.recorder.encoded import EncodedFiles
from voice_recordings.recorder.housekeeping import Housekeeper
from voice_recordings.recorder.imports import Importer
from voice_recordings.recorder.leases import LEASE_SECONDS
from voice_recordings.recorder.orders import ImportOrder
from voice_recordings.recorder.processing import Stores
from voice_recordings.recorder.workers import Workers
from voice_recordings.recordings.media import AudioFile
from voice_recordings.recordings.names import CallName, RecordingName
from voice_recordings.recordings.ports import Intake, Lease
from voice_recordings.recordings.recording import (
    Failed,
    Reason,
    Recording,
    Source,
    State,
    Succeeded,
)
from voice_recordings.storage.memory_outbox import MemoryOutbox
from voice_recordings.storage.memory_recordings import MemoryRecordings
from voice_recordings.storage.objects.bucket import Bucket
from voice_recordings.storage.objects.media import ObjectMedia
from voice_recordings.storage.objects.spool import ObjectSpool

PCM = bytes(range(256)) * 200
FORMAT = PcmFormat(8000, 1)
FILE = wav_header(FORMAT, len(PCM)) + PCM
NAME = RecordingName("demo", "c1", "r1")
ORDER = ImportOrder(CallName("demo", "c1"), "r1", Source.CALL_RECORDING, (), "", None)


class SweptStore(MemoryRecordings):
    """Rows; a sweep comes right before audio that is there is written into one."""

    keeper: Housekeeper
    media: ObjectMedia
    unavailable = loses_audio = False
    # What goes on while the sweep, which has listed what is stored, asks for rows.
    meanwhile: Callable[[], Awaitable[object]] | None = None

    async def create(self, recording: Recording, intake: Intake, lease_seconds: float) -> Lease:
        """Sweeps first."""
        await sweep(self.keeper)
        if self.unavailable:
            raise StoreUnavailable
        if self.loses_audio:
            await self.media.purge(recording.media_key)
        return await super().create(recording, intake, lease_seconds)

    async def by_media_key(self, media_keys: Sequence[str]) -> tuple[Recording, ...]:
        """After what goes on meanwhile."""
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            await meanwhile()
        return await super().by_media_key(media_keys)

    async def rearrange(self, recording: Recording, audio: Sequence[AudioFile]) -> bool:
        """Sweeps first."""
        await sweep(self.keeper)
        return await super().rearrange(recording, audio)


class House:
    """Imports, their workers, and who sweeps behind them, on objects in memory."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOW)
        self.threads = ThreadPoolExecutor(1)
        bucket = Bucket("memory:///")
        self.media, self.spool = ObjectMedia(bucket), ObjectSpool(bucket)
        self.recordings = SweptStore(self.clock, MemoryOutbox(self.clock))
        self.ids = iter([f"{number:08}-7000" for number in range(100)])
        self.compactor = Compactor(
            self.recordings, self.media, self.media, self.clock, lambda: next(self.ids)
        )
        files = EncodedFiles(self.spool, Decoders(self.clock, at_once=1))
        stores = Stores(self.spool, self.media, self.threads)
        self.workers = Workers(self.recordings, stores, self.clock, lambda: "etag", files)
        self.importer = Importer(
            self.recordings,
            self.spool,
            self.media,
            self.workers,
            self.clock,
            files=files,
            new_id=lambda: next(self.ids),
            thresholds=Thresholds(),
        )
        self.keeper = Housekeeper(
            self.recordings, self.media, self.clock, self.compactor, self.importer.uploads
        )
        self.recordings.keeper, self.recordings.media = self.keeper, self.media

    async def ended(self) -> Recording:
        """The recording once it has ended."""
        async with asyncio.timeout(60):
            while True:
                recording = await self.recordings.get(NAME)
                assert recording is not None
                if recording.state is not State.PENDING:
                    return recording
                await asyncio.sleep(0.001)

    async def pcm(self, recording: Recording) -> bytes:
        """The samples of its WAV, with the file's header or without."""
        assert isinstance(recording.ending, Succeeded)
        segments = recording.ending.audio[0].segments
        pieces = [piece for segment in segments async for piece in self.media.read(segment)]
        return b"".join(pieces)

    async def folders(self) -> list[str]:
        """The folders in which there is anything."""
        return [folder.name async for folder in self.media.folders()]


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """A house with nothing in it."""
    house = House()
    yield house
    await house.workers.close()
    await house.clock.close()
    house.threads.shutdown()


async def sweep(keeper: Housekeeper) -> None:
    """Looks at everything once, all of it long abandoned by the look of it."""
    await keeper.sweep(NOW + timedelta(days=36_500))


async def pieces(file: bytes = FILE) -> AsyncIterator[bytes]:
    """A file in two."""
    yield file[:1000]
    yield file[1000:]


async def test_audio_whose_recording_is_about_to_be_written_down_is_not_swept(
    house: House,
) -> None:
    """It is safe, and its caller is about to be told so."""
    await house.importer.take(ORDER, pieces())
    assert await house.pcm(await house.ended()) == PCM


async def test_audio_that_still_comes_in_is_not_swept(house: House) -> None:
    """Of a long import some is safe long before the rest has come."""
    part = bytes(5 * 1024 * 1024)

    async def slowly() -> AsyncIterator[bytes]:
        yield wav_header(FORMAT, len(part) + len(PCM)) + part
        await sweep(house.keeper)
        yield PCM

    await house.importer.take(ORDER, slowly())
    assert await house.pcm(await house.ended()) == part + PCM


async def test_what_is_being_compacted_is_not_swept(house: House) -> None:
    """Neither what is joined nor what it is joined from, until the row says which is needed."""
    await house.importer.take(ORDER, pieces())
    recording = await house.ended()
    assert await house.compactor.compact(recording)
    joined = await house.ended()
    assert isinstance(joined.ending, Succeeded)
    assert all(audio.is_whole for audio in joined.ending.audio)
    assert await house.pcm(joined) == FILE
    await sweep(house.keeper)
    assert await house.pcm(joined) == FILE
    assert not house.compactor.joining


async def test_audio_that_gets_there_or_goes_while_a_sweep_looks_is_not_damaged(
    house: House,
) -> None:
    """What the rows name by then is newer than the listing."""
    look = partial(house.keeper.sweep, NOW, delete=False)
    await house.importer.take(ORDER, pieces())
    house.recordings.meanwhile = house.ended
    assert (await look()).damaged == ()
    house.recordings.meanwhile = partial(house.compactor.compact, await house.ended())
    assert (await look()).damaged == ()
    recording = await house.ended()
    assert isinstance(recording.ending, Succeeded)
    await house.media.discard([recording.ending.audio[0].segments[0].key])
    assert (await look()).damaged == (recording,)


async def test_an_upload_that_was_broken_off_leaves_nothing(house: House) -> None:
    """Refused, or without a row because the store could not be reached."""
    with pytest.raises(NotAudio):
        await house.importer.take(ORDER, pieces(b"not audio" * 1000))
    assert await house.folders() == []
    house.recordings.unavailable = True
    with pytest.raises(StoreUnavailable):
        await house.importer.take(ORDER, pieces())
    assert len(await house.folders()) == 1
    await sweep(house.keeper)
    assert await house.folders() == []
    assert not house.importer.uploads


async def test_audio_that_is_gone_is_not_silence(house: House) -> None:
    """A recording whose audio was lost under it has failed, after some tries; it was not empty."""
    house.recordings.loses_audio = True
    await house.importer.take(ORDER, pieces())
    ending = None
    async with asyncio.timeout(60):
        while ending is None:
            await house.clock.advance(timedelta(seconds=LEASE_SECONDS + 1))
            await house.workers.take_over()
            await asyncio.sleep(0.01)
            recording = await house.recordings.get(NAME)
            assert recording is not None
            ending = recording.ending
    assert isinstance(ending, Failed)
    assert ending.reason is Reason.STORAGE_FAILED
