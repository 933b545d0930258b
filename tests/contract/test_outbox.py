"""What every outbox promises, with the store of recordings it is one with."""

import itertools
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from support.endings import LEASE_SECONDS, end_one, unended
from support.recordings import INTAKE, SESSION
from voice_recordings.clock import ManualClock
from voice_recordings.errors import StaleAttempt
from voice_recordings.recordings.delivery import (
    KEPT_ATTEMPTS,
    Attempt,
    DeliveryState,
    Failure,
)
from voice_recordings.recordings.outbox import Claim, Outbox
from voice_recordings.recordings.ports import RecordingStore
from voice_recordings.recordings.recording import ErrorCode, Failed, Reason
from voice_recordings.telemetry.origin import Origin


@dataclass
class Rows:
    """The two ports on one backend, and the clock that is the store's own here."""

    recordings: RecordingStore
    outbox: Outbox
    clock: ManualClock

    async def end(
        self, number: int = 1, *, host: str = "app.example", project: str = "demo"
    ) -> str:
        """Ends a recording that wants a webhook at this host; gives the delivery's id."""
        recording = await end_one(
            self.recordings,
            number,
            self.clock.now(),
            ready_uri=f"http://{host}/ready?n={number}",
            project=project,
        )
        (delivery,) = await self.outbox.deliveries(recording.name)
        return delivery.id

    async def claim(
        self,
        limit: int = 100,
        *,
        per_receiver: int = 100,
        without: frozenset[str] = frozenset(),
    ) -> tuple[Claim, ...]:
        """Claims what is due."""
        return await self.outbox.claim(
            limit=limit, per_receiver=per_receiver, without=without, lease_seconds=LEASE_SECONDS
        )

    async def fail(self, claim: Claim, wait_seconds: float | None) -> None:
        """Records a 500, to be tried again after so long, or never."""
        now = self.clock.now()
        due = None if wait_seconds is None else now + timedelta(seconds=wait_seconds)
        await self.outbox.record(claim, Attempt(now, timedelta(), 500), due)


@pytest.fixture
def rows(store: RecordingStore, outbox: Outbox, clock: ManualClock) -> Rows:
    """Each backend in turn, empty."""
    return Rows(store, outbox, clock)


async def test_a_webhook_keeps_what_its_recording_came_of(rows: Rows) -> None:
    """The request and the trace, as the session has them, however often it is claimed."""
    came_of = Origin("asked-by-me", f"00-{'a' * 32}-{'b' * 16}-01", "vendor=1")
    recording = unended(1, rows.clock.now(), ready_uri="http://app.example/ready")
    lease = await rows.recordings.create(recording, INTAKE, LEASE_SECONDS)
    ending = Failed(rows.clock.now(), ErrorCode.INTERNAL_ERROR, Reason.INTERNAL)
    await rows.recordings.end(lease, ending, replace(SESSION, origin=came_of))
    (claim,) = await rows.claim()
    assert claim.delivery.origin == came_of
    await rows.fail(claim, None)
    again = await rows.outbox.redeliver(recording.name, claim.delivery.id)
    assert again is not None
    assert again.origin == came_of
    found = await rows.recordings.session(recording.name)
    assert found is not None
    assert found[1].origin == came_of


async def test_an_ending_puts_its_webhook_in(rows: Rows) -> None:
    """Due at once, with nothing tried; and its id does not depend on anything but the recording."""
    delivery_id = await rows.end()
    (claim,) = await rows.claim()
    assert claim.delivery.id == delivery_id == "ready-demo-1"
    assert claim.delivery.url == "http://app.example/ready?n=1"
    assert claim.delivery.attempts == ()
    assert claim.delivery.state is DeliveryState.PENDING
    assert claim.recording == await rows.recordings.get(claim.delivery.recording)
    assert claim.recording.ending is not None


async def test_no_uri_no_webhook(rows: Rows) -> None:
    """Nobody asked to be told."""
    recording = await end_one(rows.recordings, 1, rows.clock.now(), ready_uri="")
    assert await rows.outbox.deliveries(recording.name) == ()
    assert await rows.claim() == ()
    assert await rows.outbox.next_due() is None


async def test_no_ending_no_webhook(rows: Rows) -> None:
    """A pending recording has none, and an ending that is refused leaves none."""
    recording = unended(1, rows.clock.now(), ready_uri="http://app.example/")
    lease = await rows.recordings.create(recording, INTAKE, LEASE_SECONDS)
    assert await rows.claim() == ()
    await rows.clock.advance(timedelta(seconds=LEASE_SECONDS))
    await rows.recordings.take_over(1, LEASE_SECONDS)
    ending = Failed(rows.clock.now(), ErrorCode.TIMEOUT, Reason.TIMED_OUT)
    with pytest.raises(StaleAttempt):
        await rows.recordings.end(lease, ending, SESSION)
    assert await rows.outbox.deliveries(recording.name) == ()
    assert await rows.claim() == ()


async def test_a_delivery_has_one_holder(rows: Rows) -> None:
    """Until its lease runs out; then the first holder can record nothing any more."""
    await rows.end()
    (first,) = await rows.claim()
    assert await rows.claim() == ()
    await rows.clock.advance(timedelta(seconds=LEASE_SECONDS))
    (second,) = await rows.claim()
    assert second.fence > first.fence
    with pytest.raises(StaleAttempt):
        await rows.fail(first, 1)
    with pytest.raises(StaleAttempt):
        await rows.outbox.renew(first, LEASE_SECONDS)
    await rows.fail(second, None)
    (delivery,) = await rows.outbox.deliveries(second.delivery.recording)
    assert len(delivery.attempts) == 1


async def test_a_renewed_lease_lasts(rows: Rows) -> None:
    """Longer than the first."""
    await rows.end()
    (claim,) = await rows.claim()
    await rows.clock.advance(timedelta(seconds=LEASE_SECONDS - 1))
    renewed = await rows.outbox.renew(claim, LEASE_SECONDS)
    assert renewed.until == rows.clock.now() + timedelta(seconds=LEASE_SECONDS)
    await rows.clock.advance(timedelta(seconds=LEASE_SECONDS - 1))
    assert await rows.claim() == ()
    await rows.fail(renewed, None)


async def test_a_lease_given_back_is_free_at_once(rows: Rows) -> None:
    """Given back twice, or after it was lost, it changes nothing."""
    await rows.end()
    (first,) = await rows.claim()
    await rows.outbox.release([first])
    (second,) = await rows.claim()
    await rows.outbox.release([first])
    assert await rows.claim() == ()
    await rows.outbox.release([second, first])
    assert len(await rows.claim()) == 1


async def test_an_attempt_is_kept_and_the_next_falls_due(rows: Rows) -> None:
    """With all that is known of it."""
    await rows.end()
    (claim,) = await rows.claim()
    now = rows.clock.now()
    attempt = Attempt(now, timedelta(milliseconds=12), None, Failure.TIMEOUT, "no answer")
    due = now + timedelta(seconds=60)
    recorded = await rows.outbox.record(claim, attempt, due)
    assert recorded.attempts == (attempt,)
    assert recorded.next_attempt_time == due
    assert recorded.round_attempts == 1
    assert await rows.outbox.deliveries(recorded.recording) == (recorded,)
    assert await rows.outbox.next_due() == due
    assert await rows.claim() == ()
    await rows.clock.advance(timedelta(seconds=60))
    (again,) = await rows.claim()
    assert again.delivery == recorded


async def test_what_is_over_is_not_due(rows: Rows) -> None:
    """Delivered or given up."""
    for number in (1, 2):
        await rows.end(number)
    first, second = await rows.claim()
    now = rows.clock.now()
    done = await rows.outbox.record(first, Attempt(now, timedelta(), 204), None)
    assert done.state is DeliveryState.DELIVERED
    await rows.fail(second, None)
    (failed,) = await rows.outbox.deliveries(second.delivery.recording)
    assert failed.state is DeliveryState.FAILED
    assert await rows.outbox.next_due() is None
    await rows.clock.advance(timedelta(days=1))
    assert await rows.claim() == ()


async def test_recording_twice_is_refused(rows: Rows) -> None:
    """A lease is good for one attempt."""
    await rows.end()
    (claim,) = await rows.claim()
    await rows.fail(claim, 1)
    with pytest.raises(StaleAttempt):
        await rows.fail(claim, 1)


async def test_claims_are_limited(rows: Rows) -> None:
    """In all and to each receiver, some receivers left out; the longest due come first."""
    for number, host in enumerate(["a.example", "a.example", "b.example", "a.example"]):
        await rows.end(number, host=host)
        await rows.clock.advance(timedelta(seconds=1))
    # Told apart as scheme, host and port.
    without = frozenset({"http://b.example:80"})
    claims = await rows.claim(per_receiver=2, without=without)
    assert [claim.delivery.id for claim in claims] == ["ready-demo-0", "ready-demo-1"]
    claims = await rows.claim(1)
    assert [claim.delivery.id for claim in claims] == ["ready-demo-2"]
    claims = await rows.claim()
    assert [claim.delivery.id for claim in claims] == ["ready-demo-3"]


async def test_next_due_counts_leases_too(rows: Rows) -> None:
    """A delivery whose holder dies falls due when its lease ends."""
    await rows.end()
    assert await rows.outbox.next_due() == rows.clock.now()
    (claim,) = await rows.claim()
    assert await rows.outbox.next_due() == claim.until


async def test_deleting_a_recording_cancels_its_deliveries(rows: Rows) -> None:
    """Waiting or under way; and a new recording of the same name has only its own."""
    await rows.end(1)
    await rows.end(2)
    first, second = await rows.claim(1) + await rows.claim(1)
    await rows.outbox.release([second])
    for claim in (first, second):
        await rows.recordings.delete(claim.delivery.recording)
    assert await rows.claim() == ()
    assert await rows.outbox.next_due() is None
    assert await rows.outbox.deliveries(first.delivery.recording) == ()
    with pytest.raises(StaleAttempt):
        await rows.fail(first, 1)
    with pytest.raises(StaleAttempt):
        await rows.outbox.renew(first, LEASE_SECONDS)
    await rows.outbox.release([first])


async def test_one_is_redelivered(rows: Rows) -> None:
    """Due now, with the whole schedule before it and its past kept."""
    delivery_id = await rows.end()
    (claim,) = await rows.claim()
    await rows.fail(claim, None)
    await rows.clock.advance(timedelta(hours=1))
    again = await rows.outbox.redeliver(claim.delivery.recording, delivery_id)
    assert again is not None
    assert again.next_attempt_time == rows.clock.now()
    assert (again.round_attempts, len(again.attempts)) == (0, 1)
    (second,) = await rows.claim()
    assert second.delivery == again


async def test_only_what_is_there_is_redelivered(rows: Rows) -> None:
    """By its own recording's name."""
    delivery_id = await rows.end(1)
    await rows.end(2)
    first, second = await rows.claim()
    assert await rows.outbox.redeliver(second.delivery.recording, delivery_id) is None
    assert await rows.outbox.redeliver(first.delivery.recording, "ready-else") is None


async def test_asked_for_again_while_under_way(rows: Rows) -> None:
    """The last failure of the old round does not end the new one; success ends both."""
    delivery_id = await rows.end()
    (claim,) = await rows.claim()
    name = claim.delivery.recording
    await rows.fail(claim, 0)
    (claim,) = await rows.claim()
    await rows.outbox.redeliver(name, delivery_id)
    assert await rows.claim() == ()
    await rows.fail(claim, None)
    (claim,) = await rows.claim()
    assert (claim.delivery.round_attempts, len(claim.delivery.attempts)) == (0, 2)
    await rows.fail(claim, 0)
    (claim,) = await rows.claim()
    await rows.outbox.redeliver(name, delivery_id)
    now = rows.clock.now()
    done = await rows.outbox.record(claim, Attempt(now, timedelta(), 200), None)
    assert done.state is DeliveryState.DELIVERED
    assert await rows.claim() == ()


async def test_all_that_failed_since_a_time_are_redelivered(rows: Rows) -> None:
    """Of one project; not what was delivered, is pending, or was given up before."""
    early, late, delivered, waiting = [await rows.end(number) for number in range(4)]
    await rows.end(9, project="other")
    claims = {claim.delivery.id: claim for claim in await rows.claim()}
    await rows.fail(claims[early], None)
    await rows.clock.advance(timedelta(seconds=10))
    since = rows.clock.now()
    await rows.fail(claims[late], None)
    await rows.fail(claims["ready-other-9"], None)
    await rows.fail(claims[waiting], 60)
    await rows.outbox.record(claims[delivered], Attempt(rows.clock.now(), timedelta(), 200), None)
    assert await rows.outbox.redeliver_failed("demo", since) == 1
    assert [claim.delivery.id for claim in await rows.claim()] == [late]
    assert await rows.outbox.redeliver_failed("demo", since) == 0
    assert await rows.outbox.redeliver_failed("demo", since - timedelta(seconds=10)) == 1
    assert await rows.outbox.redeliver_failed("absent", since) == 0


async def test_the_past_does_not_grow_for_ever(rows: Rows) -> None:
    """The last attempts are kept, and all of a round are counted."""
    delivery_id = await rows.end()
    for number in itertools.count(1):
        (claim,) = await rows.claim()
        now = rows.clock.now()
        attempt = Attempt(now, timedelta(seconds=number), 500)
        recorded = await rows.outbox.record(claim, attempt, now)
        if number == KEPT_ATTEMPTS + 3:
            break
    assert recorded.id == delivery_id
    assert recorded.round_attempts == KEPT_ATTEMPTS + 3
    assert [each.latency.seconds for each in recorded.attempts] == list(range(4, KEPT_ATTEMPTS + 4))
