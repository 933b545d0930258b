"""What `--emulator` adds to a server, as one object that the app builds in where it belongs."""

from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime

from google.protobuf.message import Message

from enfonica.voice.v1beta1 import recordings_pb2
from voice_recordings.access.links import LIFETIME
from voice_recordings.audio.silence import Thresholds
from voice_recordings.emulator.call import Book
from voice_recordings.emulator.clock import EmulatorClock, Kind
from voice_recordings.emulator.faults import Faults
from voice_recordings.emulator.http_faults import FaultyHttp
from voice_recordings.emulator.interceptor import EmulatorInterceptor
from voice_recordings.emulator.methods import Methods
from voice_recordings.emulator.randomness import Randomness
from voice_recordings.emulator.request_log import RequestLog
from voice_recordings.emulator.simulation import Simulator
from voice_recordings.emulator.sounds import Studio
from voice_recordings.emulator.state import MemoryStores, State
from voice_recordings.emulator.webhook_log import WebhookLog
from voice_recordings.errors import Code, VoiceRecordingsError
from voice_recordings.http.asgi import App
from voice_recordings.recorder.downloads import SelectiveLinkMaker
from voice_recordings.recordings.media import AudioFile
from voice_recordings.recordings.names import RecordingName
from voice_recordings.recordings.recording import Recording
from voice_recordings.recordings.selection import Selection
from voice_recordings.storage.memory_recordings import Cleared
from voice_recordings.webhooks.reply import OpenPoster
from voicerecordings.emulator.v1 import emulator_pb2

_GET = f"{recordings_pb2.DESCRIPTOR.services_by_name['Recordings'].full_name}/GetRecording"


class RecordingsFromLater(VoiceRecordingsError):
    """There are recordings from later than the machine's time; reset them first."""

    code = Code.FAILED_PRECONDITION
    reason = "RECORDINGS_FROM_LATER"


@dataclass(frozen=True, slots=True)
class House:
    """The parts of the server that an emulation has to do with.

    `drop` breaks off all that is under way for a recording; `asks_callers` is
    whether the well-known accounts are in force.
    """

    stores: MemoryStores
    threads: Executor
    thresholds: Thresholds
    new_id: Callable[[], str]
    new_etag: Callable[[], str]
    wake_deliverer: Callable[[], None]
    deliverer_rests: Callable[[], Awaitable[None]]
    drop: Callable[[Recording], Awaitable[None]]
    webhook_keys: Callable[[str], Sequence[bytes]]
    link: SelectiveLinkMaker
    public_url: str
    asks_callers: bool


class Emulation:
    """A clock to hold, faults to plan, and an account of what happens."""

    service_name = emulator_pb2.DESCRIPTOR.services_by_name["Emulator"].full_name

    def __init__(self, services: Sequence[str]) -> None:
        """`services` are those whose calls meet faults."""
        self.clock = EmulatorClock()
        self.random_bytes = Randomness()
        self.methods = Methods(services)
        self.faults = Faults(self.clock)
        self.requests = RequestLog(self.clock)
        self.webhooks = WebhookLog(
            self.clock, lambda recording: self.clock.note(Kind.WEBHOOK_ATTEMPT, recording)
        )
        self._book = Book(self.methods, self.faults, self.requests, self.clock, self._answered)
        self._house: House | None = None
        self._simulator: Simulator | None = None

    def interceptor(self) -> EmulatorInterceptor:
        """Comes before all others."""
        return EmulatorInterceptor(self._book)

    def around(self, app: App) -> App:
        """Comes before everything served over HTTP."""
        return FaultyHttp(app, self._book)

    def watched_links(self, link: SelectiveLinkMaker) -> SelectiveLinkMaker:
        """Makes the same links, and has the clock tell when they expire."""

        async def expire() -> None:
            """The link looks at the clock itself; that it expired is all there is to tell."""

        def make(
            name: RecordingName, audio: AudioFile, selection: Selection = Selection.ALL
        ) -> str:
            key = f"link {name}{selection.suffix} {audio.encoding.suffix}"
            self.clock.schedule(self.clock.now() + LIFETIME, key, expire)
            return link(name, audio, selection)

        return make

    def watched_posters(self, open_poster: OpenPoster) -> OpenPoster:
        """Opens the same posters, whose posts are logged."""
        return self.webhooks.watch(open_poster)

    def move_in(self, house: House) -> None:
        """Takes up its work in a server that has been built."""
        self._house = house
        self.clock.settle_by(house.deliverer_rests)
        self._simulator = Simulator(
            house.stores.recordings,
            house.stores.media,
            self.clock,
            Studio(house.threads, house.thresholds),
            random_bytes=self.random_bytes,
            new_id=house.new_id,
            new_etag=house.new_etag,
            on_ended=house.wake_deliverer,
            thresholds=house.thresholds,
        )

    def close(self) -> None:
        """Lets go of every call that a fault holds."""
        self.faults.forget(None)

    @property
    def house(self) -> House:
        """Where it lives."""
        if self._house is None:
            raise RuntimeError("the emulation has not moved in")
        return self._house

    @property
    def simulator(self) -> Simulator:
        """What makes recordings."""
        if self._simulator is None:
            raise RuntimeError("the emulation has not moved in")
        return self._simulator

    async def reset(self, project: str | None) -> int:
        """Forgets a project, or everything; gives the number of its recordings."""
        self.faults.forget(project)
        self.simulator.forget(project)
        gone = self.house.stores.recordings.clear(project)
        await self._clear_away(gone)
        self.clock.forget(f"projects/{project}/" if project else "projects/")
        self.requests.forget(project)
        self.webhooks.forget(project)
        if project is None:
            self.clock.rewind()
            self.random_bytes.restart()
        return len(gone.media_keys)

    def rewind(self) -> None:
        """Has the clock run from the machine's time; raises `RecordingsFromLater`."""
        then = self.clock.machine_time()
        for kept in self.house.stores.recordings.kept():
            ending = kept.recording.ending
            if kept.recording.create_time > then or (ending and ending.end_time > then):
                raise RecordingsFromLater(resource=("Recording", str(kept.recording.name)))
        self.clock.rewind()

    def state(self) -> State:
        """Everything, to be written to a file."""
        return self.house.stores.state(self.clock.now(), self.simulator.waiting)

    async def restore(self, state: State) -> datetime:
        """Puts a state in place of everything; gives the clock's time then."""
        self.simulator.forget(None)
        await self._clear_away(self.house.stores.recordings.clear(None))
        self.clock.forget("projects/")
        if state.documents.time > self.clock.now():
            await self.clock.leap(state.documents.time)
        self.house.stores.put_back(state, self.clock.now())
        for waiting in state.documents.waiting:
            self.simulator.wait_again(waiting)
        self.house.wake_deliverer()
        return self.clock.now()

    async def _clear_away(self, gone: Cleared) -> None:
        for recording in gone.under_way:
            await self.house.drop(recording)
        for media_key in gone.media_keys:
            await self.house.stores.media.purge(media_key)

    async def _answered(self, method: str, request: Message) -> None:
        if method == _GET and isinstance(request, recordings_pb2.GetRecordingRequest):
            await self.simulator.fetched(RecordingName.parse(request.name))
