"""One call over HTTP: its messages in, its messages out, and its end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from typing import Any, Protocol

import grpc
from google.protobuf.message import Message
from grpc import aio

from voice_recordings.gateway.context import Context
from voice_recordings.gateway.dispatch import Dispatcher
from voice_recordings.gateway.errors import GatewayError, Status
from voice_recordings.gateway.inbox import ClientGoneError
from voice_recordings.gateway.interruption import Interruption
from voice_recordings.gateway.methods import Method
from voice_recordings.gateway.wellknown import EncodingError

_EXPIRED = Status(grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded")


class Reader(Protocol):
    """Gives the messages of one request; raises GatewayError for what it refuses."""

    async def unary(self) -> Message:
        """The only message."""
        ...

    def stream(self) -> AsyncIterator[Message]:
        """Each message, read when it is asked for."""
        ...


class Writer(Protocol):
    """Sends the messages of one response; raises EncodingError for what it cannot."""

    async def single(self, message: Message) -> None:
        """Sends the only message."""
        ...

    async def write(self, message: Message) -> None:
        """Sends a message of a stream; returns when the client's connection has taken it."""
        ...

    async def finish(self, status: Status) -> None:
        """Ends a stream, or tells of an error."""
        ...


class Call:
    """Brings a reader, the servicer and a writer together."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        method: Method,
        context: Context,
        reader: Reader,
        writer: Writer,
    ) -> None:
        """Starts nothing yet."""
        self._dispatcher = dispatcher
        self._method = method
        self._context = context
        self._reader = reader
        self._writer = writer
        self._refused: GatewayError | None = None

    async def answer(self, interruption: Interruption) -> None:
        """Calls the servicer and answers the client.

        Raises GatewayError for a request that is refused, ClientGoneError and
        DeadlineError for a call that was cut short.
        """
        try:
            message = await interruption.run(self._call())
        except ClientGoneError:
            self._context.fail(grpc.StatusCode.CANCELLED, "the client went away")
            raise
        finally:
            self._context.finish()
        if self._refused is not None:
            raise self._refused
        status = self._context.status()
        if self._method.server_streaming or status.code is not grpc.StatusCode.OK:
            await self._writer.finish(status)
            return
        try:
            await self._writer.single(message)
        except EncodingError as error:
            await self._writer.finish(_unencodable(error))

    async def expire(self) -> None:
        """Tells the client that the deadline has passed."""
        self._context.fail(_EXPIRED.code, _EXPIRED.message)
        self._context.finish()
        await self._writer.finish(_EXPIRED)

    async def _call(self) -> Any:
        method, context = self._method, self._context
        if method.server_streaming:
            context.sink = self._write
        # Read when the handler wants it: an interceptor that refuses the call
        # does so before the request is looked at, and cannot be answered by it.
        if method.client_streaming:
            messages = self._reader.stream()
            context.source = lambda: self._read(anext(messages, aio.EOF))
        else:
            context.source = lambda: self._read(self._reader.unary())
        return await self._dispatcher.call(method, context)

    async def _write(self, message: Message) -> None:
        try:
            await self._writer.write(message)
        except EncodingError as error:
            status = _unencodable(error)
            raise self._context.aborting(status.code, status.message, ()) from error

    async def _read(self, message: Awaitable[Any]) -> Any:
        """The next message, for the handler.

        A request that cannot be read ends the call under the servicer's hands:
        as aborted if the request is refused, as cancelled if the client has gone.
        """
        try:
            return await message
        except ClientGoneError as error:
            raise asyncio.CancelledError from error
        except GatewayError as error:
            self._refused = error
            raise self._context.aborting(error.code, error.message, ()) from error


def _unencodable(error: EncodingError) -> Status:
    return Status(grpc.StatusCode.INTERNAL, f"Failed to serialize response! {error}")
