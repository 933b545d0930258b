"""One call on its way through the emulator: logged, and met by a fault if one is planned."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.message import Message
from grpc.aio import AbortError, ServicerContext

from voice_recordings.emulator.answering import Answering, corrupted
from voice_recordings.emulator.clock import EmulatorClock
from voice_recordings.emulator.faults import Faults, Planned
from voice_recordings.emulator.methods import Methods
from voice_recordings.emulator.projects import project_asked
from voice_recordings.emulator.refusal import grpc_refusal
from voice_recordings.emulator.request_log import Logged, RequestLog
from voice_recordings.telemetry.caller import ANYBODY, caller
from voicerecordings.emulator.v1 import fault_pb2

_Context = ServicerContext[Any, Any]
_DEADLINE_HEADERS = ("grpc-timeout", "x-server-timeout")
_CODES = {code.value[0]: code for code in grpc.StatusCode}
# A field of a wire type that does not exist: no message reads this.
_UNREADABLE = b"\x07"
# What gRPC puts before each message.
_FRAME_BYTES = 5
# What a client sees whose connection breaks: a status of its own making, without details.
_BROKEN = (grpc.StatusCode.UNAVAILABLE, "Socket closed")


@dataclass(frozen=True, slots=True)
class Book:
    """What calls are held against, and written down in.

    `on_answered` is told of each unary request that was answered well.
    """

    methods: Methods
    faults: Faults
    log: RequestLog
    clock: EmulatorClock
    on_answered: Callable[[str, Message], Awaitable[None]]


class Call:
    """Wraps a method's behaviour for one call. `out` is its HTTP answer, if it has one."""

    def __init__(self, book: Book, method: str, out: Answering | None) -> None:
        self._book = book
        self._method = method
        self._out = out
        self._door = fault_pb2.GRPC if out is None else fault_pb2.REST
        self._logged: Logged | None = None
        self._fault: Planned | None = None
        self._received_bytes = 0
        self._cut = asyncio.Event()

    def serializer(self, serialize: Any) -> Any:
        """What makes bytes of an answer, if need be the wrong ones; REST makes its own."""
        if self._out is not None or not self._book.faults.concern(self._method, self._door):
            return serialize

        def maybe_corrupt(response: Any) -> Any:
            data = serialize(response)
            return _UNREADABLE + corrupted(data[1:]) if self._meets("corrupt") else data

        return maybe_corrupt

    def unary(self, behaviour: Any) -> Any:
        """One request, one answer."""

        async def answer(request: Any, context: _Context) -> Any:
            async with self._account(context):
                self._begin(request, context)
                await self._before(context)
                response = await behaviour(request, context)
                await self._after(response, context)
                await self._book.on_answered(self._method, request)
                return response

        return answer

    def streaming(self, behaviour: Any) -> Any:
        """One request, many answers."""

        async def answer(request: Any, context: _Context) -> AsyncIterator[Any]:
            async with self._account(context), aclosing(behaviour(request, context)) as responses:
                self._begin(request, context)
                await self._before(context)
                async for response in responses:
                    await self._after(response, context)
                    yield response

        return answer

    def streamed(self, behaviour: Any) -> Any:
        """Many requests, one answer."""

        async def answer(requests: AsyncIterator[Any], context: _Context) -> Any:
            async with self._account(context):
                seen = await self._watched(requests, context)
                return await self._unless_cut(behaviour(seen, context), context)

        return answer

    def streaming_both(self, behaviour: Any) -> Any:
        """Many requests, many answers."""

        async def answer(requests: AsyncIterator[Any], context: _Context) -> AsyncIterator[Any]:
            async with self._account(context):
                seen = await self._watched(requests, context)
                async with aclosing(behaviour(seen, context)) as responses:
                    while True:
                        try:
                            response = await self._unless_cut(anext(responses), context)
                        except StopAsyncIteration:
                            return
                        yield response

        return answer

    def _begin(self, request: Message | None, context: _Context) -> None:
        """Writes the call down, and looks for its fault."""
        project = project_asked(request) if request is not None else None
        self._log(project, request, context)
        self._fault = self._book.faults.meet(self._method, self._door, project)
        if self._fault is not None and self._logged is not None:
            self._logged.entry.fault = self._fault.name

    def _log(self, project: str | None, request: Message | None, context: _Context) -> None:
        metadata = tuple(context.invocation_metadata() or ())
        remaining: float | None = context.time_remaining()
        if self._out is not None and not any(h in self._out.headers for h in _DEADLINE_HEADERS):
            remaining = None
        self._logged = self._book.log.begin(
            self._method,
            self._door,
            project,
            message=request,
            metadata=metadata,
            deadline_seconds=remaining,
        )
        if caller.get() != ANYBODY:
            self._logged.entry.caller = caller.get()

    @asynccontextmanager
    async def _account(self, context: _Context) -> AsyncIterator[None]:
        code = grpc.StatusCode.CANCELLED
        try:
            yield
            code = _code(context)
        except AbortError:
            code = _code(context)
            raise
        except asyncio.CancelledError:
            if context.time_remaining() == 0:
                code = grpc.StatusCode.DEADLINE_EXCEEDED
            raise
        finally:
            if self._logged is None:
                # Refused before anything of it was read.
                self._log(None, None, context)
            if self._logged is not None:
                await self._book.log.end(self._logged, code)

    def _meets(self, effect: str) -> bool:
        return self._fault is not None and self._fault.plan.WhichOneof("effect") == effect

    async def _before(self, context: _Context) -> None:
        """What a fault does before the method has a say."""
        fault = self._fault
        if fault is None:
            return
        if fault.plan.HasField("delay"):
            await self._book.clock.pause(fault.released, fault.delay.total_seconds())
        if self._meets("status"):
            await context.abort(*grpc_refusal(fault.plan.status))
        if self._meets("stall"):
            await fault.released.wait()
        if self._meets("drop"):
            await self._break(context)
        if self._out is not None:
            self._out.corrupt = self._meets("corrupt")

    async def _after(self, response: Message, context: _Context) -> None:
        """What a fault does to an answer."""
        if self._fault is None or not self._meets("cut_after_bytes"):
            return
        if self._out is not None:
            self._out.cut_after_bytes = self._fault.plan.cut_after_bytes
        elif _FRAME_BYTES + response.ByteSize() > self._fault.plan.cut_after_bytes:
            await self._break(context)

    async def _break(self, context: _Context) -> None:
        if self._out is not None:
            self._out.drop = True
        await context.abort(*_BROKEN)

    async def _watched(self, requests: AsyncIterator[Any], context: _Context) -> AsyncIterator[Any]:
        """The requests, the first of which says what the call is about.

        It is waited for here only if a fault may depend on it: how long a
        client may take over it is the method's own affair.
        """
        if not self._book.faults.concern(self._method, self._door):
            return self._noted(requests, context)
        first = await anext(aiter(requests), None)
        self._begin(first, context)
        await self._before(context)
        return self._counted(first, requests)

    async def _noted(self, requests: AsyncIterator[Any], context: _Context) -> AsyncIterator[Any]:
        async for request in requests:
            if self._logged is None:
                self._begin(request, context)
            yield request

    async def _counted(self, first: Any, rest: AsyncIterator[Any]) -> AsyncIterator[Any]:
        if first is not None:
            await self._count(first)
            yield first
        async for request in rest:
            await self._count(request)
            yield request

    async def _count(self, request: Message) -> None:
        self._received_bytes += request.ByteSize()
        if self._fault is None or not self._meets("cut_after_bytes"):
            return
        if self._received_bytes > self._fault.plan.cut_after_bytes:
            self._cut.set()
            await asyncio.Event().wait()

    async def _unless_cut(self, work: Awaitable[Any], context: _Context) -> Any:
        """What the work comes to; if the stream is cut first, the work is broken off."""
        if not self._meets("cut_after_bytes"):
            return await work
        task = asyncio.ensure_future(work)
        cut = asyncio.ensure_future(self._cut.wait())
        try:
            await asyncio.wait({task, cut}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
        finally:
            for each in (task, cut):
                each.cancel()
            await asyncio.gather(task, cut, return_exceptions=True)
        return await self._break(context)


def _code(context: _Context) -> grpc.StatusCode:
    code: Any = context.code()
    if isinstance(code, grpc.StatusCode):
        return code
    return _CODES.get(code or 0, grpc.StatusCode.UNKNOWN)
