"""Webhooks from the outbox to receivers on loopback, on a clock that is moved by hand."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha512
from random import Random

import pytest

from support import receiver as receivers
from support.endings import end_one
from support.receiver import Behaviour, Receiver, Request, listening, status
from voice_recordings.clock import ManualClock
from voice_recordings.errors import StoreUnavailable
from voice_recordings.recordings.delivery import Attempt, Delivery, DeliveryState, Failure
from voice_recordings.recordings.outbox import Claim
from voice_recordings.recordings.recording import Recording
from voice_recordings.storage.memory_outbox import MemoryOutbox
from voice_recordings.storage.memory_recordings import MemoryRecordings
from voice_recordings.webhooks import verify
from voice_recordings.webhooks.client import WebhookClient
from voice_recordings.webhooks.deliverer import Deliverer
from voice_recordings.webhooks.guard import OutboundPolicy

KEYS = {project: sha512(project.encode()).digest() for project in ("demo", "other")}
DAY = timedelta(days=1)


@dataclass
class Service:
    """A store, an outbox and a deliverer, as the server has them."""

    clock: ManualClock = field(default_factory=ManualClock)
    encodings: int = 0

    def __post_init__(self) -> None:
        self.outbox = MemoryOutbox(self.clock)
        self.recordings = MemoryRecordings(self.clock, self.outbox)
        self.deliverer = self.new_deliverer()

    def new_deliverer(self, total_seconds: float = 15.0) -> Deliverer:
        """A worker on the same outbox."""

        async def open_poster() -> WebhookClient:
            return WebhookClient(
                OutboundPolicy.of((), loopback=True),
                user_agent="test",
                total_seconds=total_seconds,
                connect_seconds=total_seconds,
            )

        return Deliverer(
            self.outbox,
            self.clock,
            encode=self.encode,
            keys=lambda project: [KEYS[project]],
            open_poster=open_poster,
        )

    def encode(self, recording: Recording) -> bytes:
        """A body that is another one each time, as links are."""
        self.encodings += 1
        return json.dumps({"name": str(recording.name), "link": self.encodings}).encode()

    async def end(self, url: str, number: int = 1, project: str = "demo") -> Recording:
        """Ends a recording and tells the deliverer, as workers do."""
        recording = await end_one(
            self.recordings, number, self.clock.now(), ready_uri=url, project=project
        )
        self.deliverer.wake()
        return recording

    async def delivery(self, recording: Recording) -> Delivery:
        """The recording's delivery as it is now."""
        (delivery,) = await self.outbox.deliveries(recording.name)
        return delivery

    def verified(self, request: Request, url: str, project: str = "demo") -> str | None:
        """The id of a webhook that was genuine at this time."""
        return verify(url, request.headers, request.body, KEYS[project], now=self.clock.now()).id


class AwayOutbox(MemoryOutbox):
    """One that cannot be reached at first when attempts are to be recorded."""

    def __init__(self, clock: ManualClock, times: int) -> None:
        super().__init__(clock)
        self.times = times

    async def record(
        self, claim: Claim, attempt: Attempt, next_attempt_time: datetime | None
    ) -> Delivery:
        """Only after some tries."""
        if self.times:
            self.times -= 1
            raise StoreUnavailable
        return await super().record(claim, attempt, next_attempt_time)


async def until(holds: Callable[[], bool]) -> None:
    """Lets everything else run until it does."""
    while not holds():  # noqa: ASYNC110 - nobody sets an event when a store changes
        await asyncio.sleep(0)


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    """A service with nothing to do."""
    service = Service()
    yield service
    await service.deliverer.close()


@pytest.fixture
async def listener() -> AsyncIterator[Receiver]:
    """A receiver on 127.0.0.1."""
    async with listening() as receiver:
        yield receiver


async def test_an_ending_is_told_at_once(service: Service, listener: Receiver) -> None:
    """Without the clock being moved; signed for the URL, with a body made for the attempt."""
    recording = await service.end(listener.url + "/ready?tenant=7")
    await service.deliverer.rested()
    (request,) = listener.requests
    assert request.headers["X-Enfonica-Event"] == "RECORDING_READY"
    assert service.verified(request, listener.url + "/ready?tenant=7") == "ready-demo-1"
    assert json.loads(request.body)["name"] == str(recording.name)
    delivery = await service.delivery(recording)
    assert delivery.state is DeliveryState.DELIVERED
    assert [attempt.status for attempt in delivery.attempts] == [200]


async def test_a_database_that_is_away_does_not_make_it_two(
    service: Service, listener: Receiver
) -> None:
    """What has been sent is recorded when the database is back, and not sent again."""
    service.outbox = AwayOutbox(service.clock, 2)
    service.recordings = MemoryRecordings(service.clock, service.outbox)
    service.deliverer = service.new_deliverer()
    recording = await service.end(listener.url + "/ready")
    await until(lambda: len(listener.requests) == 1)
    while (await service.delivery(recording)).state is not DeliveryState.DELIVERED:
        await asyncio.sleep(0)
        await service.clock.advance(timedelta(seconds=0.1))
    await service.clock.advance(DAY)
    assert len(listener.requests) == 1


async def test_the_whole_schedule(service: Service, listener: Receiver) -> None:
    """Nine attempts at their times, one id, each signed and made anew; then it is given up."""
    began = service.clock.now()
    listener.will("/", *[status(500)] * 9)
    recording = await service.end(listener.url)
    await service.deliverer.rested()
    ids = [service.verified(listener.requests[0], listener.url + "/")]
    for wait_seconds in (1, 2, 4, 8, 60, 1800, 3600, 7200):
        await service.clock.advance(timedelta(seconds=wait_seconds, microseconds=-1))
        assert len(listener.requests) == len(ids)
        await service.clock.advance(timedelta(microseconds=1))
        ids.append(service.verified(listener.requests[-1], listener.url + "/"))
    assert ids == ["ready-demo-1"] * 9
    assert len({request.body for request in listener.requests}) == 9
    await service.clock.advance(DAY)
    assert len(listener.requests) == 9
    delivery = await service.delivery(recording)
    assert delivery.state is DeliveryState.FAILED
    assert [(each.start_time - began).total_seconds() for each in delivery.attempts] == [
        *(0, 1, 3, 7, 15, 75, 1875, 5475, 12675),
    ]


async def test_a_day_in_one_step(service: Service, listener: Receiver) -> None:
    """The clock runs each attempt in its turn."""
    listener.will("/", *[status(503)] * 8)
    recording = await service.end(listener.url)
    await service.deliverer.rested()
    await service.clock.advance(DAY)
    delivery = await service.delivery(recording)
    assert delivery.state is DeliveryState.DELIVERED
    assert len(delivery.attempts) == 9


@pytest.mark.parametrize(
    ("behaviour", "wait_seconds"),
    [
        (status(429, Retry_After="90"), 90),
        (status(503, Retry_After="Tue, 01 Jan 2030 00:02:00 GMT"), 120),
        (status(429, Retry_After="0"), 1),
        (status(307, Location="/", Retry_After="90"), 0),  # a redirect is followed at once
        (status(302, Retry_After="90"), 1),  # and one that fails asks for nothing
    ],
    ids=["seconds", "date", "downwards", "redirect", "failed redirect"],
)
async def test_retry_after(
    service: Service, listener: Receiver, behaviour: Behaviour, wait_seconds: int
) -> None:
    """Honoured upwards."""
    began = service.clock.now()
    listener.will("/", behaviour)
    recording = await service.end(listener.url)
    await service.deliverer.rested()
    await service.clock.advance(DAY)
    delivery = await service.delivery(recording)
    assert delivery.state is DeliveryState.DELIVERED
    waited = delivery.attempts[-1].start_time - began
    assert waited == timedelta(seconds=wait_seconds)


async def test_gone_ends_it(service: Service, listener: Receiver) -> None:
    """One attempt, then never again."""
    listener.will("/", status(410))
    recording = await service.end(listener.url)
    await service.clock.advance(DAY)
    delivery = await service.delivery(recording)
    assert delivery.state is DeliveryState.FAILED
    assert [attempt.status for attempt in delivery.attempts] == [410]


@pytest.mark.parametrize(
    ("behaviour", "code", "failure"),
    [
        (status(404), 404, None),
        (status(303, Location="/moved"), 303, Failure.REDIRECT_REFUSED),
        (status(302, Location="http://10.0.0.1/"), None, Failure.ADDRESS_REFUSED),
        (receivers.reset, None, Failure.CONNECTION_FAILED),
        (receivers.hang, None, Failure.TIMEOUT),
        (receivers.slow_trickle, None, Failure.TIMEOUT),
        (receivers.not_http, None, Failure.ANSWER_INVALID),
    ],
    ids=["404", "303", "forbidden", "reset", "hang", "trickle", "not HTTP"],
)
async def test_what_went_wrong_is_kept_and_tried_again(
    service: Service,
    listener: Receiver,
    behaviour: Behaviour,
    code: int | None,
    failure: Failure | None,
) -> None:
    """And the second attempt, a second later, may succeed."""
    # What never answers is given up soon; what does answer may take its time.
    service.deliverer = service.new_deliverer(0.2 if failure is Failure.TIMEOUT else 15.0)
    listener.will("/", behaviour)
    recording = await service.end(listener.url)
    await service.deliverer.rested()
    (attempt,) = (await service.delivery(recording)).attempts
    assert (attempt.status, attempt.failure) == (code, failure)
    assert bool(attempt.detail) == bool(failure)
    await service.deliverer.close()
    service.deliverer = service.new_deliverer()
    service.deliverer.wake()
    await service.deliverer.rested()
    listener.plan.clear()
    await service.clock.advance(timedelta(seconds=1))
    assert (await service.delivery(recording)).state is DeliveryState.DELIVERED


async def test_301_to_200(service: Service, listener: Receiver) -> None:
    """Delivered with one attempt, signed for the second hop's URL."""
    listener.will("/old", status(301, Location="/new"))
    recording = await service.end(listener.url + "/old")
    await service.deliverer.rested()
    assert service.verified(listener.requests[-1], listener.url + "/new") == "ready-demo-1"
    assert len((await service.delivery(recording)).attempts) == 1


async def test_a_body_that_cannot_be_made(service: Service, listener: Receiver) -> None:
    """Our own failure is an attempt too, and does not stop the others."""
    recording = await service.end(listener.url, project="demo")
    broken = await service.end(listener.url, 2, project="absent")
    await service.deliverer.rested()
    assert (await service.delivery(recording)).state is DeliveryState.DELIVERED
    (attempt,) = (await service.delivery(broken)).attempts
    assert attempt.failure is Failure.INTERNAL


async def test_hanging_receivers_do_not_hold_up_others(
    service: Service, listener: Receiver
) -> None:
    """50 of them, with more webhooks each than run at a time, stand before a healthy one."""
    async with AsyncExitStack() as stack:
        for number in range(1000):
            if number % 20 == 0:
                hanging = await stack.enter_async_context(listening())
                hanging.default = receivers.hang
            await service.end(hanging.url, number)
        await until(lambda: bool(hanging.requests))
        healthy = [await service.end(listener.url, 5000 + each) for each in range(100)]
        await until(lambda: len(listener.requests) == len(healthy))
        assert service.deliverer.under_way > 50


async def test_deleting_breaks_off_what_is_under_way(service: Service, listener: Receiver) -> None:
    """No webhook follows a deletion."""
    listener.will("/", receivers.hang)
    recording = await service.end(listener.url)
    await until(lambda: bool(listener.requests))
    await service.recordings.delete(recording.name)
    await service.deliverer.forget(recording.name)
    await service.deliverer.rested()
    await service.clock.advance(DAY)
    assert len(listener.requests) == 1


async def test_what_is_broken_off_at_the_end_is_free_at_once(
    service: Service, listener: Receiver
) -> None:
    """Another worker does not wait for the lease to run out; the id is the same."""
    listener.will("/", receivers.hang)
    recording = await service.end(listener.url)
    await until(lambda: bool(listener.requests))
    await service.deliverer.close()
    assert (await service.delivery(recording)).attempts == ()
    service.deliverer = service.new_deliverer()
    service.deliverer.wake()
    await service.deliverer.rested()
    ids = [request.headers["webhook-id"] for request in listener.requests]
    assert ids == ["ready-demo-1"] * 2


async def test_a_worker_that_dies(service: Service, listener: Receiver) -> None:
    """Its webhook is sent by another when the lease has run out."""
    await service.end(listener.url)
    await service.deliverer.rested()
    listener.requests.clear()
    await service.end(listener.url, 2)
    await service.outbox.claim(limit=1, per_receiver=1, without=frozenset(), lease_seconds=30)
    await service.deliverer.rested()
    assert listener.requests == []
    await service.clock.advance(timedelta(seconds=30))
    assert [request.headers["webhook-id"] for request in listener.requests] == ["ready-demo-2"]


async def test_redelivery_begins_the_schedule_anew(service: Service, listener: Receiver) -> None:
    """With the same id."""
    listener.will("/", *[status(500)] * 17)
    recording = await service.end(listener.url)
    await service.deliverer.rested()
    await service.clock.advance(DAY)
    assert await service.outbox.redeliver_failed("demo", service.clock.now() - DAY) == 1
    service.deliverer.wake()
    await service.deliverer.rested()
    await service.clock.advance(DAY)
    delivery = await service.delivery(recording)
    assert delivery.state is DeliveryState.DELIVERED
    assert len(delivery.attempts) == 18
    assert {request.headers["webhook-id"] for request in listener.requests} == {"ready-demo-1"}


async def flood(service: Service, count: int, failing: float) -> None:
    """Ends recordings for receivers that often fail; the worker is stopped in the middle."""
    random = Random(1)
    async with listening() as receiver:

        async def sometimes(request: Request, writer: asyncio.StreamWriter) -> None:
            draw = random.random()
            if draw < failing / 2:
                await status(500)(request, writer)
            elif draw < failing:
                await receivers.reset(request, writer)
            else:
                arrived.append(request.headers["webhook-id"])
                await status(204)(request, writer)

        arrived: list[str] = []
        paths = [f"/{number % 10}" for number in range(count)]
        for path, times in Counter(paths).items():
            receiver.will(path, *[sometimes] * times * 20)
        sent = [await service.end(receiver.url + path, number) for number, path in enumerate(paths)]
        await until(lambda: len(arrived) >= count // 2)
        # Stopped without a chance to record what it has under way.
        await service.deliverer.close()
        service.deliverer = service.new_deliverer()
        service.deliverer.wake()
        await service.deliverer.rested()
        await service.clock.advance(DAY)
        for recording in sent:
            assert (await service.delivery(recording)).state is DeliveryState.DELIVERED
        assert set(arrived) == {f"ready-demo-{number}" for number in range(count)}
        duplicates = len(arrived) - count
        assert duplicates <= count // 100 + 8


async def test_none_is_lost(service: Service) -> None:
    """300 webhooks, 30 % of answers failures; a worker that is stopped in the middle."""
    await flood(service, 300, 0.3)


@pytest.mark.chaos
async def test_none_is_lost_of_very_many(service: Service) -> None:
    """10,000 webhooks."""
    await flood(service, 10_000, 0.3)
