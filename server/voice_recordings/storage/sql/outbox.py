"""Webhooks waiting in a SQL database."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from voice_recordings.errors import StaleAttempt
from voice_recordings.recordings.delivery import Attempt, Delivery
from voice_recordings.recordings.names import RecordingName
from voice_recordings.recordings.outbox import Claim
from voice_recordings.storage.sql import rows
from voice_recordings.storage.sql.database import Database, Transaction
from voice_recordings.storage.sql.documents import microseconds, time_of
from voice_recordings.storage.sql.statements import OutboxStatements

_SECOND = 1_000_000
# Read at a time in the search for deliveries to receivers that still have room.
_CANDIDATES = 500


class SqlOutbox:
    """An `Outbox` over any `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._run = OutboxStatements(database.dialect)

    async def claim(
        self, *, limit: int, per_receiver: int, without: frozenset[str], lease_seconds: float
    ) -> tuple[Claim, ...]:
        """Leases deliveries that are due; see `Outbox.claim`."""
        ids = await self._due(limit, per_receiver, without)
        if not ids:
            return ()

        def work(again: bool) -> Transaction[tuple[Claim, ...]]:  # noqa: ARG001, FBT001 - see Database.transact
            # Judged again in the statement itself: another caller may be quicker.
            several = {"ids": self._database.several(ids)}
            leased = yield self._run.claim, several | self._until(lease_seconds)
            leases = {delivery_id: (fence, until) for delivery_id, fence, until in leased}
            several = {"ids": self._database.several(list(leases))}
            claims = {}
            for row in (yield self._run.claimed, several):
                delivery = rows.delivery_of(row)
                recording = rows.recording_of(row[rows.DELIVERY_COLUMNS :])
                fence, until = leases[delivery.id]
                claims[delivery.id] = Claim(delivery, recording, fence, time_of(until))
            return tuple(claims[delivery_id] for delivery_id in ids if delivery_id in claims)

        return await self._database.transact(work)

    async def renew(self, claim: Claim, lease_seconds: float) -> Claim:
        """Holds the delivery for longer; see `Outbox.renew`."""
        held = _held(claim) | self._until(lease_seconds)
        for row in await self._database.fetch(self._run.renew, held):
            until = time_of(row[rows.DELIVERY_COLUMNS])
            return Claim(rows.delivery_of(row), claim.recording, claim.fence, until)
        raise _stale(claim)

    async def record(
        self, claim: Claim, attempt: Attempt, next_attempt_time: datetime | None
    ) -> Delivery:
        """Keeps what was tried; see `Outbox.record`."""

        def work(again: bool) -> Transaction[Delivery]:  # noqa: ARG001, FBT001 - see Database.transact
            for row in (yield self._run.held, _held(claim)):
                delivery = rows.delivery_of(row)
                delivery = delivery.after(attempt, next_attempt_time, claim.delivery)
                yield self._run.record, _held(claim) | rows.tried(delivery)
                return delivery
            raise _stale(claim)

        return await self._database.transact(work)

    async def release(self, claims: Iterable[Claim]) -> None:
        """Gives leases back unused; see `Outbox.release`."""
        for claim in claims:
            await self._database.fetch(self._run.release, _held(claim))

    async def next_due(self) -> datetime | None:
        """When the next delivery falls due; see `Outbox.next_due`."""
        ((due,),) = await self._database.fetch(self._run.next_due, {})
        return None if due is None else time_of(due)

    async def deliveries(self, name: RecordingName) -> tuple[Delivery, ...]:
        """The deliveries of a recording; see `Outbox.deliveries`."""
        found = await self._database.fetch(self._run.of_recording, rows.key(name))
        return tuple(map(rows.delivery_of, found))

    async def redeliver(self, name: RecordingName, delivery_id: str) -> Delivery | None:
        """Makes a delivery due now; see `Outbox.redeliver`."""
        one = {**rows.key(name), "delivery_id": delivery_id, "now": self._database.now()}
        found = await self._database.fetch(self._run.redeliver, one)
        return rows.delivery_of(found[0]) if found else None

    async def redeliver_failed(self, project: str, since: datetime) -> int:
        """Makes deliveries that were given up due now; see `Outbox.redeliver_failed`."""
        which = {
            "of_project": project,
            "since": microseconds(since),
            "now": self._database.now(),
        }
        return len(await self._database.fetch(self._run.redeliver_failed, which))

    async def free_leases(self) -> None:
        """Ends every lease: nobody else can be at work, and the holders are gone."""
        await self._database.fetch(self._run.free, {})

    async def _due(self, limit: int, per_receiver: int, without: frozenset[str]) -> list[str]:
        """What may be claimed, longest due first."""
        found: list[str] = []
        taken: Counter[str] = Counter()
        after: tuple[int, str] = (-1, "")
        while True:
            full = without.union(name for name, count in taken.items() if count == per_receiver)
            candidates = await self._database.fetch(
                self._run.due,
                {
                    "now": self._database.now(),
                    "after_due": after[0],
                    "after_id": after[1],
                    "without": self._database.several(sorted(full)),
                    "limit": _CANDIDATES,
                },
            )
            for delivery_id, receiver, due in candidates:
                after = (due, delivery_id)
                if taken[receiver] < per_receiver:
                    taken[receiver] += 1
                    found.append(delivery_id)
                    if len(found) == limit:
                        return found
            if len(candidates) < _CANDIDATES:
                return found

    def _until(self, lease_seconds: float) -> dict[str, object]:
        return {"now": self._database.now(), "lease_microseconds": round(lease_seconds * _SECOND)}


def _held(claim: Claim) -> dict[str, object]:
    return {"delivery_id": claim.delivery.id, "held_fence": claim.fence}


def _stale(claim: Claim) -> StaleAttempt:
    return StaleAttempt(resource=("Recording", str(claim.delivery.recording)))
