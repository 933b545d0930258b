"""The emulator for tests that run on an event loop: the same methods, awaited.

Each runs on a thread: a webhook receiver on the test's own loop can then answer
while the test waits for the clock.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import ParamSpec, TypeVar, Unpack

import grpc

from enfonica.voice.v1beta1 import recordings_pb2
from voice_recordings.testing.clock import Clock
from voice_recordings.testing.emulator import Emulator
from voice_recordings.testing.faults import Fault, Faults, When
from voice_recordings.testing.requests import Requests
from voice_recordings.testing.simulation import Simulation
from voice_recordings.testing.webhooks import Webhooks
from voicerecordings.emulator.v1 import clock_pb2, fault_pb2, request_log_pb2, webhook_attempt_pb2

P = ParamSpec("P")
T = TypeVar("T")


async def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What the work comes to; the loop goes on meanwhile."""
    return await asyncio.to_thread(work, *args, **kwargs)


class AsyncClock:
    """See `Clock`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def now(self) -> datetime:
        """Its time, in UTC."""
        return await in_thread(self._clock.now)

    async def freeze(self) -> datetime:
        """Stops it."""
        return await in_thread(self._clock.freeze)

    async def resume(self, *, rewind: bool = False) -> datetime:
        """Lets it run."""
        return await in_thread(self._clock.resume, rewind=rewind)

    async def set(self, time: datetime) -> clock_pb2.ClockAdvanced:
        """Moves it on to a time."""
        return await in_thread(self._clock.set, time)

    async def advance(
        self, span: timedelta | None = None, **parts: float
    ) -> clock_pb2.ClockAdvanced:
        """Moves it on by a span."""
        return await in_thread(self._clock.advance, span, **parts)


class AsyncFaults:
    """See `Faults`."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    async def fail(self, method: str, code: str, message: str = "", **when: Unpack[When]) -> Fault:
        """Calls are refused with a status."""
        return await in_thread(self._faults.fail, method, code, message, **when)

    async def plan(self, fault: fault_pb2.Fault, **when: Unpack[When]) -> Fault:
        """Plans a fault of any kind."""
        return await in_thread(self._faults.plan, fault, **when)

    async def list(self) -> Sequence[fault_pb2.Fault]:
        """Every plan, with what has become of it."""
        return await in_thread(self._faults.list)

    async def check_all_fired(self) -> None:
        """Raises AssertionError if a planned failure has not happened."""
        await in_thread(self._faults.check_all_fired)


class AsyncRequests:
    """See `Requests`."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    async def list(self, method: str = "") -> Sequence[request_log_pb2.LoggedRequest]:
        """The last requests, oldest first."""
        return await in_thread(self._requests.list, method)

    async def wait(
        self, method: str = "", *, count: int = 1, timeout_seconds: float = 10.0
    ) -> Sequence[request_log_pb2.LoggedRequest]:
        """Waits until so many have been answered."""
        return await in_thread(
            self._requests.wait, method, count=count, timeout_seconds=timeout_seconds
        )


class AsyncWebhooks:
    """See `Webhooks`."""

    def __init__(self, webhooks: Webhooks) -> None:
        self._webhooks = webhooks

    async def list(self, recording: str = "") -> Sequence[webhook_attempt_pb2.WebhookAttempt]:
        """The last attempts, oldest first."""
        return await in_thread(self._webhooks.list, recording)

    async def wait(
        self, recording: str = "", *, count: int = 1, timeout_seconds: float = 10.0
    ) -> Sequence[webhook_attempt_pb2.WebhookAttempt]:
        """Waits until so many have been made."""
        return await in_thread(
            self._webhooks.wait, recording, count=count, timeout_seconds=timeout_seconds
        )

    async def redeliver(self, recording: str) -> webhook_attempt_pb2.WebhookAttempt:
        """Posts a recording's webhook once more."""
        return await in_thread(self._webhooks.redeliver, recording)


class AsyncEmulator:
    """See `Emulator`, which `sync` is."""

    def __init__(self, emulator: Emulator) -> None:
        self.sync = emulator
        self.grpc_target = emulator.grpc_target
        self.url = emulator.url
        self.clock = AsyncClock(emulator.clock)
        self.faults = AsyncFaults(emulator.faults)
        self.requests = AsyncRequests(emulator.requests)
        self.webhooks = AsyncWebhooks(emulator.webhooks)

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables by which clients find it."""
        return self.sync.environment

    def channel(self) -> grpc.aio.Channel:
        """A new channel to it on the running loop, for the caller to close."""
        return grpc.aio.insecure_channel(self.grpc_target)

    async def simulate(self, parent: str, **what: Unpack[Simulation]) -> recordings_pb2.Recording:
        """Makes a recording of a call."""
        return await in_thread(self.sync.simulate, parent, **what)

    async def end(self, name: str) -> recordings_pb2.Recording:
        """Ends a recording that waits for it."""
        return await in_thread(self.sync.end, name)

    async def reset(self) -> int:
        """Forgets everything."""
        return await in_thread(self.sync.reset)

    async def seed(self, seed: int) -> None:
        """Makes ids repeat."""
        await in_thread(self.sync.seed, seed)

    async def export_to(self, path: Path) -> None:
        """Writes everything to a file."""
        await in_thread(self.sync.export_to, path)

    async def import_from(self, path: Path) -> int:
        """Puts a file's content in place of everything."""
        return await in_thread(self.sync.import_from, path)
