"""Gives a unary call that has no deadline one, so that nothing is worked on for ever."""

import asyncio
from typing import Any

from grpc.aio import ServicerContext

from voice_recordings.errors import DeadlineExceeded
from voice_recordings.rpc.behaviours import Behaviour, Handler, WrappingInterceptor, around

DEFAULT_SECONDS = 30.0
# Test controls wait for what tests do, and for all that a clock runs in a century.
_EXEMPT = "/voicerecordings.emulator."


class DeadlineInterceptor(WrappingInterceptor):
    """Goes inside the `ErrorInterceptor`. A deadline the client gave is grpcio's to keep.

    It is the machine's time that counts here, as with every deadline of grpc,
    and not the service's clock.
    """

    def __init__(self, seconds: float = DEFAULT_SECONDS) -> None:
        super().__init__()
        self._watch = _Watch(seconds)

    def wrap(self, method: str, handler: Handler) -> Handler:
        """The handler, limited in time if it is unary."""
        if handler.request_streaming or handler.response_streaming or method.startswith(_EXEMPT):
            return handler
        return around(handler, answer=self._limited, stream=self._limited)

    def _limited(self, behaviour: Behaviour) -> Behaviour:
        watch = self._watch

        async def limited(request: Any, context: ServicerContext[Any, Any]) -> Any:
            if context.time_remaining() is not None:
                return await behaviour(request, context)
            task, cancelling = watch.begin()
            try:
                return await behaviour(request, context)
            except asyncio.CancelledError:
                # As asyncio.timeout has it: somebody else's cancelling stays what it is.
                if watch.is_late(task) and task.uncancel() <= cancelling:
                    raise DeadlineExceeded from None
                raise
            finally:
                watch.end(task)

        return limited


class _Watch:
    """Cancels tasks that take longer than all of them may, by one timer for all of them.

    A timer for each would cost a call more than being counted and measured does.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        # Oldest first, as all have the same time.
        self._due: dict[asyncio.Task[Any], float] = {}
        self._late: set[asyncio.Task[Any]] = set()
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> tuple[asyncio.Task[Any], int]:
        """Watches the task that calls this; gives it, and how many want it cancelled already."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("calls are served by tasks")
        loop = task.get_loop()
        self._due[task] = loop.time() + self._seconds
        if self._timer is None:
            self._timer = loop.call_later(self._seconds, self._look, loop)
        return task, task.cancelling()

    def is_late(self, task: asyncio.Task[Any]) -> bool:
        """Whether it was cancelled here."""
        return task in self._late

    def end(self, task: asyncio.Task[Any]) -> None:
        """Lets it go."""
        self._due.pop(task, None)
        self._late.discard(task)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Cancels what is due, and looks again when the next may be."""
        self._timer = None
        for task, due in list(self._due.items()):
            if due > loop.time():
                self._timer = loop.call_at(due, self._look, loop)
                break
            del self._due[task]
            self._late.add(task)
            task.cancel()
