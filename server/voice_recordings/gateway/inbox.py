"""The request's body as ASGI hands it over, read when it is asked for."""

import asyncio
import zlib
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

import grpc

from voice_recordings.gateway.errors import GatewayError, invalid

Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]

_GZIP = zlib.MAX_WBITS | 16


class ClientGoneError(Exception):
    """The client closed its connection before the body had ended."""


class Inbox:
    """A request's events; once watched, one piece of the body is read ahead of its use.

    ASGI tells of a client that has gone only to those who ask for the next
    event, so that behind a piece nobody takes it goes unnoticed; the last
    piece hides nothing.
    """

    def __init__(self, receive: Receive) -> None:
        """Reads nothing before it is asked to."""
        self._receive = receive
        self._held: deque[bytes] = deque()
        self._ahead: asyncio.Task[Event] | None = None
        self._reading = False
        self._ended = False
        self._on_gone: Callable[[], None] | None = None
        self.gone = False

    async def read(self) -> bytes | None:
        """The next piece of the body, maybe empty; None at its end."""
        while not self._held:
            if self.gone:
                raise ClientGoneError
            if self._ended:
                return None
            await self._advance()
        piece = self._held.popleft()
        if self._on_gone is not None:
            self._look_ahead()
        return piece

    def watch(self, on_gone: Callable[[], None]) -> None:
        """Calls back when the client goes, from now on."""
        self._on_gone = on_gone
        self._look_ahead()

    def unwatch(self) -> None:
        """Stops watching."""
        self._on_gone = None
        if self._ahead is not None:
            self._ahead.cancel()

    async def _advance(self) -> None:
        self._reading = True
        try:
            if self._ahead is None:
                self._take(await self._receive())
            else:
                await asyncio.wait({self._ahead})
        finally:
            self._reading = False

    def _take(self, event: Event) -> None:
        if event["type"] == "http.disconnect":
            self.gone = True
        elif not self._ended:
            self._held.append(event.get("body", b""))
            self._ended = not event.get("more_body", False)

    def _look_ahead(self) -> None:
        if self._ahead is None and not self._reading and (self._ended or not self._held):
            self._ahead = asyncio.ensure_future(self._receive())
            self._ahead.add_done_callback(self._seen)

    def _seen(self, event: "asyncio.Task[Event]") -> None:
        self._ahead = None
        if event.cancelled():
            return
        self._take(event.result())
        if self._on_gone is None:
            return
        if self.gone:
            self._on_gone()
        elif self._ended:
            self._look_ahead()


def too_large(limit_bytes: int) -> GatewayError:
    """The refusal of a body that passes its limit."""
    return GatewayError(
        413,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        "BODY_TOO_LARGE",
        f"the body is larger than {limit_bytes} bytes",
    )


async def pieces(inbox: Inbox, *, encoding: str, limit_bytes: int | None) -> AsyncIterator[bytes]:
    """The body, decompressed; the limit counts what comes out.

    Raises GatewayError: 413 past the limit, 415 for an unknown encoding, 400
    for a broken one.
    """
    total = 0
    source = _decompressed(inbox) if _is_gzip(encoding) else _plain(inbox)
    async for piece in source:
        total += len(piece)
        if limit_bytes is not None and total > limit_bytes:
            raise too_large(limit_bytes)
        if piece:
            yield piece


async def whole(inbox: Inbox, *, encoding: str, limit_bytes: int) -> bytes:
    """The body in one piece; raises as `pieces` does."""
    if _is_gzip(encoding):
        source = pieces(inbox, encoding=encoding, limit_bytes=limit_bytes)
        return b"".join([piece async for piece in source])
    read: list[bytes] = []
    total = 0
    while (piece := await inbox.read()) is not None:
        read.append(piece)
        total += len(piece)
        if total > limit_bytes:
            raise too_large(limit_bytes)
    return read[0] if len(read) == 1 else b"".join(read)


def _is_gzip(encoding: str) -> bool:
    name = encoding.lower()
    if name in {"", "identity"}:
        return False
    if name in {"gzip", "x-gzip"}:
        return True
    raise GatewayError(
        415,
        grpc.StatusCode.INVALID_ARGUMENT,
        "UNSUPPORTED_CONTENT_ENCODING",
        f"Content-Encoding {encoding[:40]!r} is not supported; gzip is",
        headers=[(b"accept-encoding", b"gzip")],
    )


async def _plain(inbox: Inbox) -> AsyncIterator[bytes]:
    while (piece := await inbox.read()) is not None:
        yield piece


# What is decompressed at a time, so that a small bomb never fills the memory.
_STEP_BYTES = 64 * 1024


async def _decompressed(inbox: Inbox) -> AsyncIterator[bytes]:
    gzip = zlib.decompressobj(_GZIP)
    began = False
    try:
        async for piece in _plain(inbox):
            data = piece
            while data:
                if gzip.eof:
                    gzip = zlib.decompressobj(_GZIP)  # the next member of the file
                began = True
                yield gzip.decompress(data, _STEP_BYTES)
                data = gzip.unconsumed_tail or gzip.unused_data
    except zlib.error as error:
        raise invalid(f"the body is not gzip: {error}", reason="BAD_BODY") from error
    if began and not gzip.eof:
        raise invalid("the gzip body is cut short", reason="BAD_BODY")
