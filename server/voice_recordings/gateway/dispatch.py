"""Calls a servicer's method through the interceptors, as grpcio's aio server does.

Knows no wire format: messages come in and go out as objects, and the context
says how the call ended.
"""

import asyncio
import contextlib
import functools
import inspect
import logging
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.message import Message
from grpc import aio

from voice_recordings.gateway.context import Context
from voice_recordings.gateway.metadata import Metadata
from voice_recordings.gateway.methods import (
    GenericHandler,
    Handler,
    Method,
    behaviour_of,
    is_async,
)
from voice_recordings.gateway.threads import (
    SyncContext,
    iterate_in_thread,
    read_from_thread,
    run_in_thread,
)

_log = logging.getLogger(__name__)
# What a handler that streams has to give back: nothing, all is written.
_SENT = object()


@dataclass(frozen=True, slots=True)
class CallDetails(grpc.HandlerCallDetails):
    """What an interceptor is told of a call."""

    method: str
    invocation_metadata: Metadata


class SerializationError(Exception):
    """A servicer answered with something that is not its response message."""


class Dispatcher:
    """Finds handlers through interceptors, and runs them."""

    def __init__(
        self, interceptors: Sequence[aio.ServerInterceptor], executor: Executor | None
    ) -> None:
        """Takes interceptors in the order they see a call; sync servicers run in the executor."""
        for interceptor in interceptors:
            if not isinstance(interceptor, aio.ServerInterceptor):
                raise TypeError(f"{interceptor!r} is not a grpc.aio.ServerInterceptor")
        self._interceptors = tuple(interceptors)
        self._executor = executor
        self._handlers: dict[str, Handler] = {}
        self._generic: list[GenericHandler] = []

    def register(self, handlers: Mapping[str, Handler]) -> None:
        """Adds handlers by full method name."""
        self._handlers.update(handlers)

    def register_generic(self, handlers: Iterable[GenericHandler]) -> None:
        """Adds handlers that are asked for each method nobody registered."""
        self._generic.extend(handlers)

    async def call(self, method: Method, context: Context) -> Any:
        """Runs a call to its end; gives the response message if there is one to give.

        Requests are read from the context's source and a streamed response
        written to its sink. Whatever the servicer raises ends up in
        the context's status; only cancellation is raised.
        """
        try:
            return await self._run(method, context)
        except aio.AbortError as error:
            if error is not context.aborted_with:
                self._unexpected(method, context, error)
        except Exception as error:
            self._unexpected(method, context, error)
        return None

    def _unexpected(self, method: Method, context: Context, error: Exception) -> None:
        _log.exception("unexpected %s raised by %s", type(error).__name__, method.name)
        if isinstance(error, SerializationError):
            context.fail(grpc.StatusCode.INTERNAL, str(error))
        elif context.aborted_with is None:
            code = context.status().code
            if code is grpc.StatusCode.OK:
                code = grpc.StatusCode.UNKNOWN
            context.fail(code, f"Unexpected {type(error)}: {error}")

    async def _run(self, method: Method, context: Context) -> Any:
        handler = await self._find(method.name, context.invocation_metadata())
        if handler is None:
            context.fail(grpc.StatusCode.UNIMPLEMENTED, "Method not found!")
            return None
        behaviour = behaviour_of(handler)
        in_loop = method.is_async if handler is method.handler else is_async(behaviour)
        # An interceptor may answer with a handler of another shape than the
        # method's, to refuse a call for one; grpcio goes by the handler's, and so do we.
        argument = await _argument(method, handler, context)
        if handler.response_streaming:
            response = await self._stream(method, handler, context, argument, in_loop=in_loop)
        elif in_loop:
            response = await behaviour(argument, context)
        else:
            response = await self._in_thread(behaviour, argument, context)
        if context.aborted_with is not None:
            raise context.aborted_with
        if response is _SENT or context.status().code is not grpc.StatusCode.OK:
            return None
        message = _response(method, handler, response)
        if method.server_streaming:
            await context.write(message)
            return None
        return message

    async def _find(self, name: str, metadata: Metadata) -> Handler | None:
        if not self._interceptors:
            return self._resolve(CallDetails(name, metadata))
        handler: Handler | None = await self._intercepted(0, CallDetails(name, metadata))
        return handler

    async def _intercepted(self, index: int, details: Any) -> Any:
        if index == len(self._interceptors):
            return self._resolve(details)
        return await self._interceptors[index].intercept_service(
            functools.partial(self._intercepted, index + 1), details
        )

    def resolve(self, name: str) -> Handler | None:
        """The handler registered for a method, past the interceptors."""
        return self._resolve(CallDetails(name, ()))

    def _resolve(self, details: grpc.HandlerCallDetails) -> Handler | None:
        handler = self._handlers.get(details.method)
        if handler is not None:
            return handler
        for generic in self._generic:
            answer: Handler | None = generic.service(details)
            if answer is not None:
                return answer
        return None

    async def _in_thread(
        self, behaviour: Callable[..., Any], argument: Any, context: Context
    ) -> Any:
        loop = asyncio.get_running_loop()
        if isinstance(argument, RequestReader):
            argument = read_from_thread(argument, loop)
        return await run_in_thread(
            loop, self._executor, behaviour, argument, SyncContext(context, loop)
        )

    async def _stream(
        self,
        method: Method,
        handler: Handler,
        context: Context,
        argument: Any,
        *,
        in_loop: bool,
    ) -> object:
        """Writes every response; for a method with a single one, gives that."""
        written: list[Any] = []
        sink = context.sink

        async def write(response: Any) -> None:
            if sink is None:
                written.append(response)
            else:
                await sink(_response(method, handler, response))

        context.sink = write
        behaviour = behaviour_of(handler)
        if inspect.iscoroutinefunction(behaviour):
            # The reader-writer style: it writes to the context and returns nothing.
            await behaviour(argument, context)
        else:
            responses: AsyncGenerator[Any, None]
            if in_loop:
                responses = behaviour(argument, context)
            else:
                made = await self._in_thread(behaviour, argument, context)
                responses = iterate_in_thread(made, self._executor)
            async with contextlib.aclosing(responses):
                async for response in responses:
                    await context.write(response)
        if method.server_streaming or not written:
            return _SENT
        return written[0]


class RequestReader:
    """The request stream as an async iterator, over the context's `read`."""

    def __init__(self, context: Context) -> None:
        """Reads nothing before it is asked to."""
        self._context = context

    def __aiter__(self) -> "RequestReader":
        return self

    async def __anext__(self) -> Any:
        message = await self._context.read()
        if message is aio.EOF:
            raise StopAsyncIteration
        return message


async def _argument(method: Method, handler: Handler, context: Context) -> Any:
    """What the handler is called with: a message, or the iterator of a stream."""
    source = context.source
    if not handler.request_streaming:
        message: Any = aio.EOF if source is None else await source()
        if not method.client_streaming:
            context.source = None
        if message is aio.EOF:
            message = method.request_class()
        return _deserialized(method, handler, message)

    async def read() -> Any:
        message: Any = aio.EOF if source is None else await source()
        return message if message is aio.EOF else _deserialized(method, handler, message)

    context.source = read
    return RequestReader(context)


def _deserialized(method: Method, handler: Handler, message: Message) -> Any:
    if method.accepts(handler):
        return message
    raw = message.SerializeToString()
    return raw if handler.request_deserializer is None else handler.request_deserializer(raw)


def _response(method: Method, handler: Handler, response: Any) -> Message:
    """The response as a message of the method's class."""
    if method.gives(handler):
        if isinstance(response, method.response_class):
            return response
        raise SerializationError("Failed to serialize response!")
    try:
        raw = (
            response
            if handler.response_serializer is None
            else handler.response_serializer(response)
        )
        return method.response_class.FromString(raw)
    except Exception as error:
        raise SerializationError("Failed to serialize response!") from error
