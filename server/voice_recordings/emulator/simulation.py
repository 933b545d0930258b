"""Recordings without calls: made by one order, ended when it says."""

import enum
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.silence import Thresholds
from voice_recordings.clock import Clock
from voice_recordings.emulator.sounds import Given, Made, Studio, Take
from voice_recordings.errors import InvalidArgument, RecordingEnded, RecordingNotFound, StaleAttempt
from voice_recordings.recorder.endings import Conclusion, conclude, failure, timeout
from voice_recordings.recorder.workers import pcm_key
from voice_recordings.recordings.names import CallName, RecordingName
from voice_recordings.recordings.ports import Intake, Lease, MediaStore, RecordingStore
from voice_recordings.recordings.recording import (
    PostProcessing,
    Recording,
    Source,
)
from voice_recordings.recordings.session import Input, Session

# Nobody takes a simulated recording over, however far the clock is moved.
_LEASE_SECONDS = 300 * 365 * 86_400.0
_FINGERPRINT_BYTES = 32


class Outcome(enum.Enum):
    """What a recording comes to."""

    SUCCEEDED = "SUCCEEDED"
    EMPTY = "EMPTY"
    FAILED_TIMEOUT = "FAILED_TIMEOUT"
    FAILED_INTERNAL_ERROR = "FAILED_INTERNAL_ERROR"
    PENDING = "PENDING"

    @property
    def has_audio(self) -> bool:
        """Whether something was recorded, if only silence."""
        return self in (Outcome.SUCCEEDED, Outcome.EMPTY)


@dataclass(frozen=True, slots=True)
class End:
    """When a recording ends: at once unless one of these is set."""

    after: timedelta | None = None
    after_gets: int | None = None
    on_command: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """A recording to simulate."""

    call: CallName
    recording_id: str | None
    outcome: Outcome
    source: Source
    channel_count: int
    sample_rate_hertz: int
    audio: Made | Given | None
    post_processing: tuple[PostProcessing, ...]
    ready_uri: str
    create_time: datetime | None
    end: End


@dataclass(frozen=True, slots=True)
class Waiting:
    """A simulated recording that has yet to end, and how; a document of exported states."""

    lease: Lease
    conclusion: Conclusion
    due: datetime | None = None
    gets_left: int | None = None


class Simulator:
    """Makes recordings and ends them."""

    def __init__(
        self,
        recordings: RecordingStore,
        media: MediaStore,
        clock: Clock,
        studio: Studio,
        *,
        random_bytes: Callable[[int], bytes],
        new_id: Callable[[], str],
        new_etag: Callable[[], str],
        on_ended: Callable[[], None],
        thresholds: Thresholds,
    ) -> None:
        self._recordings = recordings
        self._media = media
        self._clock = clock
        self._studio = studio
        self._random_bytes = random_bytes
        self._new_id = new_id
        self._new_etag = new_etag
        self._on_ended = on_ended
        self._thresholds = thresholds
        self._waiting: dict[RecordingName, Waiting] = {}

    async def simulate(self, order: Order) -> Recording:
        """Makes a recording. Raises `InvalidArgument` and `RecordingExists`."""
        now = self._clock.now()
        if order.create_time is not None and order.create_time > now:
            raise InvalidArgument.of("create_time", "is later than the clock's time")
        trim = PostProcessing.TRIM_SILENCE in order.post_processing
        take = await self._studio.take(order.audio, trim=trim) if order.audio else None
        if take is not None:
            _check_outcome(order, take)
        recording = self._recording(order, take, now)
        intake = self._intake(order, take)
        lease = await self._recordings.create(recording, intake, _LEASE_SECONDS)
        # One of the same name may have been deleted before its time.
        self._waiting.pop(recording.name, None)
        self._clock.cancel(_key(recording.name))
        conclusion = await self._conclusion(order, recording, intake, take)
        if conclusion is None:
            return recording
        waiting = self._waiting[recording.name] = Waiting(
            lease,
            conclusion,
            now + order.end.after if order.end.after is not None else None,
            order.end.after_gets,
        )
        if order.end == End():
            return await self.end(recording.name)
        self._watch(waiting)
        return recording

    async def end(self, name: RecordingName) -> Recording:
        """Ends a recording that waits for it.

        Raises `RecordingNotFound`, or `RecordingEnded` if it does not wait.
        """
        waiting = self._waiting.pop(name, None)
        if waiting is None:
            if await self._recordings.get(name) is None:
                raise RecordingNotFound(resource=("Recording", str(name)))
            raise RecordingEnded(f"{name} does not wait to be ended")
        self._clock.cancel(_key(name))
        ending = replace(waiting.conclusion.ending, end_time=self._clock.now())
        try:
            ended = await self._recordings.end(waiting.lease, ending, waiting.conclusion.session)
        except StaleAttempt:
            raise RecordingNotFound(resource=("Recording", str(name))) from None
        self._on_ended()
        return ended

    async def fetched(self, name: RecordingName) -> None:
        """Counts a Get, and ends the recording if it was waiting for that one."""
        waiting = self._waiting.get(name)
        if waiting is None or waiting.gets_left is None:
            return
        left = waiting.gets_left - 1
        self._waiting[name] = replace(waiting, gets_left=left)
        if left <= 0:
            await self._end_if_there(name)

    def forget(self, project: str | None) -> None:
        """Lets the recordings of a project, or all, wait no more."""
        self._waiting = {
            name: waiting
            for name, waiting in self._waiting.items()
            if project is not None and name.project != project
        }

    @property
    def waiting(self) -> tuple[Waiting, ...]:
        """What has yet to end."""
        return tuple(self._waiting.values())

    def wait_again(self, waiting: Waiting) -> None:
        """Goes on with a recording of an imported state."""
        self._waiting[waiting.lease.name] = waiting
        self._watch(waiting)

    def _watch(self, waiting: Waiting) -> None:
        name = waiting.lease.name
        if waiting.due is not None:
            self._clock.schedule(waiting.due, _key(name), lambda: self._end_if_there(name))

    async def _end_if_there(self, name: RecordingName) -> None:
        try:
            await self.end(name)
        except (RecordingNotFound, RecordingEnded):
            return

    def _recording(self, order: Order, take: Take | None, now: datetime) -> Recording:
        created = order.create_time or now
        return Recording(
            name=RecordingName(
                order.call.project, order.call.call, order.recording_id or self._new_id()
            ),
            source=order.source,
            channel_count=take.format.channel_count if take else order.channel_count,
            post_processing=order.post_processing,
            start_time=created,
            create_time=created,
            ready_uri=order.ready_uri,
            media_key=self._new_id(),
            fingerprint=self._random_bytes(_FINGERPRINT_BYTES),
        )

    def _intake(self, order: Order, take: Take | None) -> Intake:
        if take is not None:
            return Intake(take.format, Session(take.input, self._thresholds, notes=take.notes))
        rate, channels = order.sample_rate_hertz, order.channel_count
        nothing = Input("none", "pcm_s16le", rate, channels, 0)
        return Intake(PcmFormat(rate, channels), Session(nothing, self._thresholds))

    async def _conclusion(
        self, order: Order, recording: Recording, intake: Intake, take: Take | None
    ) -> Conclusion | None:
        now = self._clock.now()
        if order.outcome is Outcome.FAILED_TIMEOUT:
            return timeout(intake, now)
        if order.outcome is Outcome.FAILED_INTERNAL_ERROR:
            return failure(intake, Exception(), now)
        if take is None:
            return None
        processed, made = take.processed, take.processed.made
        if made is None:
            return conclude(intake, processed, (), self._new_etag(), now)
        folder = recording.media_key
        pcm = await self._media.put(pcm_key(folder), take.pcm)
        kept, frame_bytes = processed.verdict.kept, take.format.frame_bytes
        wav = replace(pcm, offset=kept.start * frame_bytes, length=kept.samples * frame_bytes)
        mp3 = [
            await self._media.put(f"{folder}/mp3-{number}", piece)
            for number, piece in enumerate(take.mp3)
        ]
        waveform = await self._media.put(f"{folder}/waveform", take.waveform)
        processed = replace(processed, made=replace(made, mp3=tuple(mp3), waveform=waveform))
        return conclude(intake, processed, (wav,), self._new_etag(), now)


def _check_outcome(order: Order, take: Take) -> None:
    silent = take.processed.made is None
    if order.outcome is Outcome.SUCCEEDED and silent:
        raise InvalidArgument.of("outcome", "is SUCCEEDED, but the audio is silent")
    if order.outcome is Outcome.EMPTY and not silent:
        raise InvalidArgument.of("outcome", "is EMPTY, but the audio is not silent")


def _key(name: RecordingName) -> str:
    return f"simulated {name}"
