"""The delivery of one ready webhook: what has been tried, and what comes next.

Like a recording, a delivery is pending until it has nothing left to do, and how
it ended hangs on its last attempt: delivered, or given up.
"""

import enum
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus

from voice_recordings.recordings.names import RecordingName
from voice_recordings.recordings.recording import Recording
from voice_recordings.recordings.webhook_url import parse
from voice_recordings.telemetry.origin import NOWHERE, Origin

# What was tried is kept for people to look at; a delivery asked for again and
# again does not grow for ever.
KEPT_ATTEMPTS = 50


class Failure(enum.Enum):
    """Why an attempt brought no answer that counts; the stable words of `Attempt.failure`."""

    CONNECT_TIMEOUT = "CONNECT_TIMEOUT"
    TIMEOUT = "TIMEOUT"
    NAME_NOT_FOUND = "NAME_NOT_FOUND"
    ADDRESS_REFUSED = "ADDRESS_REFUSED"
    CONNECTION_FAILED = "CONNECTION_FAILED"
    TLS_FAILED = "TLS_FAILED"
    ANSWER_INVALID = "ANSWER_INVALID"
    REDIRECT_REFUSED = "REDIRECT_REFUSED"
    URL_INVALID = "URL_INVALID"
    INTERNAL = "INTERNAL"


class DeliveryState(enum.Enum):
    """Where a delivery is in its life."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One POST: the status that came back, or the failure that stood in its way.

    `detail` is a sentence for people.
    """

    start_time: datetime
    latency: timedelta
    status: int | None = None
    failure: Failure | None = None
    detail: str = ""

    @property
    def is_success(self) -> bool:
        """Whether the receiver has the webhook: any 2xx."""
        return (
            self.failure is None
            and self.status is not None
            and HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES
        )


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook on its way to one URL.

    `id` is the same on every attempt. `round_attempts` counts those since the
    delivery was last asked for, which is what the schedule goes by; `attempts`
    holds the last ones of all, oldest first. `origin` is what its recording came of.
    """

    recording: RecordingName
    id: str
    url: str
    create_time: datetime
    next_attempt_time: datetime | None
    round_attempts: int = 0
    attempts: tuple[Attempt, ...] = ()
    origin: Origin = NOWHERE

    @classmethod
    def of(cls, recording: Recording, origin: Origin = NOWHERE) -> "Delivery | None":
        """The delivery that an ended recording calls for, due at once; None without a URI.

        Its id follows from the recording's own, so that ending a recording twice
        in a crash cannot make two.
        """
        if recording.ending is None or not recording.ready_uri:
            return None
        ended = recording.ending.end_time
        return cls(
            recording.name,
            f"ready-{recording.media_key}",
            recording.ready_uri,
            ended,
            ended,
            origin=origin,
        )

    @property
    def state(self) -> DeliveryState:
        """Pending while there is a next attempt; then its last one tells."""
        if self.next_attempt_time is not None:
            return DeliveryState.PENDING
        if self.attempts and self.attempts[-1].is_success:
            return DeliveryState.DELIVERED
        return DeliveryState.FAILED

    @property
    def last_attempt_time(self) -> datetime | None:
        """When it was last tried."""
        return self.attempts[-1].start_time if self.attempts else None

    @property
    def receiver(self) -> str:
        """Scheme, host and port: what answers, or fails to, as one."""
        try:
            url = parse(self.url)
        except ValueError:
            return self.url
        return f"{url.scheme}://{url.host}:{url.port}"

    def after(
        self, attempt: Attempt, next_attempt_time: datetime | None, claimed: "Delivery"
    ) -> "Delivery":
        """The delivery once this has been tried; without a next time it is over.

        `claimed` is what it was when the attempt began: if it has been asked for
        again since, a failure of the old round does not end or delay the new one.
        """
        asked_again = self.round_attempts < claimed.round_attempts
        return replace(
            self,
            next_attempt_time=(
                self.next_attempt_time
                if asked_again and not attempt.is_success
                else next_attempt_time
            ),
            round_attempts=self.round_attempts + (not asked_again),
            attempts=(*self.attempts, attempt)[-KEPT_ATTEMPTS:],
        )

    def again(self, now: datetime) -> "Delivery":
        """The delivery asked for again: due now, with the whole schedule before it."""
        return replace(self, next_attempt_time=now, round_attempts=0)
