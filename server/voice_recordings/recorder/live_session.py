"""One live recording: audio taken in, made safe in groups, and processed beside."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from voice_recordings.clock import Clock
from voice_recordings.errors import (
    Draining,
    ProducerReplaced,
    RecordingFinished,
    RecordingNotFound,
    StaleAttempt,
    StorageFailed,
    VoiceRecordingsError,
)
from voice_recordings.recorder.arrivals import Arrivals
from voice_recordings.recorder.commit_rounds import CommitRounds
from voice_recordings.recorder.leases import HeldLease
from voice_recordings.recorder.processing import Processed
from voice_recordings.recorder.producer import Producer
from voice_recordings.recorder.tape import Tape
from voice_recordings.recorder.to_its_end import to_its_end
from voice_recordings.recorder.workers import Workers
from voice_recordings.recordings.live import Live, PauseMode
from voice_recordings.recordings.ports import Intake, Lease, RecordingStore, SpoolWriter
from voice_recordings.recordings.recording import Reason, Recording
from voice_recordings.recordings.session import Session
from voice_recordings.telemetry.origin import origin

# A long message is taken in such pieces, and so much may wait to be made safe.
_PIECE_BYTES = 64 * 1024
_UNSAFE_BYTES = 128 * 1024

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """How live audio is taken in.

    `commit_seconds` is how long audio waits, at most, before it is made safe
    and acknowledged; `producer_seconds` how long a producer may be silent.
    """

    commit_seconds: float = 0.25
    producer_seconds: float = 60.0
    max_sessions: int = 1000
    max_project_sessions: int = 1000
    producer_seconds_of_project: Mapping[str, float] = field(default_factory=dict)

    def patience(self, project: str) -> timedelta:
        """How long a producer of this project may be silent."""
        seconds = self.producer_seconds_of_project.get(project, self.producer_seconds)
        return timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True)
class Desk:
    """What every session works with."""

    recordings: RecordingStore
    workers: Workers
    clock: Clock
    settings: LiveSettings
    rounds: CommitRounds


@dataclass(frozen=True, slots=True)
class Reel:
    """What one session works on."""

    recording: Recording
    intake: Intake
    writer: SpoolWriter
    arrivals: Arrivals
    processing: "asyncio.Task[Processed]"


class LiveSession:
    """Takes audio from one producer at a time. Whatever it does, it does in order of arrival.

    `committed_bytes` are safe; `ended` says why no more are taken. When its
    storage fails, the session is given up and the recording goes on in a new
    one, from what is safe.
    """

    def __init__(self, desk: Desk, reel: Reel, lease: Lease, on_over: Callable[[], None]) -> None:
        self._desk = desk
        self._reel = reel
        self._on_over = on_over
        self._tape = Tape(reel.intake, reel.writer.appended_bytes)
        self._unsafe: list[bytes] = []
        self._unsafe_bytes = 0
        self._in_round = False
        self._order = asyncio.Lock()
        self._producer: Producer | None = None
        self._error: VoiceRecordingsError | None = None
        self._origin = reel.intake.session.origin
        self._heard = desk.clock.now()
        self._held = self._hold(lease)
        self._losing: asyncio.Future[None] | None = None
        self.committed_bytes = self._tape.received
        self.ended: Reason | None = None
        self._watch()

    @property
    def recording(self) -> Recording:
        """The recording it makes."""
        return self._reel.recording

    @property
    def fence(self) -> int:
        """That of the lease it works under."""
        return self._held.lease.fence

    def attach(self) -> Producer:
        """A new producer, in place of the one before."""
        if self._producer is not None:
            self._producer.replaced()
        self._producer = Producer(self)
        self._origin = origin.get()
        self._heard = self._desk.clock.now()
        return self._producer

    async def write(self, producer: Producer, offset: int, audio: bytes) -> None:
        """Takes audio in; see `Producer.write`."""
        async with self._order:
            if producer is not self._producer:
                raise ProducerReplaced
            if self.ended is not None:
                return
            self._check()
            self._heard = self._desk.clock.now()
            for start in range(0, len(audio), _PIECE_BYTES):
                self._take(offset + start, audio[start : start + _PIECE_BYTES])
                if self._tape.limit is not None:
                    await to_its_end(self._close(self._tape.limit))
                    return
                if self._unsafe_bytes >= _UNSAFE_BYTES:
                    await to_its_end(self._flush())

    async def commit(self) -> None:
        """Makes safe what has been written."""
        async with self._order:
            if self._going_on:
                await to_its_end(self._flush())

    async def pause(self, mode: PauseMode, at_offset: int | None) -> Session:
        """Keeps what follows out of the recording, durably before it answers."""
        async with self._order:
            self._check()
            return await to_its_end(self._keep(self._tape.paused(mode, at_offset)))

    async def resume(self, at_offset: int | None) -> Session:
        """Ends the pause, durably before it answers."""
        async with self._order:
            self._check()
            return await to_its_end(self._keep(self._tape.resumed(at_offset)))

    async def finish(self) -> None:
        """Ends the recording behind what has been received; once is enough."""
        async with self._order:
            if self.ended is None:
                self._check()
                await to_its_end(self._close(Reason.COMPLETED))

    async def start(self) -> None:
        """Ends at once what had reached its limit before a crash."""
        async with self._order:
            if self._going_on and self._tape.limit is not None:
                await to_its_end(self._close(self._tape.limit))

    async def hand_over(self) -> None:
        """Makes safe what has been received and lets another worker go on at once."""
        async with self._order:
            if self._going_on:
                await to_its_end(self._flush())
                await to_its_end(self._give_up(Draining()))

    async def drop(self) -> None:
        """Lets go of a recording that has been deleted."""
        async with self._order:
            if self._going_on:
                await to_its_end(self._let_go(_gone(self._reel.recording)))

    async def hold(self, lease: Lease) -> None:
        """Works under a newer lease: the one before had lapsed unnoticed."""
        async with self._order:
            if self._going_on and lease.fence > self.fence:
                self._held.let_go()
                self._held = self._hold(lease)

    def report(self, live: Live | None = None) -> Session:
        """How the recording has been made so far."""
        session = self._reel.intake.session
        came_in = replace(session.input, size_bytes=self.committed_bytes)
        live = live or self._tape.live.reached(self.committed_bytes)
        # What is processed again after a crash; until it is closed there may be more.
        pcm_bytes = self._reel.writer.appended_bytes if live.closed else None
        return replace(session, input=came_in, live=live, origin=self._origin, pcm_bytes=pcm_bytes)

    def _hold(self, lease: Lease) -> HeldLease:
        return HeldLease(self._desk.recordings, self._desk.clock, lease, self._lost)

    @property
    def _going_on(self) -> bool:
        return self.ended is None and self._error is None

    def _take(self, offset: int, audio: bytes) -> None:
        before = self._tape.received
        pcm = self._tape.take(offset, audio)
        if pcm:
            self._unsafe.append(pcm)
            self._unsafe_bytes += len(pcm)
        if self._tape.received > before and not self._in_round:
            self._in_round = True
            self._desk.rounds.join(self._commit_in_round)

    async def _commit_in_round(self) -> None:
        self._in_round = False
        try:
            await self.commit()
        except VoiceRecordingsError as error:
            # The producer has been told; the recording goes on in another session.
            _log.warning("live audio could not be made safe: %s", error.message)

    async def _flush(self) -> None:
        """Makes everything received safe. The order is held."""
        received = self._tape.received
        pcm, self._unsafe, self._unsafe_bytes = self._unsafe, [], 0
        try:
            if pcm:
                await self._reel.writer.commit(b"".join(pcm))
                self._reel.arrivals.arrived(self._reel.writer.appended_bytes)
            # What a pause swallows leaves no trace in the spool.
            if self._tape.live.paused and self._tape.live.pauses[-1].mode is PauseMode.SKIP:
                reached = self._tape.live.reached(received)
                if reached is not self._tape.live:
                    await self._keep_live(reached)
        except Exception as error:
            raise await self._failed(error) from error
        self.committed_bytes = received
        self._tell()

    async def _keep(self, live: Live) -> Session:
        try:
            return await self._keep_live(live)
        except Exception as error:
            raise await self._failed(error) from error

    async def _failed(self, error: Exception) -> VoiceRecordingsError:
        """Gives the session up; what the producer is told."""
        if not isinstance(error, VoiceRecordingsError):
            _log.error("a live recording could not be kept", exc_info=error)
            error = StorageFailed()
        await self._give_up(error)
        return error

    async def _keep_live(self, live: Live) -> Session:
        session = self.report(live)
        try:
            await self._desk.recordings.keep_session(self._held.lease, session)
        except StaleAttempt:
            if await self._desk.recordings.get(self._reel.recording.name) is None:
                raise _gone(self._reel.recording) from None
            raise
        self._tape.live = live
        return session

    async def _close(self, reason: Reason) -> None:
        """Takes no more audio, and has the recording finished. The order is held."""
        await self._flush()
        reel, live = self._reel, self._tape.live
        if live.paused:
            live = live.resume(self._tape.received)
        session = await self._keep(replace(live, closed=reason, takers=self.fence - 1))
        await reel.writer.close()
        self.ended = reason
        self._over()
        reel.arrivals.complete()
        self._tell()
        if reel.processing.done() and reel.processing.exception() is not None:
            # It failed while the call went on. The audio is safe: whoever takes
            # the recording over, here or elsewhere, processes it from its start.
            await self._hand_on()
            return
        intake = replace(reel.intake, session=session)
        self._desk.workers.finish(reel.recording, self._held.lease, intake, reel.processing)

    async def _give_up(self, error: VoiceRecordingsError) -> None:
        """Leaves the recording, from what is safe, to whoever takes it up next."""
        await self._let_go(error)
        await self._hand_on()

    async def _hand_on(self) -> None:
        """Ends the lease, so that another worker need not wait for it to lapse."""
        try:
            await self._desk.recordings.renew(self._held.lease, 0)
        except VoiceRecordingsError:
            _log.info("a lease could not be handed over; it lapses by itself")

    async def _let_go(self, error: VoiceRecordingsError) -> None:
        self._error = error
        self._over()
        if self._producer is not None:
            self._producer.fail(error)
        self._reel.processing.cancel()
        await asyncio.gather(self._reel.processing, return_exceptions=True)
        try:
            await self._reel.writer.close()
        except StorageFailed:
            _log.warning("a spool could not be closed")

    def _over(self) -> None:
        self._held.let_go()
        self._desk.clock.cancel(self._watch_key)
        self._on_over()

    def _lost(self) -> None:
        """Another worker has the recording, or it is gone."""
        self._losing = asyncio.ensure_future(self._lose())

    async def _lose(self) -> None:
        async with self._order:
            if self._going_on:
                name = self._reel.recording.name
                deleted = await self._desk.recordings.get(name) is None
                await self._let_go(_gone(self._reel.recording) if deleted else StaleAttempt())

    @property
    def _patience(self) -> timedelta:
        return self._desk.settings.patience(self._reel.recording.name.project)

    def _watch(self) -> None:
        """Ends the recording when its producer has been silent for too long."""
        due = self._heard + self._patience
        self._desk.clock.schedule(due, self._watch_key, self._look)

    async def _look(self) -> None:
        async with self._order:
            if not self._going_on:
                return
            if self._desk.clock.now() - self._heard < self._patience:
                self._watch()
                return
            lost = Reason.PRODUCER_LOST if self._tape.received else Reason.STALLED
            await to_its_end(self._close(lost))

    def _check(self) -> None:
        if self._error is not None:
            raise self._error
        if self.ended is not None:
            raise RecordingFinished(resource=("Recording", str(self._reel.recording.name)))

    def _tell(self) -> None:
        if self._producer is not None:
            self._producer.tell()

    @property
    def _watch_key(self) -> str:
        # Of this very recording: there may be another of its name by now.
        recording = self._reel.recording
        return f"live watch {recording.name} {recording.media_key} {self.fence}"


def _gone(recording: Recording) -> RecordingNotFound:
    return RecordingNotFound(resource=("Recording", str(recording.name)))
