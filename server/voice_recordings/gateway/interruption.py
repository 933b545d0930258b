"""A call that may be cut short: by its deadline, or by its client going away.

The servicer runs in the request's own task. Only if it does not end at once
are the timer and the watch on the connection set up; calls that answer from
memory never pay for them.
"""

import asyncio
import types
from collections.abc import Awaitable, Callable, Coroutine, Generator
from functools import partial
from typing import Any, TypeVar

from voice_recordings.gateway.inbox import ClientGoneError, Inbox

T = TypeVar("T")


class DeadlineError(Exception):
    """The deadline passed, and the client has been told so."""


class Interruption:
    """Cancels a call when its deadline passes or its client goes."""

    def __init__(
        self,
        inbox: Inbox,
        deadline: float | None,
        loop: asyncio.AbstractEventLoop,
        tell_client: Callable[[], Awaitable[None]],
    ) -> None:
        """Takes the deadline in the loop's time, and what answers the client at it."""
        self._inbox = inbox
        self._deadline = deadline
        self._loop = loop
        self._tell_client = tell_client
        self._task: asyncio.Task[Any] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._told: asyncio.Future[None] | None = None
        self._cancelled = False

    async def run(self, call: Coroutine[Any, Any, T]) -> T:
        """Awaits the call; raises DeadlineError or ClientGoneError if it was cut short."""
        try:
            result = await _watched(call, self._arm)
        except asyncio.CancelledError:
            await self._explain()
            raise
        finally:
            self._disarm()
        await self._explain()
        return result

    async def _explain(self) -> None:
        if self._told is not None:
            await self._told
            raise DeadlineError
        if self._inbox.gone:
            raise ClientGoneError
        if self._deadline is not None and self._loop.time() > self._deadline:
            await self._tell_client()
            raise DeadlineError

    def _arm(self) -> None:
        self._task = asyncio.current_task()
        self._inbox.watch(self._cancel)
        if self._deadline is not None:
            self._timer = self._loop.call_at(self._deadline, self._expire)

    def _disarm(self) -> None:
        self._inbox.unwatch()
        if self._timer is not None:
            self._timer.cancel()
        if self._cancelled and self._task is not None:
            self._task.uncancel()

    def _cancel(self) -> None:
        if self._task is not None and not self._cancelled:
            self._cancelled = True
            self._task.cancel()

    def _expire(self) -> None:
        # The client is answered now, even if the servicer does not heed its
        # cancellation; grpcio does the same.
        if not self._cancelled:
            self._cancel()
            self._told = asyncio.ensure_future(self._tell_client())


@types.coroutine
def _watched(call: Coroutine[Any, Any, T], arm: Callable[[], None]) -> Generator[Any, Any, T]:
    """Awaits a call, and calls `arm` first if there is anything to wait for."""
    step: Callable[[], Any] = partial(call.send, None)
    armed = False
    while True:
        try:
            waiting = step()
        except StopIteration as stop:
            result: T = stop.value
            return result
        if not armed:
            armed = True
            arm()
        try:
            sent = yield waiting
        except GeneratorExit:
            call.close()
            raise
        except BaseException as error:
            step = partial(call.throw, error)
        else:
            step = partial(call.send, sent)
