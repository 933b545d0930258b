"""Who is let in while the event loop has too much to do."""

import asyncio
import heapq
from collections.abc import Callable
from typing import Any

import pytest

from voice_recordings.http.turnstile import (
    MOST_WAIT_SECONDS,
    ROUND_SECONDS,
    Turnstile,
)

REQUEST_SECONDS = 0.001
REFUSAL_SECONDS = 0.00002


class Loop:
    """An event loop whose time is what the work done in it takes."""

    def __init__(self) -> None:
        self.now = 0.0
        self._ready: list[Callable[[], object]] = []

    def time(self) -> float:
        """See `asyncio.AbstractEventLoop.time`."""
        return self.now

    def call_soon(self, callback: Callable[[], object], *args: Any) -> None:
        """See `asyncio.AbstractEventLoop.call_soon`."""
        self._ready.append(lambda: callback(*args))

    def run_ready(self) -> None:
        """One pass over what is ready."""
        ready, self._ready = self._ready, []
        for callback in ready:
            callback()


class Door:
    """Requests that come at a rate and take a millisecond each to serve."""

    def __init__(self) -> None:
        self.loop: Any = Loop()
        self.refused = 0
        self.turnstile = Turnstile(self._refuse)
        self.waited: list[float] = []
        self.refused_after: list[float] = []

    def _refuse(self, count: int) -> None:
        self.refused += count

    def serve(self, due: float) -> None:
        """Its work is done in the pass, and it is answered then."""

        def work() -> None:
            self.loop.now += REQUEST_SECONDS
            self.waited.append(self.loop.now - due)

        self.loop.call_soon(work)

    def run(self, rate: float, seconds: float) -> None:
        """Requests at this rate for so long."""
        ends, due = self.loop.now + seconds, self.loop.now
        while self.loop.now < ends:
            while due <= self.loop.now:
                self._come(due)
                due += 1 / rate
            before = self.loop.now
            self.loop.run_ready()
            if self.loop.now == before:
                self.loop.now = max(self.loop.now, due)

    def _come(self, due: float) -> None:
        self.turnstile.watch(self.loop)
        if self.turnstile.is_open:
            self.serve(due)
        elif self.turnstile.has_room:
            self.turnstile.queue(lambda: self.serve(due))
        else:
            self.turnstile.refuse()
            self.loop.now += REFUSAL_SECONDS
            self.refused_after.append(self.loop.now - due)


@pytest.mark.parametrize("rate", [100, 500, 900])
def test_all_are_let_in_while_there_is_time(rate: int) -> None:
    """Up to nine tenths of what can be done."""
    door = Door()
    door.run(rate, 10)
    assert door.refused == 0
    assert len(door.waited) >= rate * 10 - 1


def test_a_burst_is_worked_off() -> None:
    """Nobody is refused for having come with many others."""
    door = Door()
    for _ in range(5):
        for _ in range(80):
            door._come(door.loop.now)
        for _ in range(5):
            door.loop.run_ready()
        door.loop.now += 1
    assert door.refused == 0
    assert len(door.waited) == 400


@pytest.mark.parametrize("times", [2, 3, 10])
def test_under_overload_as_much_is_served_as_ever(times: int) -> None:
    """Those who are served waited a bounded time, and the others are told at once."""
    door = Door()
    door.run(1000 * times, 2)
    served, door.waited, door.refused_after = len(door.waited), [], []
    door.run(1000 * times, 10)
    assert served > 0
    share_left = 1 - times * 1000 * REFUSAL_SECONDS
    assert len(door.waited) >= 0.9 * share_left * 10_000
    assert max(door.waited) <= 2 * (MOST_WAIT_SECONDS + 2 * ROUND_SECONDS)
    assert heapq.nlargest(len(door.refused_after) // 100, door.refused_after)[-1] <= 0.05


def test_after_an_overload_all_are_let_in_again() -> None:
    """As soon as it is over."""
    door = Door()
    door.run(5000, 2)
    assert door.refused > 0
    door.run(500, 1)
    refused = door.refused
    door.run(500, 5)
    assert door.refused == refused


async def test_a_real_loop_is_timed() -> None:
    """The turnstile asks nothing of it but its time and its next round."""
    turnstile = Turnstile()
    turnstile.watch(asyncio.get_running_loop())
    assert turnstile.is_open
    await asyncio.sleep(0)
    await asyncio.sleep(0)
