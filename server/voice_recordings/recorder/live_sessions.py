"""All live recordings of this server, by name; those of others are taken up when asked for."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine

from voice_recordings.audio.silence import Thresholds
from voice_recordings.errors import (
    Draining,
    RecordingExists,
    RecordingFinished,
    RecordingNotFound,
    RecordingNotLive,
    TooManyLiveRecordings,
)
from voice_recordings.recorder.arrivals import Arrivals
from voice_recordings.recorder.leases import LEASE_SECONDS
from voice_recordings.recorder.live_session import Desk, LiveSession, Reel
from voice_recordings.recorder.orders import LiveOrder
from voice_recordings.recorder.processing import LIVE_PIECE_BYTES
from voice_recordings.recorder.producer import Producer
from voice_recordings.recorder.workers import pcm_key
from voice_recordings.recordings.live import Live, PauseMode
from voice_recordings.recordings.names import RecordingName
from voice_recordings.recordings.ports import Intake, Lease, Spool
from voice_recordings.recordings.recording import Recording
from voice_recordings.recordings.session import Input, Session
from voice_recordings.telemetry.origin import origin


class LiveSessions:
    """Begins live recordings, finds them again, and hands them over at the end."""

    def __init__(
        self,
        desk: Desk,
        spool: Spool,
        *,
        new_id: Callable[[], str],
        thresholds: Thresholds,
    ) -> None:
        self._desk = desk
        self._spool = spool
        self._new_id = new_id
        self._thresholds = thresholds
        self._sessions: dict[RecordingName, LiveSession] = {}
        self._opening: dict[RecordingName, asyncio.Task[LiveSession]] = {}
        self._draining = False
        desk.workers.give_live_to(self.adopt)

    def __len__(self) -> int:
        return len(self._sessions.keys() | self._opening.keys())

    async def create(self, order: LiveOrder) -> Recording:
        """Begins a live recording; the same order under the same id again begins nothing.

        Raises `RecordingExists`, `CallBeingRecorded`, `TooManyLiveRecordings`
        and `Draining`.
        """
        name = RecordingName(
            order.call.project, order.call.call, order.recording_id or self._new_id()
        )
        existing = await self._repeated(name, order)
        if existing is not None:
            return existing
        self._admit(name.project)
        recording, intake = self._beginning(name, order)
        try:
            lease = await self._desk.recordings.create(recording, intake, LEASE_SECONDS)
        except RecordingExists:
            # The same order, sent twice at once.
            existing = await self._repeated(name, order)
            if existing is None:
                raise
            return existing
        await self._registered(name, self._open(lease, recording, intake))
        return recording

    async def attach(self, name: RecordingName) -> Producer:
        """A producer for a recording that takes audio; the one before is told to stop.

        Raises `RecordingNotFound`, `RecordingNotLive`, `RecordingFinished`,
        `TooManyLiveRecordings` and `Draining`.
        """
        return (await self._session(name)).attach()

    async def finish(self, name: RecordingName) -> Recording:
        """The recording, which ends where its audio ends now, or has ended before."""
        with contextlib.suppress(RecordingFinished):
            await (await self._session(name)).finish()
        recording = await self._desk.recordings.get(name)
        if recording is None:
            raise RecordingNotFound(resource=("Recording", str(name)))
        return recording

    async def pause(
        self, name: RecordingName, mode: PauseMode, at_offset: int | None
    ) -> tuple[Recording, Session]:
        """Keeps what follows out of the recording; raises what `attach` does."""
        session = await self._session(name)
        return session.recording, await session.pause(mode, at_offset)

    async def resume(self, name: RecordingName, at_offset: int | None) -> tuple[Recording, Session]:
        """Ends the pause; raises what `attach` does."""
        session = await self._session(name)
        return session.recording, await session.resume(at_offset)

    def report(self, name: RecordingName) -> Session | None:
        """How a recording that is being made here stands."""
        session = self._sessions.get(name)
        return session.report() if session is not None else None

    async def adopt(self, lease: Lease, recording: Recording, intake: Intake) -> None:
        """Goes on with a recording whose worker is gone; its producer may come back."""
        name = recording.name
        if name in self._opening:
            await asyncio.wait({self._opening[name]})
        if name in self._sessions:
            await self._sessions[name].hold(lease)
        elif self._draining:
            await self._desk.recordings.renew(lease, 0)
        else:
            await self._registered(name, self._open(lease, recording, intake))

    async def drop(self, deleted: Recording) -> None:
        """Stops making a recording that has been deleted; its name may be another's by now."""
        if deleted.name in self._opening:
            await asyncio.wait({self._opening[deleted.name]})
        session = self._sessions.get(deleted.name)
        if session is not None and session.recording.media_key == deleted.media_key:
            await session.drop()

    async def drain(self) -> None:
        """Takes no new work, makes everything safe, and lets others go on with it."""
        self._draining = True
        if self._opening:
            await asyncio.wait(set(self._opening.values()))
        sessions = list(self._sessions.values())
        await asyncio.gather(*(each.hand_over() for each in sessions), return_exceptions=True)

    def _admit(self, project: str) -> None:
        if self._draining:
            raise Draining
        if len(self) >= self._desk.settings.max_sessions:
            raise TooManyLiveRecordings
        names = self._sessions.keys() | self._opening.keys()
        of_project = sum(name.project == project for name in names)
        if of_project >= self._desk.settings.max_project_sessions:
            raise TooManyLiveRecordings(f"the project has {of_project} live recordings already")

    async def _repeated(self, name: RecordingName, order: LiveOrder) -> Recording | None:
        existing = await self._desk.recordings.get(name) if order.recording_id else None
        if existing is not None and existing.fingerprint != order.fingerprint():
            raise RecordingExists(resource=("Recording", str(name)))
        return existing

    def _beginning(self, name: RecordingName, order: LiveOrder) -> tuple[Recording, Intake]:
        now = self._desk.clock.now()
        recording = Recording(
            name=name,
            source=order.source,
            channel_count=order.format.channel_count,
            post_processing=order.post_processing,
            start_time=now,
            create_time=now,
            ready_uri=order.ready_uri,
            media_key=self._new_id(),
            fingerprint=order.fingerprint(),
        )
        live = Live(order.codec, order.limits)
        came_in = Input(
            container="stream",
            codec=order.codec.value.lower(),
            sample_rate_hertz=order.format.sample_rate_hertz,
            channel_count=order.format.channel_count,
            size_bytes=0,
        )
        session = Session(came_in, self._thresholds, live=live, origin=origin.get())
        return recording, Intake(order.format, session)

    async def _session(self, name: RecordingName) -> LiveSession:
        """The session of a recording, taken up from the store if it is not here."""
        if self._draining:
            raise Draining
        session = self._sessions.get(name)
        if session is not None:
            return session
        task = self._opening.get(name)
        if task is None:
            self._admit(name.project)
            return await self._registered(name, self._take_up(name))
        return await asyncio.shield(task)

    async def _registered(
        self, name: RecordingName, opening: Coroutine[None, None, LiveSession]
    ) -> LiveSession:
        """Opens a session, once: whoever asks for it meanwhile waits for this one.

        Comes to its end though its caller may not.
        """
        task = asyncio.ensure_future(opening)
        self._opening[name] = task
        task.add_done_callback(lambda done: self._opened(name, done))
        return await asyncio.shield(task)

    def _opened(self, name: RecordingName, task: "asyncio.Task[LiveSession]") -> None:
        if self._opening.get(name) is task:
            del self._opening[name]
        if not task.cancelled():
            task.exception()  # whoever waits for it has it too; nobody may, by now

    async def _take_up(self, name: RecordingName) -> LiveSession:
        kept = await self._desk.recordings.session(name)
        if kept is None:
            raise RecordingNotFound(resource=("Recording", str(name)))
        if kept[1].live is None:
            raise RecordingNotLive(resource=("Recording", str(name)))
        finished = RecordingFinished(resource=("Recording", str(name)))
        if kept[1].live.closed is not None or kept[0].ending is not None:
            raise finished
        seized = await self._desk.recordings.seize(name, LEASE_SECONDS)
        if seized is None:
            raise finished
        lease, recording, intake = seized
        if not intake.is_live:
            # It was finished a moment ago, under a lease that is ours now.
            await self._desk.workers.go_on(lease, recording, intake)
            raise finished
        return await self._open(lease, recording, intake)

    async def _open(self, lease: Lease, recording: Recording, intake: Intake) -> LiveSession:
        writer = await self._spool.open(pcm_key(recording.media_key))
        # What a crash left there may not be on the disk yet, and is about to be called safe.
        await writer.commit()
        arrivals = Arrivals(writer.appended_bytes)
        processing = self._desk.workers.begin(
            recording.media_key,
            str(lease.fence),
            intake.format,
            intake.session.thresholds,
            trim=recording.trims_silence,
            arrivals=arrivals,
            piece_bytes=LIVE_PIECE_BYTES,
        )
        reel = Reel(recording, intake, writer, arrivals, processing)
        session = LiveSession(self._desk, reel, lease, lambda: self._over(recording.name, session))
        self._sessions[recording.name] = session
        await session.start()
        return session

    def _over(self, name: RecordingName, session: LiveSession) -> None:
        if self._sessions.get(name) is session:
            del self._sessions[name]
