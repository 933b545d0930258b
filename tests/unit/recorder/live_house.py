"""Live sessions on memory and a clock that stands still; a second house may take them over."""

import asyncio
import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from support.recordings import ended
from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.silence import Thresholds
from voice_recordings.clock import ManualClock
from voice_recordings.recorder.commit_rounds import CommitRounds
from voice_recordings.recorder.decoding.decoders import Decoders
from voice_recordings.recorder.encoded import EncodedFiles
from voice_recordings.recorder.live_session import Desk, LiveSettings
from voice_recordings.recorder.live_sessions import LiveSessions
from voice_recordings.recorder.orders import LiveOrder
from voice_recordings.recorder.processing import Stores
from voice_recordings.recorder.removal import Remover
from voice_recordings.recorder.workers import Workers
from voice_recordings.recordings.live import Codec, Limits
from voice_recordings.recordings.media import AudioFile, Encoding
from voice_recordings.recordings.names import CallName, RecordingName
from voice_recordings.recordings.ports import Spool
from voice_recordings.recordings.recording import Recording, Source, Succeeded
from voice_recordings.storage.memory_media import MemoryMedia, MemorySpool
from voice_recordings.storage.memory_outbox import MemoryOutbox
from voice_recordings.storage.memory_recordings import MemoryRecordings

SETTINGS = LiveSettings(
    commit_seconds=0.25,
    producer_seconds=60.0,
    max_sessions=3,
    max_project_sessions=2,
    producer_seconds_of_project={"patient": 600.0},
)
STEP = timedelta(seconds=0.25)
ids = (f"id-{number}" for number in itertools.count())


def order(
    recording_id: str | None = "r1", *, call: str = "c1", project: str = "demo", **changes: object
) -> LiveOrder:
    """What to record: LINEAR16, mono, 8 kHz."""
    asked: dict[str, object] = {
        "call": CallName(project, call),
        "recording_id": recording_id,
        "source": Source.CALL_RECORDING,
        "post_processing": (),
        "ready_uri": "",
        "codec": Codec.LINEAR16,
        "format": PcmFormat(8000, 1),
        "limits": Limits(),
    }
    return LiveOrder(**(asked | changes))  # type: ignore[arg-type] # a table of fields


@dataclass
class House:
    """What one server holds; what is durable may outlive it."""

    threads: ThreadPoolExecutor
    clock: ManualClock = field(default_factory=ManualClock)
    media: MemoryMedia = field(default_factory=MemoryMedia)
    spool: Spool | None = None
    recordings: MemoryRecordings | None = None

    def __post_init__(self) -> None:
        self.spool = self.spool or MemorySpool(self.media)
        self.store = self.recordings or MemoryRecordings(self.clock, MemoryOutbox(self.clock))
        stores = Stores(self.spool, self.media, self.threads)
        files = EncodedFiles(self.spool, Decoders(self.clock, at_once=1))
        self.workers = Workers(self.store, stores, self.clock, lambda: "etag", files)
        rounds = CommitRounds(self.clock, timedelta(seconds=SETTINGS.commit_seconds))
        desk = Desk(self.store, self.workers, self.clock, SETTINGS, rounds)
        self.sessions = LiveSessions(
            desk, self.spool, new_id=lambda: next(ids), thresholds=Thresholds()
        )
        self.remover = Remover(self.store, self.media, self.workers, on_deleted=self.sessions.drop)

    def neighbour(self) -> "House":
        """Another server on the same stores."""
        return House(self.threads, self.clock, self.media, self.spool, self.store)

    async def successor(self) -> "House":
        """Another server, after this one was killed: nothing here runs ever again."""
        await self.clock.close()
        return self.neighbour()

    async def pass_time(self, seconds: float) -> None:
        """Moves the clock in steps and lets everybody notice."""
        for _ in range(round(seconds / STEP.total_seconds())):
            await self.clock.advance(STEP)
            await asyncio.sleep(0)

    async def ended(self, name: RecordingName) -> Recording:
        """The recording once it has ended."""
        return await ended(self.store, name)

    async def pcm(self, name: RecordingName) -> bytes:
        """The samples of its WAV."""
        ending = (await self.ended(name)).ending
        assert isinstance(ending, Succeeded)
        wav: AudioFile = next(f for f in ending.audio if f.encoding is Encoding.PCM_16BIT)
        pieces = [piece for segment in wav.segments async for piece in self.media.read(segment)]
        return b"".join(pieces)


@contextmanager
def opened() -> Iterator[House]:
    """A house with its threads."""
    with ThreadPoolExecutor(2) as threads:
        yield House(threads)
