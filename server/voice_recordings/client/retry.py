"""When a call that failed is made again."""

from collections.abc import Callable
from dataclasses import dataclass

from voice_recordings.client.errors import ServiceError

_PASSING = ("UNAVAILABLE", "CANCELLED")


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often, and how long after one another, a call is tried.

    Calls that may be repeated are, when the service is UNAVAILABLE, or CANCELLED what
    the caller did not: so gRPC refuses what a server has no time for. One refused
    with RESOURCE_EXHAUSTED has done nothing, so any is. The pauses grow from
    `first_seconds` by `factor` up to `longest_seconds`, each drawn at random
    from its upper half, so that clients do not come back all at once; where the
    service names a time, it is at least that.
    """

    attempts: int = 5
    first_seconds: float = 0.1
    longest_seconds: float = 5.0
    factor: float = 2.0

    def pause_seconds(
        self,
        error: ServiceError,
        attempt: int,
        *,
        repeatable: bool,
        random: Callable[[], float],
    ) -> float | None:
        """How long to wait after this attempt, counted from 1; None: not again."""
        again = error.code == "RESOURCE_EXHAUSTED" or (repeatable and error.code in _PASSING)
        if not again or attempt >= self.attempts:
            return None
        longest = min(self.first_seconds * self.factor ** (attempt - 1), self.longest_seconds)
        return max(longest * (1 + random()) / 2, error.retry_seconds or 0.0)


RETRY = RetryPolicy()
NO_RETRY = RetryPolicy(attempts=1)
