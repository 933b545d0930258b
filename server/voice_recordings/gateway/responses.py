"""Responses on the wire: JSON, a JSON array, NDJSON, or the raw bytes of an HttpBody."""

from typing import Any

import grpc
import orjson
from google.protobuf.message import Message

from voice_recordings.gateway.bindings import Binding
from voice_recordings.gateway.context import Context
from voice_recordings.gateway.encoder import Encoder, dumped
from voice_recordings.gateway.errors import Status
from voice_recordings.gateway.metadata import outgoing
from voice_recordings.gateway.responder import JSON, NDJSON, Responder


class ResponseWriter:
    """Writes the response of one call: a single message, or each as it comes."""

    def __init__(
        self,
        responder: Responder,
        context: Context,
        binding: Binding,
        encoder: Encoder,
        *,
        lines: bool,
    ) -> None:
        """Writes NDJSON if `lines`, and nothing before the first message."""
        self._responder = responder
        self._context = context
        self._binding = binding
        self._encoder = encoder
        self._lines = lines
        self._first = True

    async def single(self, message: Message) -> None:
        """Sends the only message of a call."""
        headers = outgoing(self._context.headers())
        if self._binding.raw_response:
            body = answer(self._binding, message)
            await self._responder.whole(
                200, raw_content_type(body.content_type), body.data, headers
            )
            return
        json = encoded(self._binding, self._encoder, message)
        await self._responder.whole(200, JSON, json, headers)

    async def write(self, message: Message) -> None:
        """Sends a message; returns when the connection has taken it."""
        if self._binding.raw_response:
            body = answer(self._binding, message)
            await self._begin(body.content_type)
            await self._responder.piece(body.data)
        else:
            json = encoded(self._binding, self._encoder, message)
            await self._begin()
            await self._element(json)
        if self._responder.head:
            await self._responder.end()
            raise self._context.aborting(grpc.StatusCode.CANCELLED, "HEAD asks for no more", ())

    async def finish(self, status: Status) -> None:
        """Ends the stream; an error leaves it visibly unfinished.

        Before the first message an error is a response of its own; after it,
        the last element says what happened and the connection is aborted.
        """
        if status.code is grpc.StatusCode.OK:
            await self._begin()
            await self._responder.end(self._closing())
        elif not self._responder.started:
            await self._responder.error(status, metadata=self._context.headers())
        elif not self._binding.raw_response:
            await self._element(
                orjson.dumps(self._responder.error_value(status, status.http_status))
            )

    def _closing(self) -> bytes:
        if self._lines or self._binding.raw_response:
            return b""
        return b"[]" if self._first else b"]"

    async def _begin(self, content_type: str = "") -> None:
        if self._responder.started:
            return
        headers = outgoing(self._context.headers())
        if self._binding.raw_response:
            await self._responder.begin(raw_content_type(content_type), headers)
        else:
            await self._responder.begin(NDJSON if self._lines else JSON, headers)

    async def _element(self, json: bytes) -> None:
        if self._lines:
            await self._responder.piece(json + b"\n")
            return
        await self._responder.piece((b"[" if self._first else b",") + json)
        self._first = False


def answer(binding: Binding, message: Message) -> Any:
    """The part of a response message that is answered with."""
    if binding.response_body is None:
        return message
    return getattr(message, binding.response_body.name)


def encoded(binding: Binding, encoder: Encoder, message: Message) -> bytes:
    """The JSON of a response message, or of its `response_body`."""
    if binding.response_body is None:
        return encoder.encode(message)
    return dumped(encoder.field_value(message, binding.response_body))


def raw_content_type(content_type: str) -> bytes:
    """An HttpBody's content type, unless it would break the header it is put in."""
    if content_type and content_type.isascii() and content_type.isprintable():
        return content_type.encode("ascii")
    return b"application/octet-stream"
