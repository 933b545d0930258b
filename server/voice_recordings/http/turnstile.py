"""Letting in as many requests as the event loop can take, while it cannot take all of them.

Under more load than there is processor for, everybody would wait until nobody is
served in time. So the loop's rounds are timed while requests come in. A round that
takes long is no harm: a burst is worked off. When they have all been long for a
while, only so many requests are let in a round as can be served in
`ROUND_SECONDS`, some more wait their turn, and the rest is told so at once, which
costs a fraction of serving them. (The idea is that of CoDel, RFC 8289, on requests
instead of packets.)

The times are the event loop's own, as with every connection's.
"""

import asyncio
from collections import deque
from collections.abc import Callable

# What keeps refusals quick: they are seen once a round.
ROUND_SECONDS = 0.02
PATIENCE_SECONDS = 0.1
# So long it has to be calm, that the next wave finds the turnstile as it was.
CALM_SECONDS = 5.0
# Who would wait longer is refused.
MOST_WAIT_SECONDS = 0.2
# So many a round are always let in, and so many may always wait: a round may be long
# for another reason than requests.
_LEAST = 16.0
LEAST_WAITING = 160
_LEAST_SECONDS = 1e-5
# Of one round, in the mean of what a request takes.
_WEIGHT = 0.2

Serve = Callable[[], None]


class Turnstile:
    """One for all connections of an event loop."""

    def __init__(self, refused: Callable[[int], None] = lambda _: None) -> None:
        """`refused` is told, once a round, how many requests were not let in."""
        self._tell_refused = refused
        self._refused = 0
        # How many a round; None while all are let in.
        self._most: float | None = None
        self._waiting: deque[Serve] = deque()
        self._most_waiting = float(LEAST_WAITING)
        self._late_since: float | None = None
        self._calm_since: float | None = None
        self._last_end = 0.0
        self._each_seconds = MOST_WAIT_SECONDS / LEAST_WAITING
        self._admitted = 0
        self._held_up = False
        self._timing = False

    @property
    def is_open(self) -> bool:
        """Whether a request may go through at once. Told of each that comes, and counts those."""
        if self._most is not None and self._admitted >= self._most:
            self._held_up = True
            return False
        self._admitted += 1
        return True

    @property
    def has_room(self) -> bool:
        """Whether one more may wait its turn."""
        return len(self._waiting) < self._most_waiting

    def queue(self, serve: Serve) -> None:
        """Has a request that may not go through wait its turn."""
        self._waiting.append(serve)

    def refuse(self) -> None:
        """Counts a request that was told there is no room."""
        self._refused += 1

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Times the round of the loop that a request has come in with."""
        if self._timing:
            return
        self._timing = True
        began = loop.time()

        def worked_off() -> None:
            # What came in with this round has been begun; what comes from now on is the next's.
            admitted, held_up = self._admitted, self._held_up
            self._admitted, self._held_up, self._timing = 0, False, False
            loop.call_soon(lambda: self._end_round(loop.time(), began, admitted, held_up))
            self._next(loop)

        loop.call_soon(worked_off)

    def _next(self, loop: asyncio.AbstractEventLoop) -> None:
        """Lets in those whose turn it is."""
        while self._waiting and self.is_open:
            self._waiting.popleft()()
        if self._waiting:
            self.watch(loop)

    def _end_round(self, now: float, began: float, admitted: int, held_up: bool) -> None:  # noqa: FBT001 - ours alone
        if self._refused:
            self._tell_refused(self._refused)
            self._refused = 0
        took = now - began
        if began - self._last_end > ROUND_SECONDS:
            # It had nothing to do in between, so that it was not late on end.
            self._late_since = None
        self._last_end = now
        if took <= ROUND_SECONDS and not held_up:
            self._calm(now, began)
        else:
            self._late(now, began, took / max(1, admitted))

    def _calm(self, now: float, began: float) -> None:
        self._late_since = None
        self._calm_since = self._calm_since or began
        if now - self._calm_since >= CALM_SECONDS:
            self._most = None

    def _late(self, now: float, began: float, each_seconds: float) -> None:
        self._calm_since = None
        self._late_since = self._late_since or began
        if self._most is None:
            # What one takes is known only from rounds that had much to do.
            self._each_seconds = each_seconds
            if now - self._late_since < PATIENCE_SECONDS:
                return
        # One round says little: the machine may have been elsewhere for a while.
        self._each_seconds += (each_seconds - self._each_seconds) * _WEIGHT
        each = max(self._each_seconds, _LEAST_SECONDS)
        self._most = max(_LEAST, ROUND_SECONDS / each)
        self._most_waiting = max(LEAST_WAITING, MOST_WAIT_SECONDS / each)
