"""Servicers written for grpc.server: they run in threads, with a context of their own."""

import asyncio
import contextvars
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from typing import Any, NoReturn

import grpc
from grpc import aio

from voice_recordings.gateway.context import Context

_END = object()


class SyncContext(grpc.ServicerContext):
    """The context of a call, for a servicer in a thread."""

    def __init__(self, context: Context, loop: asyncio.AbstractEventLoop) -> None:
        """Takes the loop the call is answered in."""
        self._context = context
        self._loop = loop

    def is_active(self) -> bool:
        """Whether somebody still waits for the answer."""
        return not self._context.done()

    def time_remaining(self) -> Any:
        """Seconds until the deadline, or None if there is none."""
        return self._context.time_remaining()

    def cancel(self) -> bool:
        """Ends the call as cancelled; tells whether it was still going on."""
        if self._context.done():
            return False
        self._context.fail(grpc.StatusCode.CANCELLED, "Cancelled by the servicer.")
        self._loop.call_soon_threadsafe(self._context.finish)
        return True

    def add_callback(self, callback: Callable[[], None]) -> bool:
        """Calls back when the call has ended; False if it has already."""
        if self._context.finished:
            return False
        self._context.add_done_callback(lambda _: callback())
        return True

    def invocation_metadata(self) -> Any:
        """The metadata made from the request's headers."""
        return self._context.invocation_metadata()

    def peer(self) -> str:
        """The HTTP client's address in gRPC's form."""
        return self._context.peer()

    def peer_identities(self) -> Iterable[bytes] | None:
        """None: TLS ends in the HTTP server."""
        return None

    def peer_identity_key(self) -> str | None:
        """None: TLS ends in the HTTP server."""
        return None

    def auth_context(self) -> Mapping[str, Any]:
        """Empty: TLS ends in the HTTP server."""
        return {}

    def set_compression(self, compression: grpc.Compression) -> None:
        """Has no effect; HTTP negotiates its own."""

    def disable_next_message_compression(self) -> None:
        """Has no effect; HTTP negotiates its own."""

    def send_initial_metadata(self, initial_metadata: Any) -> None:
        """Sets headers of the response, once."""
        asyncio.run_coroutine_threadsafe(
            self._context.send_initial_metadata(initial_metadata), self._loop
        ).result()

    def set_trailing_metadata(self, trailing_metadata: Any) -> None:
        """Sets headers of the response."""
        self._context.set_trailing_metadata(trailing_metadata)

    def trailing_metadata(self) -> Any:
        """What set_trailing_metadata or abort was given."""
        return self._context.trailing_metadata()

    def abort(self, code: grpc.StatusCode, details: str) -> NoReturn:
        """Ends the call with this status by raising."""
        raise self._context.aborting(code, details, ())

    def abort_with_status(self, status: grpc.Status) -> NoReturn:
        """Ends the call with this status; grpcio-status makes such objects."""
        raise self._context.aborting(status.code, status.details, status.trailing_metadata)

    def set_code(self, code: grpc.StatusCode) -> None:
        """Sets the status to end with."""
        self._context.set_code(code)

    def set_details(self, details: str) -> None:
        """Sets the message to end with."""
        self._context.set_details(details)

    def code(self) -> Any:
        """What set_code or abort was given."""
        return self._context.code()

    def details(self) -> Any:
        """What set_details or abort was given."""
        return self._context.details()


async def run_in_thread(
    loop: asyncio.AbstractEventLoop,
    executor: Executor | None,
    function: Callable[..., Any],
    *arguments: Any,
) -> Any:
    """Runs a function in the executor, with the context variables of here."""
    variables = contextvars.copy_context()
    return await loop.run_in_executor(executor, variables.run, function, *arguments)


async def iterate_in_thread(
    iterable: Iterable[Any], executor: Executor | None
) -> AsyncGenerator[Any, None]:
    """Takes an iterator's items in the executor, one when it is asked for."""
    loop = asyncio.get_running_loop()
    iterator = iter(iterable)
    while (item := await run_in_thread(loop, executor, next, iterator, _END)) is not _END:
        yield item


def read_from_thread(reader: AsyncIterator[Any], loop: asyncio.AbstractEventLoop) -> Iterator[Any]:
    """The request stream, for a servicer in a thread."""

    async def following() -> Any:
        return await anext(reader, aio.EOF)

    while (message := asyncio.run_coroutine_threadsafe(following(), loop).result()) is not aio.EOF:
        yield message
