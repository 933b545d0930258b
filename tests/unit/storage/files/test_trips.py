"""Blocking work that shares a trip to a thread."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from voice_recordings.storage.files.trips import SharedTrips


class CountingThreads(ThreadPoolExecutor):
    """Threads that know how often they were gone to."""

    trips = 0

    def submit(self, *args, **values):  # type: ignore[no-untyped-def] # noqa: ANN201, ANN002, ANN003 - as it is in its class
        """Counts."""
        self.trips += 1
        return super().submit(*args, **values)


async def test_what_comes_at_once_goes_together() -> None:
    """Twenty at once take three trips, and each is done once, in order of arrival."""
    done: list[int] = []
    with CountingThreads(1) as threads:
        shared = SharedTrips(threads)
        await asyncio.gather(*(shared.take(partial(done.append, number)) for number in range(20)))
        assert threads.trips == 3
    assert done == list(range(20))


async def test_what_fails_fails_for_its_own_caller_alone() -> None:
    """The others of the trip are done."""
    done: list[int] = []

    def fail() -> None:
        raise OSError(28, "No space left on device")

    with ThreadPoolExecutor(1) as threads:
        shared = SharedTrips(threads)
        first, failed, last = await asyncio.gather(
            shared.take(lambda: done.append(1)),
            shared.take(fail),
            shared.take(lambda: done.append(2)),
            return_exceptions=True,
        )
    assert (first, last) == (None, None)
    assert isinstance(failed, OSError)
    assert done == [1, 2]


async def test_a_caller_that_gives_up_leaves_the_others_alone() -> None:
    """Its work may be done all the same."""
    go = threading.Event()
    done: list[int] = []
    with ThreadPoolExecutor(1) as threads:
        shared = SharedTrips(threads)
        impatient = asyncio.ensure_future(shared.take(go.wait))  # type: ignore[arg-type] # what it gives is not looked at
        patient = asyncio.ensure_future(shared.take(lambda: done.append(1)))
        await asyncio.sleep(0)
        impatient.cancel()
        with pytest.raises(asyncio.CancelledError):
            await impatient
        go.set()
        await patient
    assert done == [1]
