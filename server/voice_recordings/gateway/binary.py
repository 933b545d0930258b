"""The `$rpc` door: binary messages over plain HTTP.

`POST /$rpc/package.Service/Method` is what Google-style Node clients fall back
to where they cannot speak gRPC. Errors are a binary google.rpc.Status.
"""

from collections.abc import AsyncIterator
from typing import Final

import grpc
from google.protobuf.message import DecodeError, Message

from voice_recordings.gateway import inbox
from voice_recordings.gateway.context import Context
from voice_recordings.gateway.errors import GatewayError, Status, invalid
from voice_recordings.gateway.formats import PROTO
from voice_recordings.gateway.inbox import Inbox
from voice_recordings.gateway.limits import Limits
from voice_recordings.gateway.metadata import Incoming, outgoing
from voice_recordings.gateway.methods import Method
from voice_recordings.gateway.responder import Responder

PREFIX: Final = b"/$rpc"
_MEDIA_TYPES: Final = frozenset(
    {"application/x-protobuf", "application/protobuf", "application/vnd.google.protobuf"}
)


def find(methods: dict[str, Method], http_method: str, raw_path: bytes) -> Method:
    """The unary method a path names; raises GatewayError."""
    name = raw_path[len(PREFIX) :].decode("latin-1")
    method = methods.get(name)
    if method is None:
        raise GatewayError(
            404, grpc.StatusCode.NOT_FOUND, "NO_SUCH_METHOD", "there is no such method"
        )
    if http_method != "POST":
        raise GatewayError(
            405,
            grpc.StatusCode.UNIMPLEMENTED,
            "METHOD_NOT_ALLOWED",
            f"{http_method[:40]} is not POST",
            headers=[(b"allow", b"POST")],
        )
    if method.client_streaming or method.server_streaming:
        raise GatewayError(
            501, grpc.StatusCode.UNIMPLEMENTED, "STREAMING", "only unary methods have this door"
        )
    return method


class BinaryReader:
    """Reads a request whose body is the message."""

    def __init__(self, method: Method, incoming: Incoming, body: Inbox, limits: Limits) -> None:
        """Reads nothing yet."""
        self._method = method
        self._incoming = incoming
        self._inbox = body
        self._limits = limits

    async def unary(self) -> Message:
        """The message; raises GatewayError."""
        media_type = self._incoming.get(b"content-type").partition(";")[0].strip().lower()
        if media_type not in _MEDIA_TYPES:
            raise GatewayError(
                415,
                grpc.StatusCode.INVALID_ARGUMENT,
                "UNSUPPORTED_MEDIA_TYPE",
                f"Content-Type {media_type[:80]!r} is not application/x-protobuf",
                headers=[(b"accept-post", PROTO)],
            )
        encoding = self._incoming.get(b"content-encoding")
        limit = self._limits.body_bytes
        raw = await inbox.whole(self._inbox, encoding=encoding, limit_bytes=limit)
        try:
            return self._method.request_class.FromString(raw)
        except DecodeError as error:
            raise invalid("the body is no such message", reason="BAD_BODY") from error

    async def stream(self) -> AsyncIterator[Message]:
        """Not asked for: the method is unary."""
        yield await self.unary()


class BinaryWriter:
    """Writes the response message, or the status, as bytes."""

    def __init__(self, responder: Responder, context: Context) -> None:
        """Writes nothing yet."""
        self._responder = responder
        self._context = context

    async def single(self, message: Message) -> None:
        """Sends the response."""
        headers = outgoing(self._context.headers())
        await self._responder.whole(200, PROTO, message.SerializeToString(), headers)

    async def write(self, message: Message) -> None:
        """Not asked for: the method is unary."""
        await self.single(message)

    async def finish(self, status: Status) -> None:
        """Tells of an error."""
        await self._responder.error(status, metadata=self._context.headers())
