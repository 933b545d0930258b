"""Room for streams, whose project is known only from their first message."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from unit.rpc.echoing import HANDLERS, called
from voice_recordings.errors import TooManyCalls
from voice_recordings.rpc.admission_interceptor import AdmissionInterceptor, CallLimits
from voice_recordings.telemetry.metrics import Metrics

LIMITS = CallLimits(unary_calls=3, streams=3, project_calls=3, project_streams=1)


def message(project: str) -> Any:
    """A request that names something of the project."""
    return SimpleNamespace(name=f"projects/{project}/calls/c/recordings/r")


class Door:
    """Streams that last until they are ended."""

    def __init__(self, kind: str) -> None:
        self.metrics = Metrics()
        self._interceptor = AdmissionInterceptor(LIMITS, self.metrics)
        self._kind = kind

    def begin(self, *messages: Any) -> tuple["asyncio.Task[list[Any]]", asyncio.Event]:
        """A call with these messages, under way until the event is set."""
        ended = asyncio.Event()

        async def requests() -> AsyncIterator[Any]:
            for each in messages:
                yield each
            await ended.wait()

        served = called(self._interceptor, self._kind, requests())
        return asyncio.ensure_future(served), ended

    def refused(self, limit: str) -> float:
        """How many were, by the figures."""
        name = "voice_recordings_calls_refused_total"
        return self.metrics.registry.get_sample_value(name, {"limit": limit}) or 0.0


@pytest.fixture(params=HANDLERS)
def door(request: Any) -> Door:
    """A door of each shape of stream."""
    return Door(request.param)


async def test_a_project_has_so_many_streams_and_another_its_own(door: Door) -> None:
    """Room is given back at the end; every message reaches the method."""
    first, first_ended = door.begin(message("aaa"), message("aaa"))
    await asyncio.sleep(0)
    second, second_ended = door.begin(message("aaa"))
    other, other_ended = door.begin(message("bbb"))
    second_ended.set()
    with pytest.raises(TooManyCalls):
        await second
    first_ended.set()
    other_ended.set()
    assert len(await first) == 2
    assert len(await other) == 1
    third, third_ended = door.begin(message("aaa"))
    third_ended.set()
    assert len(await third) == 1
    assert (door.refused("project"), door.refused("stream")) == (1.0, 0.0)


async def test_a_stream_that_says_nothing_takes_room_too(door: Door) -> None:
    """Of all streams, as it belongs to no project yet; and gives it back."""
    silent = [door.begin() for _ in range(LIMITS.streams)]
    await asyncio.sleep(0)
    late, late_ended = door.begin(message("aaa"))
    late_ended.set()
    with pytest.raises(TooManyCalls):
        await late
    for _, ended in silent:
        ended.set()
    assert await asyncio.gather(*(call for call, _ in silent)) == [[]] * LIMITS.streams
    again, again_ended = door.begin(message("aaa"))
    again_ended.set()
    assert len(await again) == 1
