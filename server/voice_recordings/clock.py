"""Time, and all waiting: nothing else in the service asks the machine for either."""

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

Job = Callable[[], Awaitable[None]]

_log = logging.getLogger(__name__)
_pauses = itertools.count()


class Clock(Protocol):
    """Tells the time and runs jobs when they fall due."""

    def now(self) -> datetime:
        """The time, in UTC; never goes backwards."""
        ...

    def schedule(self, due: datetime, key: str, job: Job) -> None:
        """Runs the job at `due`, or at once if that is past.

        A job already scheduled under the same key is replaced.
        """
        ...

    def cancel(self, key: str) -> None:
        """Forgets the job of this key, if it has not begun."""
        ...

    async def close(self) -> None:
        """Forgets every job; waits for those that have begun to notice."""
        ...


class SystemClock:
    """The machine's own time, held back where the machine sets it back."""

    def __init__(self) -> None:
        self._last = datetime.now(UTC)
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._running: set[asyncio.Task[None]] = set()

    def now(self) -> datetime:
        """The time, in UTC; never goes backwards."""
        self._last = max(self._last, datetime.now(UTC))
        return self._last

    def schedule(self, due: datetime, key: str, job: Job) -> None:
        """Runs the job at `due`; see `Clock.schedule`."""
        self.cancel(key)
        delay_seconds = max(0.0, (due - self.now()).total_seconds())
        loop = asyncio.get_running_loop()
        self._timers[key] = loop.call_later(delay_seconds, self._begin, key, job)

    def cancel(self, key: str) -> None:
        """Forgets the job of this key, if it has not begun."""
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()

    async def close(self) -> None:
        """Forgets every job and cancels those that have begun."""
        for key in list(self._timers):
            self.cancel(key)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _begin(self, key: str, job: Job) -> None:
        self._timers.pop(key, None)
        task = asyncio.ensure_future(run_logged(key, job))
        self._running.add(task)
        task.add_done_callback(self._running.discard)


class ManualClock:
    """A clock that stands still until it is advanced; for tests and the emulator."""

    def __init__(self, now: datetime | None = None) -> None:
        self._now = now or datetime(2030, 1, 1, tzinfo=UTC)
        self._jobs: dict[str, tuple[datetime, int, Job]] = {}
        self._order = itertools.count()

    def now(self) -> datetime:
        """The time it was last set to."""
        return self._now

    def set(self, now: datetime) -> None:
        """Moves time on without running what falls due; `advance` runs it later."""
        self._now = max(self._now, now)

    def schedule(self, due: datetime, key: str, job: Job) -> None:
        """Keeps the job until the clock is advanced to `due` or past it."""
        self._jobs[key] = (due, next(self._order), job)

    def cancel(self, key: str) -> None:
        """Forgets the job of this key."""
        self._jobs.pop(key, None)

    async def close(self) -> None:
        """Forgets every job."""
        self._jobs.clear()

    async def advance(self, span: timedelta) -> tuple[str, ...]:
        """Moves time on, runs what falls due in order, and tells the keys it ran.

        Each job sees the time it was due at; a job scheduled by a job runs too
        if it falls within the span.
        """
        until = self._now + span
        ran = []
        while due := self._next_due(until):
            key, at, job = due
            self._now = max(self._now, at)
            await run_logged(key, job)
            ran.append(key)
        self._now = until
        return tuple(ran)

    def _next_due(self, until: datetime) -> tuple[str, datetime, Job] | None:
        if not self._jobs:
            return None
        key, (at, _, job) = min(self._jobs.items(), key=lambda item: item[1][:2])
        if at > until:
            return None
        del self._jobs[key]
        return key, at, job


async def pause(clock: Clock, seconds: float, about: str) -> None:
    """Waits so long by the clock; `about` says what for, and others may wait for the same."""
    key = f"{about} {next(_pauses)}"
    over = asyncio.get_running_loop().create_future()

    async def end() -> None:
        if not over.done():
            over.set_result(None)

    clock.schedule(clock.now() + timedelta(seconds=seconds), key, end)
    try:
        await over
    finally:
        clock.cancel(key)


async def run_logged(key: str, job: Job) -> None:
    """Runs a job nobody waits for; what it raises ends in the log."""
    try:
        await job()
    except Exception:
        _log.exception("job failed", extra={"key": key})
