"""Responses on the wire: JSON or binary, a JSON array, NDJSON, or the bytes of an HttpBody."""

from typing import Any, Final

import grpc
from google.protobuf.message import Message

from voice_recordings.gateway.bindings import Binding
from voice_recordings.gateway.context import Context
from voice_recordings.gateway.errors import Status
from voice_recordings.gateway.metadata import outgoing
from voice_recordings.gateway.responder import Responder

NDJSON: Final = b"application/x-ndjson"


class ResponseWriter:
    """Writes the response of one call: a single message, or each as it comes."""

    def __init__(
        self, responder: Responder, context: Context, binding: Binding, *, lines: bool
    ) -> None:
        """Writes a stream as NDJSON if `lines`, and nothing before the first message."""
        self._responder = responder
        self._context = context
        self._binding = binding
        self._lines = lines
        self._first = True

    async def single(self, message: Message) -> None:
        """Sends the only message of a call; raises EncodingError."""
        headers = outgoing(self._context.headers())
        if self._binding.raw_response:
            body = _raw_body(self._binding, message)
            content_type = _raw_content_type(body.content_type)
            await self._responder.whole(200, content_type, body.data, headers)
            return
        answer_format = self._responder.format
        body = answer_format.body(self._binding, message)
        await self._responder.whole(200, answer_format.content_type, body, headers)

    async def write(self, message: Message) -> None:
        """Sends a message of a stream; returns when the connection has taken it.

        Raises EncodingError.
        """
        if self._binding.raw_response:
            body = _raw_body(self._binding, message)
            await self._begin(body.content_type)
            await self._responder.piece(body.data)
        else:
            json = self._responder.format.body(self._binding, message)
            await self._begin()
            await self._element(json)
        if self._responder.head:
            await self._responder.end()
            raise self._context.aborting(grpc.StatusCode.CANCELLED, "HEAD asks for no more", ())

    async def finish(self, status: Status) -> None:
        """Ends a stream, or tells of an error; an error midway leaves it visibly unfinished.

        Before the first message an error is a response of its own; after it,
        the last element says what happened and the connection is aborted.
        """
        if status.code is grpc.StatusCode.OK:
            await self._begin()
            await self._responder.end(self._closing())
        elif not self._responder.started:
            await self._responder.error(status, metadata=self._context.headers())
        elif not self._binding.raw_response:
            await self._element(self._responder.format.error(status, status.http_status))

    def _closing(self) -> bytes:
        if self._lines or self._binding.raw_response:
            return b""
        return b"[]" if self._first else b"]"

    async def _begin(self, content_type: str = "") -> None:
        if self._responder.started:
            return
        headers = outgoing(self._context.headers())
        if self._binding.raw_response:
            await self._responder.begin(_raw_content_type(content_type), headers)
        elif self._lines:
            await self._responder.begin(NDJSON, headers)
        else:
            await self._responder.begin(self._responder.format.content_type, headers)

    async def _element(self, json: bytes) -> None:
        if self._lines:
            # A line is one text, however it would be laid out otherwise.
            await self._responder.piece(json.replace(b"\n", b"") + b"\n")
            return
        await self._responder.piece((b"[" if self._first else b",") + json)
        self._first = False


def _raw_body(binding: Binding, message: Message) -> Any:
    """The HttpBody in a response message."""
    if binding.response_body is None:
        return message
    return getattr(message, binding.response_body.name)


def _raw_content_type(content_type: str) -> bytes:
    """An HttpBody's content type, unless it would break the header it is put in."""
    if content_type and content_type.isascii() and content_type.isprintable():
        return content_type.encode("ascii")
    return b"application/octet-stream"
