"""The context a servicer sees: grpc.aio's interface, with grpcio's own behaviour.

Where it differs from grpcio's:

- `peer()` is the HTTP client's address; `auth_context()` is empty, since TLS
  ends in the HTTP server.
- An aborted call is answered when its servicer ends, not at the moment of
  `abort()`. What a servicer does after a swallowed AbortError is discarded,
  as grpcio discards it.
- Compression of single messages means nothing to HTTP; the setters are heard
  and have no effect.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, NoReturn
from urllib.parse import quote

import grpc
from grpc import aio

from voice_recordings.gateway.errors import Status, code_of, rich_details
from voice_recordings.gateway.metadata import Metadata

Source = Callable[[], Awaitable[Any]]
Sink = Callable[[Any], Awaitable[None]]
Trailers = tuple[tuple[str, str | bytes], ...]

_FINISHED = "RPC already finished."


class Context(aio.ServicerContext[Any, Any]):
    """One call as its servicer sees it, whatever the wire is."""

    def __init__(
        self,
        metadata: Metadata,
        client: Sequence[Any] | None,
        deadline: float | None,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        """Takes the deadline in the event loop's own time."""
        self._metadata = metadata
        self._client = client
        self._deadline = deadline
        self._loop = loop
        self._code: grpc.StatusCode | int | None = None
        self._details = ""
        self._trailing: Trailers = ()
        self._abort: aio.AbortError | None = None
        self._callbacks: list[Callable[[Any], None]] = []
        self.initial_metadata: Trailers | None = None
        self.finished = False
        self.source: Source | None = None
        self.sink: Sink | None = None

    def status(self) -> Status:
        """How the call stands, as the client will be told."""
        code = grpc.StatusCode.OK if self._code is None else code_of(self._code)
        if code is grpc.StatusCode.OK:
            return Status(code)
        return Status(code, self._details, rich_details(self._trailing))

    def fail(self, code: grpc.StatusCode, details: str) -> None:
        """Ends the call with this status, whatever the servicer had set."""
        self._code = code
        self._details = details

    def finish(self) -> None:
        """Marks the end, and tells those who asked to be told."""
        self.finished = True
        for callback in self._callbacks:
            callback(self)

    def raise_for_termination(self) -> None:
        """Stops a servicer that goes on after the call has ended."""
        if self._abort is not None:
            raise self._abort
        if self.finished:
            raise aio.UsageError(_FINISHED)

    # What follows is grpc.aio.ServicerContext.

    async def read(self) -> Any:
        """The next request message, or grpc.aio.EOF."""
        self.raise_for_termination()
        if self.source is None:
            raise aio.UsageError("The request of this method is not a stream.")
        message = await self.source()
        self.raise_for_termination()
        return message

    async def write(self, message: Any) -> None:
        """Sends a response message; returns when the client's connection has taken it."""
        self.raise_for_termination()
        if self.sink is None:
            raise aio.UsageError("The response of this method is not a stream.")
        await self.sink(message)

    async def send_initial_metadata(self, initial_metadata: Any) -> None:
        """Sets headers of the response, once."""
        self.raise_for_termination()
        if self.initial_metadata is not None:
            raise aio.UsageError("Send initial metadata failed: already sent")
        self.initial_metadata = tuple(initial_metadata)

    def aborting(self, code: Any, details: str, trailing_metadata: Any) -> aio.AbortError:
        """Records an abort, and gives what is to be raised for it."""
        if self._abort is not None:
            raise aio.UsageError("Abort already called!")
        self._abort = aio.AbortError("Locally aborted.")
        if trailing_metadata or not self._trailing:
            self._trailing = tuple(trailing_metadata or ())
        self._code = code
        self._details = details or self._details
        return self._abort

    async def abort(
        self,
        code: grpc.StatusCode,
        details: str = "",
        trailing_metadata: Any = (),
    ) -> NoReturn:
        """Ends the call with this status by raising AbortError."""
        raise self.aborting(code, details, trailing_metadata)

    async def abort_with_status(self, status: grpc.Status) -> NoReturn:
        """Ends the call with this status; grpcio-status makes such objects."""
        await self.abort(status.code, status.details, status.trailing_metadata)

    @property
    def aborted_with(self) -> aio.AbortError | None:
        """What abort() raised, if it was called."""
        return self._abort

    def set_trailing_metadata(self, trailing_metadata: Any) -> None:
        """Sets headers of the response."""
        self._trailing = tuple(trailing_metadata)

    def trailing_metadata(self) -> Any:
        """What set_trailing_metadata or abort was given."""
        return self._trailing

    def invocation_metadata(self) -> Any:
        """The metadata made from the request's headers."""
        return self._metadata

    def set_code(self, code: grpc.StatusCode) -> None:
        """Sets the status to end with."""
        self._code = code

    def code(self) -> Any:
        """What set_code or abort was given."""
        return self._code

    def set_details(self, details: str) -> None:
        """Sets the message to end with."""
        self._details = details

    def details(self) -> str:
        """What set_details or abort was given."""
        return self._details

    def set_compression(self, compression: grpc.Compression) -> None:
        """Has no effect; HTTP negotiates its own."""

    def disable_next_message_compression(self) -> None:
        """Has no effect; HTTP negotiates its own."""

    def peer(self) -> str:
        """The HTTP client's address in gRPC's form."""
        if not self._client:
            return "unknown:"
        host, port = self._client[0], self._client[1]
        if ":" in host:
            return f"ipv6:{quote(f'[{host}]', safe=':')}:{port}"
        return f"ipv4:{host}:{port}"

    def peer_identities(self) -> Iterable[bytes] | None:
        """None: TLS ends in the HTTP server."""
        return None

    def peer_identity_key(self) -> str | None:
        """None: TLS ends in the HTTP server."""
        return None

    def auth_context(self) -> Mapping[str, Iterable[bytes]]:
        """Empty: TLS ends in the HTTP server."""
        return {}

    def time_remaining(self) -> Any:
        """Seconds until the deadline, or None if there is none."""
        return None if self._deadline is None else max(self._deadline - self._loop.time(), 0.0)

    def add_done_callback(self, callback: Callable[[Any], None]) -> None:
        """Calls back with this context when the call has ended."""
        self._callbacks.append(callback)

    def done(self) -> bool:
        """Whether the call has ended or been aborted."""
        return self.finished or self._abort is not None

    def cancelled(self) -> bool:
        """Whether the call ended as cancelled."""
        return self._code is not None and code_of(self._code) is grpc.StatusCode.CANCELLED

    def headers(self) -> Trailers:
        """All metadata for the client; HTTP has one place for both kinds."""
        return (*(self.initial_metadata or ()), *self._trailing)
