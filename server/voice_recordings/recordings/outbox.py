"""The port through which webhooks wait to be delivered.

A delivery's row is written by `RecordingStore.end`, in the transaction that
ends its recording, and deleted by `RecordingStore.delete`; so the two ports are
kept by one backend.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from voice_recordings.recordings.delivery import Attempt, Delivery
from voice_recordings.recordings.names import RecordingName
from voice_recordings.recordings.recording import Recording


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to make one attempt, held by one worker until `until`.

    `fence` grows with every claim on a delivery; only the newest counts.
    """

    delivery: Delivery
    recording: Recording
    fence: int
    until: datetime


class Outbox(Protocol):
    """Keeps deliveries. Every method is atomic; times are the store's own clock's."""

    async def claim(
        self, *, limit: int, per_receiver: int, without: frozenset[str], lease_seconds: float
    ) -> tuple[Claim, ...]:
        """Leases deliveries that are due, those longest due first, to the caller.

        At most `limit`, at most `per_receiver` to one `Delivery.receiver`, none
        to the receivers in `without`. Due is a delivery whose next attempt's
        time has come and that nobody holds, or whose holder has let its lease
        run out. None is given to two callers.
        """
        ...

    async def renew(self, claim: Claim, lease_seconds: float) -> Claim:
        """Holds the delivery for longer, as it is now.

        Raises `StaleAttempt` when another worker has it, or it is gone.
        """
        ...

    async def record(
        self, claim: Claim, attempt: Attempt, next_attempt_time: datetime | None
    ) -> Delivery:
        """Keeps `Delivery.after` the attempt, and gives the lease back.

        Raises `StaleAttempt`, and keeps nothing, when another worker has it or
        it is gone.
        """
        ...

    async def release(self, claims: Iterable[Claim]) -> None:
        """Gives leases back unused; those that are no longer held are passed over."""
        ...

    async def next_due(self) -> datetime | None:
        """When the next delivery falls due, leased ones at the end of their lease."""
        ...

    async def deliveries(self, name: RecordingName) -> tuple[Delivery, ...]:
        """The deliveries of a recording, oldest first; none if there is no such recording."""
        ...

    async def redeliver(self, name: RecordingName, delivery_id: str) -> Delivery | None:
        """Makes a delivery due now, with the whole schedule before it; None if there is none.

        A lease on it stays, and what its holder records is one attempt more; see
        `Delivery.after`.
        """
        ...

    async def redeliver_failed(self, project: str, since: datetime) -> int:
        """Makes every delivery of the project due now that was given up at `since` or later.

        Judged by the time of the last attempt. Gives their number.
        """
        ...
