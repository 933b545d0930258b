"""The one answer of a request, on its way to an ASGI server."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

import grpc
import orjson

from voice_recordings.gateway.encoder import Encoder
from voice_recordings.gateway.errors import Headers, Status, retry_seconds
from voice_recordings.gateway.metadata import outgoing

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

JSON = b"application/json; charset=utf-8"
NDJSON = b"application/x-ndjson"


class Responder:
    """Sends a whole response or a stream; never a second one."""

    def __init__(self, send: Send, encoder: Encoder, *, head: bool) -> None:
        """Takes whether the request is HEAD: all is as for GET but the body."""
        self._send = send
        self._encoder = encoder
        self.head = head
        self.request_id = ""
        self.started = False
        self.closed = False

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
        length = (b"content-length", str(len(body)).encode())
        await self._start(http_status, content_type, [length, *headers])
        await self._send({"type": "http.response.body", "body": b"" if self.head else body})

    async def begin(self, content_type: bytes, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
        """Begins a stream of unknown length."""
        self.started = True
        await self._start(200, content_type, [*headers])

    async def piece(self, body: bytes) -> None:
        """Sends a piece of a stream; returns when the connection has taken it."""
        if not self.closed and not self.head:
            await self._send({"type": "http.response.body", "body": body, "more_body": True})

    async def end(self, body: bytes = b"") -> None:
        """Ends a stream."""
        if not self.closed:
            self.closed = True
            await self._send({"type": "http.response.body", "body": b"" if self.head else body})

    async def error(
        self,
        status: Status,
        http_status: int | None = None,
        headers: Headers = (),
        metadata: Iterable[tuple[str, str | bytes]] = (),
    ) -> None:
        """Sends a status in the shape of AIP-193, unless a response has begun."""
        code = http_status or status.http_status
        extra = [*headers, *outgoing(tuple(metadata))]
        if status.code is grpc.StatusCode.UNAUTHENTICATED and not any(
            name == b"www-authenticate" for name, _ in extra
        ):
            extra.append((b"www-authenticate", b"Bearer"))
        seconds = retry_seconds(status.details)
        if seconds is not None:
            extra.append((b"retry-after", str(seconds).encode()))
        await self.whole(code, JSON, orjson.dumps(self.error_value(status, code)), extra)

    def error_value(self, status: Status, http_status: int) -> dict[str, Any]:
        """A status as AIP-193's JSON."""
        error = {"code": http_status, "message": status.message, "status": status.code.name}
        if status.details:
            error["details"] = [self._encoder.detail(detail) for detail in status.details]
        return {"error": error}

    async def _start(
        self, http_status: int, content_type: bytes, headers: list[tuple[bytes, bytes]]
    ) -> None:
        await self._send(
            {
                "type": "http.response.start",
                "status": http_status,
                "headers": [
                    (b"content-type", content_type),
                    (b"x-content-type-options", b"nosniff"),
                    (b"x-request-id", self.request_id.encode()),
                    *headers,
                ],
            }
        )
