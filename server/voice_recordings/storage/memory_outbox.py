"""Webhooks waiting in memory, gone with the process."""

import heapq
import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from voice_recordings.clock import Clock
from voice_recordings.errors import StaleAttempt
from voice_recordings.recordings.delivery import Attempt, Delivery, DeliveryState
from voice_recordings.recordings.names import RecordingName
from voice_recordings.recordings.outbox import Claim
from voice_recordings.recordings.recording import Recording
from voice_recordings.telemetry.origin import Origin


@dataclass(slots=True)
class _Row:
    """A delivery with who holds it; `place` is its newest entry in its receiver's queue."""

    delivery: Delivery
    recording: Recording
    fence: int = 0
    until: datetime | None = None
    place: int = 0

    @property
    def due(self) -> datetime | None:
        return self.until or self.delivery.next_attempt_time


# (due, place, delivery's id); one whose place is not the row's newest is void.
_Queue = list[tuple[datetime, int, str]]


class MemoryOutbox:
    """An `Outbox`. Methods never wait in their middle, which makes them atomic."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rows: dict[str, _Row] = {}
        self._of_recording: dict[RecordingName, list[str]] = {}
        self._queues: dict[str, _Queue] = {}
        self._places = itertools.count(1)

    def add(self, recording: Recording, origin: Origin) -> None:
        """Keeps the delivery that an ended recording calls for, if it does."""
        delivery = Delivery.of(recording, origin)
        if delivery is not None:
            row = self._rows[delivery.id] = _Row(delivery, recording)
            self._of_recording.setdefault(recording.name, []).append(delivery.id)
            self._queue(row)

    def forget(self, name: RecordingName) -> bool:
        """Drops the deliveries of a recording that is deleted, and says whether it had any."""
        deliveries = self._of_recording.pop(name, [])
        for delivery_id in deliveries:
            del self._rows[delivery_id]
        return bool(deliveries)

    def kept(self) -> tuple[Delivery, ...]:
        """Every delivery, to be written down."""
        return tuple(row.delivery for row in self._rows.values())

    def put_back(self, delivery: Delivery, recording: Recording) -> None:
        """Keeps what was written down, for a recording that has no deliveries yet."""
        row = self._rows[delivery.id] = _Row(delivery, recording)
        self._of_recording.setdefault(recording.name, []).append(delivery.id)
        self._queue(row)

    async def claim(
        self, *, limit: int, per_receiver: int, without: frozenset[str], lease_seconds: float
    ) -> tuple[Claim, ...]:
        """Leases deliveries that are due; see `Outbox.claim`."""
        now = self._clock.now()
        heads = [
            (queue[0], receiver)
            for receiver, queue in list(self._queues.items())
            if receiver not in without and self._first(receiver, queue)
        ]
        rows: list[_Row] = []
        for _, receiver in sorted(heads):
            room = min(per_receiver, limit - len(rows))
            rows += itertools.islice(self._due(receiver, now), room)
        return tuple(self._lease(row, lease_seconds) for row in rows)

    async def renew(self, claim: Claim, lease_seconds: float) -> Claim:
        """Holds the delivery for longer; see `Outbox.renew`."""
        row = self._held(claim)
        row.until = self._after(lease_seconds)
        self._queue(row)
        return Claim(row.delivery, row.recording, row.fence, row.until)

    async def record(
        self, claim: Claim, attempt: Attempt, next_attempt_time: datetime | None
    ) -> Delivery:
        """Keeps what was tried; see `Outbox.record`."""
        row = self._held(claim)
        row.delivery = row.delivery.after(attempt, next_attempt_time, claim.delivery)
        row.until = None
        self._queue(row)
        return row.delivery

    async def release(self, claims: Iterable[Claim]) -> None:
        """Gives leases back unused; see `Outbox.release`."""
        for claim in claims:
            row = self._rows.get(claim.delivery.id)
            if row is not None and row.until is not None and row.fence == claim.fence:
                row.until = None
                self._queue(row)

    async def next_due(self) -> datetime | None:
        """When the next delivery falls due; see `Outbox.next_due`."""
        firsts = [self._first(*queue) for queue in list(self._queues.items())]
        return min((row.due for row in firsts if row and row.due), default=None)

    async def deliveries(self, name: RecordingName) -> tuple[Delivery, ...]:
        """The deliveries of a recording; see `Outbox.deliveries`."""
        return tuple(self._rows[each].delivery for each in self._of_recording.get(name, []))

    async def redeliver(self, name: RecordingName, delivery_id: str) -> Delivery | None:
        """Makes a delivery due now; see `Outbox.redeliver`."""
        row = self._rows.get(delivery_id)
        if row is None or row.delivery.recording != name:
            return None
        row.delivery = row.delivery.again(self._clock.now())
        self._queue(row)
        return row.delivery

    async def redeliver_failed(self, project: str, since: datetime) -> int:
        """Makes deliveries that were given up due now; see `Outbox.redeliver_failed`."""
        given_up = [
            row
            for row in self._rows.values()
            if row.delivery.recording.project == project
            and row.delivery.state is DeliveryState.FAILED
            and (row.delivery.last_attempt_time or row.delivery.create_time) >= since
        ]
        for row in given_up:
            row.delivery = row.delivery.again(self._clock.now())
            self._queue(row)
        return len(given_up)

    def _queue(self, row: _Row) -> None:
        """Puts a row where its due time belongs; its older entries become void."""
        row.place = next(self._places)
        if row.due is not None:
            queue = self._queues.setdefault(row.delivery.receiver, [])
            heapq.heappush(queue, (row.due, row.place, row.delivery.id))

    def _first(self, receiver: str, queue: _Queue) -> _Row | None:
        """The row that is due first, void entries before it dropped."""
        while queue:
            _, place, delivery_id = queue[0]
            row = self._rows.get(delivery_id)
            if row is not None and row.place == place:
                return row
            heapq.heappop(queue)
        del self._queues[receiver]
        return None

    def _due(self, receiver: str, now: datetime) -> Iterable[_Row]:
        queue = self._queues[receiver]
        while (row := self._first(receiver, queue)) and row.due and row.due <= now:
            heapq.heappop(queue)
            yield row

    def _lease(self, row: _Row, lease_seconds: float) -> Claim:
        row.fence += 1
        row.until = self._after(lease_seconds)
        self._queue(row)
        return Claim(row.delivery, row.recording, row.fence, row.until)

    def _held(self, claim: Claim) -> _Row:
        row = self._rows.get(claim.delivery.id)
        if row is None or row.until is None or row.fence != claim.fence:
            raise StaleAttempt(resource=("Recording", str(claim.delivery.recording)))
        return row

    def _after(self, seconds: float) -> datetime:
        return self._clock.now() + timedelta(seconds=seconds)
