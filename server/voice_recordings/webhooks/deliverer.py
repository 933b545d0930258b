"""Takes webhooks out of the outbox when they are due, and posts them."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus

from voice_recordings.clock import Clock
from voice_recordings.errors import StaleAttempt
from voice_recordings.recordings.delivery import Attempt, Failure
from voice_recordings.recordings.names import RecordingName
from voice_recordings.recordings.outages import outlast
from voice_recordings.recordings.outbox import Claim, Outbox
from voice_recordings.recordings.recording import Recording
from voice_recordings.recordings.webhook_url import parse
from voice_recordings.telemetry.origin import origin
from voice_recordings.telemetry.tracing import Attributes, Kind, NoTracing, Span, Tracing
from voice_recordings.webhooks import event, signing
from voice_recordings.webhooks.lanes import MOST_PER_RECEIVER, Lanes
from voice_recordings.webhooks.reply import OpenPoster, Poster, Reply
from voice_recordings.webhooks.schedule import Answer, next_attempt

# Twice what an attempt may take, and some for a busy machine.
LEASE_SECONDS = 45.0
SCAN = timedelta(seconds=5)
_CLAIM_LIMIT = 128
_WAKE_KEY = "webhooks"

_log = logging.getLogger(__name__)


class Deliverer:
    """Delivers webhooks, each as soon as it is due and its receiver has room.

    Rests while nothing is due. At least once: a webhook whose worker dies under
    it is sent again, with the same id.
    """

    def __init__(
        self,
        outbox: Outbox,
        clock: Clock,
        *,
        encode: Callable[[Recording], bytes],
        keys: Callable[[str], Sequence[bytes]],
        open_poster: OpenPoster,
        scan: timedelta | None = None,
        lanes: Lanes[Claim] | None = None,
        tracing: Tracing | None = None,
    ) -> None:
        """`encode` makes a body with new links; `keys` gives a project's, current first.

        `scan` is how often to look for what other processes have left behind;
        None where there are none.
        """
        self._outbox = outbox
        self._clock = clock
        self._encode = encode
        self._keys = keys
        self._open_poster = open_poster
        self._scan = scan
        self._lanes: Lanes[Claim] = lanes or Lanes()
        self._tracing: Tracing = tracing or NoTracing()
        self._poster: Poster | None = None
        self._opening = asyncio.Lock()
        self._poked = asyncio.Event()
        self._rested = asyncio.Event()
        self._rested.set()
        self._loop: asyncio.Task[None] | None = None
        self._under_way: dict[asyncio.Task[None], Claim] = {}
        self._closed = False

    @property
    def under_way(self) -> int:
        """How many attempts are being made."""
        return len(self._under_way)

    @property
    def waiting(self) -> int:
        """How many more have been taken out of the outbox, and wait for their receiver."""
        return self._lanes.waiting

    def wake(self) -> None:
        """Looks for webhooks that are due, now. Costs nothing when called too often."""
        if self._closed:
            return
        # A clock that stands still does not hold up what is due; one that is
        # advanced does not run past it.
        self._clock.schedule(self._clock.now(), _WAKE_KEY, self._wake_and_wait)
        self._poke()

    def _poke(self) -> None:
        self._poked.set()
        if self._rested.is_set():
            self._rested.clear()
            self._loop = asyncio.create_task(self._deliver())

    async def rested(self) -> None:
        """Waits until nothing is under way and nothing is due."""
        await self._rested.wait()

    async def forget(self, name: RecordingName) -> None:
        """Breaks off what is under way for a recording that has been deleted."""
        tasks = [
            task for task, claim in self._under_way.items() if claim.delivery.recording == name
        ]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self) -> None:
        """Breaks off what is under way; it is taken up again elsewhere, or at the next start."""
        self._closed = True
        self._clock.cancel(_WAKE_KEY)
        claims = [*self._under_way.values(), *self._lanes.empty()]
        tasks = [*self._under_way, *([self._loop] if self._loop else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._outbox.release(claims)
        if self._poster is not None:
            await self._poster.close()
        self._rested.set()

    async def _deliver(self) -> None:
        try:
            while True:
                self._poked.clear()
                await self._fill()
                await self._arm()
                if not self._under_way and not self._poked.is_set():
                    return
                await self._poked.wait()
        except Exception:
            # The store, most likely; what is due stays due.
            _log.exception("webhooks could not be fetched")
            self._clock.schedule(self._clock.now() + SCAN, _WAKE_KEY, self._wake_and_wait)
        finally:
            self._rested.set()

    async def _fill(self) -> None:
        """Claims what is due as far as there is room, and starts it."""
        while room := self._lanes.room:
            claims = await self._outbox.claim(
                limit=min(room, _CLAIM_LIMIT),
                per_receiver=MOST_PER_RECEIVER,
                without=self._lanes.full,
                lease_seconds=LEASE_SECONDS,
            )
            for claim in claims:
                self._lanes.add(claim.delivery.receiver, claim)
            self._start()
            if not claims:
                return

    async def _arm(self) -> None:
        """Sets the clock for what falls due later."""
        now = self._clock.now()
        due = await self._outbox.next_due()
        if due is not None and due <= now:
            # It waits for a place in its lane, and whoever leaves that will poke.
            due = None if self._under_way else now + timedelta(seconds=1)
        if self._scan is not None:
            due = min(due or now + self._scan, now + self._scan)
        if due is not None and not self._closed:
            self._clock.schedule(due, _WAKE_KEY, self._wake_and_wait)

    async def _wake_and_wait(self) -> None:
        # A clock that is advanced by hand goes on only when what fell due is done.
        if not self._closed:
            self._poke()
        await self.rested()

    def _start(self) -> None:
        for receiver, claim in self._lanes.start():
            task = asyncio.create_task(self._attempt(receiver, claim))
            self._under_way[task] = claim
            task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        del self._under_way[task]
        self._poked.set()
        if not task.cancelled() and (error := task.exception()):
            _log.error("an attempt could not be recorded", exc_info=error)

    async def _attempt(self, receiver: str, claim: Claim) -> None:
        answered = True
        origin.set(claim.delivery.origin)
        try:
            claim = await self._fresh(claim)
            with self._tracing.span(
                f"POST {event.RECORDING_READY}", Kind.CLIENT, claim.delivery.origin, _told(claim)
            ) as span:
                began, reply = await self._post(claim, span)
                _note(span, reply)
            answered = reply.status is not None
            now = self._clock.now()
            attempt = Attempt(began, now - began, reply.status, reply.failure, reply.detail)
            answer = Answer(None if reply.failure else reply.status, reply.retry_after)
            due = next_attempt(claim.delivery.round_attempts + 1, answer, now)
            await self._record(claim, attempt, due)
        except StaleAttempt:
            _log.info("a webhook was taken over by another worker, or its recording deleted")
        finally:
            self._lanes.done(receiver, answered=answered)
            if not self._closed:
                self._start()

    async def _record(self, claim: Claim, attempt: Attempt, due: datetime | None) -> None:
        """Keeps what was tried, so that it is not sent again for want of the database."""
        await outlast(
            lambda: self._outbox.record(claim, attempt, due),
            self._clock,
            f"record {claim.delivery.id}",
            until=claim.until,
        )

    async def _fresh(self, claim: Claim) -> Claim:
        """The claim, asked for again if it has waited long enough for things to have changed."""
        age = timedelta(seconds=LEASE_SECONDS) - (claim.until - self._clock.now())
        if age < timedelta(seconds=1):
            return claim
        return await self._outbox.renew(claim, LEASE_SECONDS)

    async def _opened(self) -> Poster:
        """The poster, opened by the first webhook there is."""
        async with self._opening:
            if self._poster is None:
                self._poster = await self._open_poster()
        return self._poster

    async def _post(self, claim: Claim, span: Span) -> tuple[datetime, Reply]:
        """When it began, and how it went."""
        delivery = claim.delivery
        began = self._clock.now()
        try:
            poster = await self._opened()
            began = self._clock.now()
            body = self._encode(claim.recording)
            keys = self._keys(delivery.recording.project)
            return began, await poster.post(
                delivery.url,
                body,
                lambda url: {
                    **span.origin.headers,
                    **signing.signed_headers(
                        keys,
                        url=url,
                        event=event.RECORDING_READY,
                        webhook_id=delivery.id,
                        now=self._clock.now(),
                        body=body,
                    ),
                },
            )
        except Exception:
            _log.exception("a webhook could not be sent", extra={"delivery": delivery.id})
            return began, Reply(failure=Failure.INTERNAL, detail="the service failed to send it")


def _told(claim: Claim) -> Attributes:
    """What a span says of an attempt. Of the URL only the host: the rest may be a secret."""
    told: dict[str, str | int] = {
        "http.request.method": "POST",
        "voice_recordings.recording": str(claim.delivery.recording),
        "voice_recordings.webhook": claim.delivery.id,
    }
    if claim.delivery.round_attempts:
        told["http.request.resend_count"] = claim.delivery.round_attempts
    with contextlib.suppress(ValueError):
        url = parse(claim.delivery.url)
        told |= {"server.address": url.host, "server.port": url.port}
    return told


def _note(span: Span, reply: Reply) -> None:
    if reply.status is not None:
        span.note({"http.response.status_code": reply.status})
    if reply.failure is not None:
        span.fail(reply.failure.value)
    elif reply.status is None or reply.status >= HTTPStatus.MULTIPLE_CHOICES:
        span.fail(str(reply.status))
