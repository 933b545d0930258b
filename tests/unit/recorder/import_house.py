"""Imports on objects in memory and a clock that stands still, with who sweeps behind them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import timedelta

from support.recordings import NOW, ended
from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.silence import Thresholds
from voice_recordings.audio.wav import wav_header
from voice_recordings.clock import ManualClock
from voice_recordings.errors import StoreUnavailable
from voice_recordings.recorder.compaction import Compactor
from voice_recordings.recorder.decoding.decoders import Decoders
from voice_recordings.recorder.encoded import EncodedFiles
from voice_recordings.recorder.housekeeping import Housekeeper
from voice_recordings.recorder.imports import Importer
from voice_recordings.recorder.orders import ImportOrder
from voice_recordings.recorder.processing import Stores
from voice_recordings.recorder.removal import Remover
from voice_recordings.recorder.workers import Workers
from voice_recordings.recordings.media import AudioFile
from voice_recordings.recordings.names import CallName, RecordingName
from voice_recordings.recordings.ports import Intake, Lease
from voice_recordings.recordings.recording import Recording, Source, Succeeded
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
    # Who hangs up while a row is written or deleted.
    caller: "asyncio.Task[Recording] | None" = None
    # What goes on while the sweep, which has listed what is stored, asks for rows.
    meanwhile: Callable[[], Awaitable[object]] | None = None

    async def create(self, recording: Recording, intake: Intake, lease_seconds: float) -> Lease:
        """Sweeps first."""
        await sweep(self.keeper)
        if self.unavailable:
            raise StoreUnavailable
        if self.loses_audio:
            await self.media.purge(recording.media_key)
        lease = await super().create(recording, intake, lease_seconds)
        await self._hang_up()
        return lease

    async def delete(self, name: RecordingName) -> Recording | None:
        """And its caller goes, if it is to go."""
        deleted = await super().delete(name)
        await self._hang_up()
        return deleted

    async def _hang_up(self) -> None:
        caller, self.caller = self.caller, None
        if caller is not None:
            caller.cancel()
            # It has noticed before the store's answer comes.
            await asyncio.sleep(0.01)

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
        self.remover = Remover(self.recordings, self.media, self.workers)
        self.recordings.keeper, self.recordings.media = self.keeper, self.media

    async def ended(self) -> Recording:
        """The recording once it has ended."""
        return await ended(self.recordings, NAME)

    async def pcm(self, recording: Recording) -> bytes:
        """The samples of its WAV, with the file's header or without."""
        assert isinstance(recording.ending, Succeeded)
        segments = recording.ending.audio[0].segments
        pieces = [piece for segment in segments async for piece in self.media.read(segment)]
        return b"".join(pieces)

    async def folders(self) -> list[str]:
        """The folders in which there is anything."""
        return [folder.name async for folder in self.media.folders()]


@asynccontextmanager
async def opened() -> AsyncIterator[House]:
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
