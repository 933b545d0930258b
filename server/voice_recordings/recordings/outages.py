"""Going on with what is done when the database that has to hear of it is away."""

import itertools
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar

from voice_recordings.clock import Clock, pause
from voice_recordings.errors import StoreUnavailable

# At first often, for a restart is short; then so that the log is not flooded.
WAITS_SECONDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)

T = TypeVar("T")


async def outlast(
    work: Callable[[], Awaitable[T]], clock: Clock, about: str, *, until: datetime | None = None
) -> T:
    """Does the work until the store is there for it; what else it raises is raised.

    Raises `StoreUnavailable` when it is still away at `until`. The work must be
    of the kind that may have been done without our hearing of it: fenced.
    `about` is the clock's, for the waiting.
    """
    for wait in itertools.chain(WAITS_SECONDS, itertools.repeat(WAITS_SECONDS[-1])):
        try:
            return await work()
        except StoreUnavailable:
            if until is not None and clock.now() + timedelta(seconds=wait) >= until:
                raise
        await pause(clock, wait, about)
    raise AssertionError("there is always another wait")
