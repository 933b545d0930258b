"""Pending recordings being brought to their ends, each by one task under a lease."""

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.silence import Thresholds
from voice_recordings.clock import Clock, pause
from voice_recordings.errors import (
    AudioTooLarge,
    DecodeFailed,
    DecoderLost,
    NotAudio,
    StaleAttempt,
    StorageFailed,
    StorageFull,
)
from voice_recordings.recorder.arrivals import Arrivals
from voice_recordings.recorder.deadlines import ProjectDeadlines
from voice_recordings.recorder.encoded import EncodedFiles
from voice_recordings.recorder.endings import Conclusion, conclude, failure, timeout
from voice_recordings.recorder.leases import LEASE_SECONDS, HeldLease
from voice_recordings.recorder.processing import (
    FILE_PIECE_BYTES,
    Processed,
    Processing,
    Stores,
)
from voice_recordings.recordings.outages import outlast
from voice_recordings.recordings.ports import Intake, Lease, RecordingStore
from voice_recordings.recordings.recording import Recording, State, segments_of
from voice_recordings.telemetry.origin import origin
from voice_recordings.telemetry.tracing import Kind, NoTracing, Tracing

SCAN = timedelta(seconds=5)
# How long a full disk is left alone.
_ROOM_SECONDS = 5.0
_SCAN_LIMIT = 16

# Goes on with a recording that another worker left behind.
Adopt = Callable[[Lease, Recording, Intake], Awaitable[None]]

_log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Job:
    media_key: str
    held: HeldLease
    task: asyncio.Task[None]


class Workers:
    """Finishes recordings in the background, and takes over what others left behind."""

    def __init__(
        self,
        recordings: RecordingStore,
        stores: Stores,
        clock: Clock,
        new_etag: Callable[[], str],
        files: EncodedFiles,
        *,
        deadlines: ProjectDeadlines | None = None,
        on_ended: Callable[[], None] = lambda: None,
        on_succeeded: Callable[[Recording], None] = lambda _: None,
        tracing: Tracing | None = None,
    ) -> None:
        """`on_ended` is told that a recording has ended, and its webhook is in the outbox.

        `on_succeeded` is given those that have audio.
        """
        self._recordings = recordings
        self._stores = stores
        self._clock = clock
        self._new_etag = new_etag
        self._files = files
        self._deadlines = deadlines or ProjectDeadlines()
        self._deadline_numbers = itertools.count()
        self._on_ended = on_ended
        self._on_succeeded = on_succeeded
        self._tracing: Tracing = tracing or NoTracing()
        self._adopt: Adopt = self.go_on
        # More than one of a name, where one was deleted and another has taken its place.
        self._jobs: set[_Job] = set()

    def begin(
        self,
        media_key: str,
        attempt: str,
        pcm_format: PcmFormat,
        thresholds: Thresholds,
        *,
        trim: bool,
        arrivals: Arrivals,
        piece_bytes: int = FILE_PIECE_BYTES,
    ) -> "asyncio.Task[Processed]":
        """Starts processing audio that may still be coming in.

        The caller hands the task to `finish`, or cancels it. `attempt` is a name
        that no other has: the fence of the lease under which the recording will
        be ended, and more if it is not the first one under it.
        """
        processing = self._processing(
            media_key,
            attempt,
            pcm_key(media_key),
            pcm_format,
            thresholds,
            trim=trim,
            piece_bytes=piece_bytes,
        )
        return asyncio.create_task(processing.run(arrivals))

    def begin_encoded(
        self,
        media_key: str,
        attempt: str,
        file_bytes: int,
        pcm_format: PcmFormat,
        thresholds: Thresholds,
        *,
        trim: bool,
    ) -> "asyncio.Task[Processed]":
        """Starts decoding and processing a file that lies in the spool as it came in.

        As with `begin`, but each attempt has PCM of its own: two decoders must
        not write to the same.
        """
        own_pcm_key = f"{pcm_key(media_key)}-{attempt}"
        processing = self._processing(
            media_key, attempt, own_pcm_key, pcm_format, thresholds, trim=trim
        )
        return asyncio.create_task(
            self._files.process(
                file_key(media_key), file_bytes, own_pcm_key, processing, Arrivals()
            )
        )

    def finish(
        self,
        recording: Recording,
        lease: Lease,
        intake: Intake,
        processing: "asyncio.Task[Processed]",
    ) -> None:
        """Ends the recording when its processing is done, under the lease."""
        held = HeldLease(
            self._recordings,
            self._clock,
            lease,
            lambda: task.cancel(),  # noqa: PLW0108 - the task is made with it, below
        )
        task = asyncio.create_task(self._finish(recording, held, intake, processing))
        job = _Job(recording.media_key, held, task)
        self._jobs.add(job)
        task.add_done_callback(lambda _: self._done(job))

    async def drop(self, deleted: Recording) -> None:
        """Stops working on a recording that has been deleted; its name may be another's by now."""
        await _cancelled([job.task for job in self._jobs if job.media_key == deleted.media_key])

    def give_live_to(self, adopt: Adopt) -> None:
        """Recordings that still take audio in are given to `adopt` when they are taken over."""
        self._adopt = adopt

    async def go_on(self, lease: Lease, recording: Recording, intake: Intake) -> None:
        """Processes complete audio from its beginning, or gives it up after many tries."""
        if _tries(lease, intake) > self._deadlines.of(recording.name.project).most_workers:
            await self._give_up(lease, intake)
            return
        processing = await self._begin_again(recording, lease, intake)
        self.finish(recording, lease, intake, processing)

    async def take_over(self) -> None:
        """Takes over recordings whose worker is gone, now and every few seconds."""
        try:
            for lease, recording, intake in await self._recordings.take_over(
                _SCAN_LIMIT, LEASE_SECONDS
            ):
                try:
                    if intake.is_live:
                        await self._adopt(lease, recording, intake)
                    else:
                        await self.go_on(lease, recording, intake)
                except Exception:
                    # The others are leased by now and wait for nobody else.
                    about = {"recording": str(recording.name)}
                    _log.exception("a recording could not be taken over", extra=about)
        finally:
            self._clock.schedule(self._clock.now() + SCAN, "take-over", self.take_over)

    async def close(self) -> None:
        """Stops all work; what is pending is taken up at the next start."""
        self._clock.cancel("take-over")
        await _cancelled([job.task for job in self._jobs])

    async def _begin_again(
        self, recording: Recording, lease: Lease, intake: Intake, again: int = 0
    ) -> "asyncio.Task[Processed]":
        """Processes audio that is there to its end; `again` counts within one lease."""
        key, trim = recording.media_key, recording.trims_silence
        attempt = f"{lease.fence}-{again}" if again else str(lease.fence)
        session = intake.session
        thresholds, file_bytes = session.thresholds, session.input.size_bytes
        if intake.encoded:
            return self.begin_encoded(
                key, attempt, file_bytes, intake.format, thresholds, trim=trim
            )
        pcm_bytes = session.pcm_bytes
        if pcm_bytes is None:
            # A row from before it was kept there.
            pcm_bytes = await self._stores.spool.size(pcm_key(key))
        arrivals = Arrivals(pcm_bytes, complete=True)
        return self.begin(key, attempt, intake.format, thresholds, trim=trim, arrivals=arrivals)

    def _processing(
        self,
        media_key: str,
        attempt: str,
        own_pcm_key: str,
        pcm_format: PcmFormat,
        thresholds: Thresholds,
        *,
        trim: bool,
        piece_bytes: int = FILE_PIECE_BYTES,
    ) -> Processing:
        return Processing(
            self._stores,
            pcm_key=own_pcm_key,
            made_key=f"{media_key}/made-{attempt}",
            pcm_format=pcm_format,
            thresholds=thresholds,
            trim=trim,
            piece_bytes=piece_bytes,
        )

    async def _finish(
        self,
        recording: Recording,
        held: HeldLease,
        intake: Intake,
        processing: "asyncio.Task[Processed]",
    ) -> None:
        came_from = intake.session.origin
        origin.set(came_from)
        about = {"voice_recordings.recording": str(recording.name)}
        with self._tracing.span("process recording", Kind.INTERNAL, came_from, about) as span:
            session = replace(intake.session, origin=span.origin)
            intake = replace(intake, session=session)
            conclusion = await self._concluded(recording, held, intake, processing)
            if conclusion is None:
                span.fail("STORAGE_FAILED")
                return
            ending = conclusion.ending
            span.note(
                {
                    "voice_recordings.state": ending.state.value,
                    "voice_recordings.reason": ending.reason.value,
                }
            )
            if ending.state is State.FAILED:
                span.fail(ending.reason.value)
            # The lease is held meanwhile: nobody else has to do the same work again.
            ending_it = partial(self._end, held.lease, conclusion)
            await outlast(ending_it, self._clock, f"ending {recording.name}")

    async def _concluded(
        self,
        recording: Recording,
        held: HeldLease,
        intake: Intake,
        processing: "asyncio.Task[Processed]",
    ) -> Conclusion | None:
        """What is to be written down; None where another try may come to more.

        Begins again for as long as the disk is full: nobody else could do better.
        """
        for again in itertools.count(1):
            try:
                return await self._in_time(recording, intake, processing)
            except StorageFull as error:
                _log.warning("%s", error, extra={"recording": str(recording.name)})
            except Exception as error:
                return self._without(held.lease, intake, error)
            except BaseException:
                processing.cancel()
                # Whoever drops a recording deletes its audio next: nobody may still be writing.
                await asyncio.gather(processing, return_exceptions=True)
                raise
            await pause(self._clock, _ROOM_SECONDS, f"room {recording.name}")
            processing = await self._begin_again(recording, held.lease, intake, again)
        raise AssertionError("there is always another time")

    def _without(self, lease: Lease, intake: Intake, error: Exception) -> Conclusion | None:
        """What is to be written down when processing failed; see `_concluded`."""
        about = {"recording": str(lease.name)}
        if isinstance(error, StorageFailed | DecoderLost):
            if self._may_be_tried_again(lease, intake):
                # What was acknowledged is safe in the spool: when the lease has
                # run out, somebody begins again from there.
                what = "a decoder was lost" if isinstance(error, DecoderLost) else "storage failed"
                _log.warning("%s: %s", what, error, extra=about)
                return None
        elif isinstance(error, AudioTooLarge | DecodeFailed | NotAudio):
            # The file's fault, and told in the session; nobody has to look into it.
            _log.warning("a file was not decoded", extra=about)
        else:
            _log.error("processing failed", exc_info=error, extra=about)
        return failure(intake, error, self._clock.now())

    def _may_be_tried_again(self, lease: Lease, intake: Intake) -> bool:
        return _tries(lease, intake) < self._deadlines.of(lease.name.project).most_workers

    async def _give_up(self, lease: Lease, intake: Intake) -> None:
        try:
            await self._end(lease, timeout(intake, self._clock.now()))
        except StaleAttempt:
            _log.info("a recording was deleted before it could be given up")

    async def _end(self, lease: Lease, conclusion: Conclusion) -> None:
        ended = await self._recordings.end(lease, conclusion.ending, conclusion.session)
        self._on_ended()
        if ended.state is State.SUCCEEDED:
            self._on_succeeded(ended)

    async def _in_time(
        self, recording: Recording, intake: Intake, processing: "asyncio.Task[Processed]"
    ) -> Conclusion:
        """What the processing comes to, or a timeout if that is the sooner."""
        deadlines = self._deadlines.of(recording.name.project)
        too_late = asyncio.get_running_loop().create_future()
        job = asyncio.current_task()

        async def expire() -> None:
            if not too_late.done():
                too_late.set_result(None)
            # A clock that is advanced by hand goes on only when what fell due is done.
            if job is not None:
                await asyncio.wait({job})

        # Its own: another recording of the name may be worked on before this one is let go.
        key = f"deadline {next(self._deadline_numbers)} {recording.name}"
        due = self._clock.now() + timedelta(seconds=deadlines.processing_seconds)
        self._clock.schedule(due, key, expire)
        try:
            await asyncio.wait({processing, too_late}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._clock.cancel(key)
        if not processing.done():
            processing.cancel()
            await asyncio.gather(processing, return_exceptions=True)
            return timeout(intake, self._clock.now())
        too_late.cancel()
        return await self._conclusion(intake, await processing)

    async def _conclusion(self, intake: Intake, processed: Processed) -> Conclusion:
        kept, frame_bytes = processed.verdict.kept, intake.format.frame_bytes
        wav = await self._stores.spool.segments(
            processed.pcm_key, kept.start * frame_bytes, kept.end * frame_bytes
        )
        conclusion = conclude(intake, processed, wav, self._new_etag(), self._clock.now())
        # Nobody is told of audio that is not there whole.
        await self._stores.media.check(segments_of(conclusion.ending))
        return conclusion

    def _done(self, job: _Job) -> None:
        job.held.let_go()
        self._jobs.discard(job)
        error = None if job.task.cancelled() else job.task.exception()
        if isinstance(error, StaleAttempt):
            _log.info("a recording was ended by another worker or deleted")
        elif error is not None:
            _log.error("a recording could not be ended", exc_info=error)


async def _cancelled(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _tries(lease: Lease, intake: Intake) -> int:
    """How many workers have begun on complete audio, this one included."""
    live = intake.session.live
    return lease.fence - (live.takers if live else 0)


def pcm_key(media_key: str) -> str:
    """Where the spooled PCM of a recording lies."""
    return f"{media_key}/pcm"


def file_key(media_key: str) -> str:
    """Where a file lies as it came in, if it has to be decoded."""
    return f"{media_key}/file"
