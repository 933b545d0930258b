"""Trips to the threads that wait for the disk."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial

_Future = asyncio.Future[None]

# So many syncs in a row take little longer than one, as the loop sees it, and
# cost one waking of a thread and one of the loop.
_MOST_TOGETHER = 8


class SharedTrips:
    """Runs blocking work in threads; what came in the same turn of the loop goes together."""

    def __init__(self, threads: Executor) -> None:
        self._threads = threads
        self._waiting: list[tuple[Callable[[], None], _Future]] = []

    async def take(self, work: Callable[[], None]) -> None:
        """Waits until the work is done; raises what it raises."""
        loop = asyncio.get_running_loop()
        done: _Future = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._depart)
        self._waiting.append((work, done))
        await done

    def _depart(self) -> None:
        loop = asyncio.get_running_loop()
        waiting, self._waiting = self._waiting, []
        for start in range(0, len(waiting), _MOST_TOGETHER):
            together = waiting[start : start + _MOST_TOGETHER]
            trip = loop.run_in_executor(self._threads, _one_by_one, [work for work, _ in together])
            trip.add_done_callback(partial(_arrive, [done for _, done in together]))


def _one_by_one(together: list[Callable[[], None]]) -> list[Exception | None]:
    return [_outcome(work) for work in together]


def _outcome(work: Callable[[], None]) -> Exception | None:
    try:
        work()
    except Exception as error:
        return error
    return None


def _arrive(waiting: list[_Future], trip: "asyncio.Future[list[Exception | None]]") -> None:
    if trip.cancelled():
        for done in waiting:
            done.cancel()
        return
    for done, error in zip(waiting, trip.result(), strict=True):
        if done.done():
            continue  # nobody waits any more
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)
