"""The one answer of a request, on its way to an ASGI server."""

import gzip
import zlib
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Final

import grpc

from voice_recordings.gateway.errors import Headers, Status, retry_seconds
from voice_recordings.gateway.formats import Format
from voice_recordings.gateway.metadata import outgoing

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_NOSNIFF: Final = (b"x-content-type-options", b"nosniff")
_GZIPPED: Final = ((b"content-encoding", b"gzip"), (b"vary", b"accept-encoding"))
# Below this a compressed body is hardly smaller than a packet.
_LEAST_GZIPPED_BYTES: Final = 1024
_GZIP: Final = zlib.MAX_WBITS | 16
_COMPRESSIBLE: Final = (b"application/json", b"application/x-ndjson", b"text/")


class Responder:
    """Sends a whole response or a stream; never a second one."""

    def __init__(self, send: Send, answer_format: Format, request_id: str, *, head: bool) -> None:
        """Takes whether the request is HEAD: all is as for GET but the body."""
        self._send = send
        self.format = answer_format
        self.request_id = request_id
        self.head = head
        self.accepts_gzip = False
        self.extra_headers: Headers = ()
        self.started = False
        self.closed = False
        self._compressor: Any = None

    async def whole(
        self,
        http_status: int,
        content_type: bytes,
        body: bytes,
        headers: Iterable[tuple[bytes, bytes]] = (),
    ) -> None:
        """Sends a response in one piece, unless one has been sent."""
        if self.started:
            return
        self.started = self.closed = True
        encoding: Headers = ()
        if (
            self.accepts_gzip
            and len(body) >= _LEAST_GZIPPED_BYTES
            and content_type.startswith(_COMPRESSIBLE)
        ):
            body = gzip.compress(body, compresslevel=5, mtime=0)
            encoding = _GZIPPED
        length = (b"content-length", str(len(body)).encode())
        await self._start(http_status, content_type, [length, *encoding, *headers])
        await self._send({"type": "http.response.body", "body": b"" if self.head else body})

    async def begin(self, content_type: bytes, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
        """Begins a stream of unknown length."""
        self.started = True
        encoding: Headers = ()
        if self.accepts_gzip and content_type.startswith(_COMPRESSIBLE):
            self._compressor = zlib.compressobj(5, wbits=_GZIP)
            encoding = _GZIPPED
        await self._start(200, content_type, [*encoding, *headers])

    async def piece(self, body: bytes) -> None:
        """Sends a piece of a stream; returns when the connection has taken it."""
        if self.closed or self.head:
            return
        if self._compressor is not None:
            # Flushed, so that the client has the message now.
            body = self._compressor.compress(body) + self._compressor.flush(zlib.Z_SYNC_FLUSH)
        await self._send({"type": "http.response.body", "body": body, "more_body": True})

    async def end(self, body: bytes = b"") -> None:
        """Ends a stream."""
        if self.closed:
            return
        self.closed = True
        if self._compressor is not None:
            body = self._compressor.compress(body) + self._compressor.flush()
        await self._send({"type": "http.response.body", "body": b"" if self.head else body})

    async def error(
        self,
        status: Status,
        http_status: int | None = None,
        headers: Headers = (),
        metadata: Iterable[tuple[str, str | bytes]] = (),
    ) -> None:
        """Sends a status as an error, unless a response has begun."""
        if self.started:
            return
        code = http_status or status.http_status
        extra = [*headers, *outgoing(tuple(metadata))]
        if status.code is grpc.StatusCode.UNAUTHENTICATED and not any(
            name == b"www-authenticate" for name, _ in extra
        ):
            extra.append((b"www-authenticate", b"Bearer"))
        seconds = retry_seconds(status.details)
        if seconds is not None:
            extra.append((b"retry-after", str(seconds).encode()))
        await self.whole(code, self.format.content_type, self.format.error(status, code), extra)

    async def _start(
        self, http_status: int, content_type: bytes, headers: list[tuple[bytes, bytes]]
    ) -> None:
        request_id = (b"x-request-id", self.request_id.encode())
        await self._send(
            {
                "type": "http.response.start",
                "status": http_status,
                "headers": [
                    (b"content-type", content_type),
                    _NOSNIFF,
                    request_id,
                    *headers,
                    *self.extra_headers,
                ],
            }
        )
