"""Work that is done again until the database is there for it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from support.recordings import NOW
from voice_recordings.clock import ManualClock
from voice_recordings.errors import StaleAttempt, StoreUnavailable
from voice_recordings.recordings.outages import WAITS_SECONDS, outlast


class Away:
    """Work that cannot be done until some time."""

    def __init__(self, clock: ManualClock, seconds: float) -> None:
        self.back = clock.now() + timedelta(seconds=seconds)
        self.clock = clock
        self.tries = 0

    async def __call__(self) -> str:
        """Tries once."""
        self.tries += 1
        if self.clock.now() < self.back:
            raise StoreUnavailable
        return "done"


async def pass_time(clock: ManualClock, seconds: int) -> None:
    """Moves the clock and lets everybody notice."""
    for _ in range(seconds * 4):
        await clock.advance(timedelta(seconds=0.25))
        for _ in range(3):
            await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("away_seconds", "tries"),
    [(0, 1), (0.2, 2), (0.7, 3), (3600, 5 + 3600 // 8)],
    ids=["never", "blink", "restart", "an hour"],
)
async def test_work_is_done_when_the_store_is_back(away_seconds: float, tries: int) -> None:
    """Soon after, and without asking often while it is long away."""
    clock = ManualClock(NOW)
    away = Away(clock, away_seconds)
    task = asyncio.create_task(outlast(away, clock, "test"))
    await asyncio.sleep(0)
    await pass_time(clock, int(away_seconds) + int(WAITS_SECONDS[-1]))
    assert task.done()
    assert await task == "done"
    assert abs(away.tries - tries) <= 1


async def test_there_is_an_end_to_it() -> None:
    """It does not wait past the time it is given."""
    clock = ManualClock(NOW)
    away = Away(clock, 3600)
    until = clock.now() + timedelta(seconds=10)
    task = asyncio.create_task(outlast(away, clock, "test", until=until))
    await asyncio.sleep(0)
    await pass_time(clock, 10)
    with pytest.raises(StoreUnavailable):
        await task


async def test_other_errors_are_not_waited_for() -> None:
    """What another worker has done stays done."""

    async def lost() -> None:
        raise StaleAttempt

    work: Callable[[], Awaitable[None]] = lost
    with pytest.raises(StaleAttempt):
        await outlast(work, ManualClock(NOW), "test")


async def test_who_stops_waiting_leaves_nothing_on_the_clock() -> None:
    """A recording is deleted, or the server stops."""
    clock = ManualClock(NOW)
    task = asyncio.create_task(outlast(Away(clock, 3600), clock, "test"))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await clock.advance(timedelta(hours=2)) == ()
