"""Request messages from an HTTP request, by a binding."""

from collections.abc import AsyncIterator
from typing import Any

import grpc
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from voice_recordings.gateway import inbox, query
from voice_recordings.gateway.bindings import EVERYTHING, Binding
from voice_recordings.gateway.decoder import Decoder, DecodingError
from voice_recordings.gateway.errors import GatewayError, Violation, invalid
from voice_recordings.gateway.inbox import Inbox
from voice_recordings.gateway.jsontext import load
from voice_recordings.gateway.limits import Limits
from voice_recordings.gateway.metadata import Incoming
from voice_recordings.gateway.paths import Path


class RequestReader:
    """Reads the messages of one HTTP request."""

    def __init__(
        self,
        binding: Binding,
        *,
        path: Path,
        pairs: list[query.Pair],
        incoming: Incoming,
        body: Inbox,
        limits: Limits,
        decoder: Decoder,
    ) -> None:
        """Takes the request in its parts; reads nothing yet."""
        self._binding = binding
        self._path = path
        self._pairs = pairs
        self._incoming = incoming
        self._inbox = body
        self._limits = limits
        self._decoder = decoder

    async def unary(self) -> Message:
        """The one message of the request; raises GatewayError."""
        binding = self._binding
        message = binding.method.request_class()
        raw = await self._whole()
        if binding.body is None:
            if raw:
                raise invalid("the method takes no body", reason="UNEXPECTED_BODY")
        elif binding.raw_request:
            self._set_raw(message, raw)
        elif raw:
            self._require_json()
            self._merge(message, self._loaded(raw))
        self._bind(message)
        return message

    async def stream(self) -> AsyncIterator[Message]:
        """The messages of a streamed request, each read when it is asked for.

        The first carries the fields of path and query, and comes even if the
        body is empty.
        """
        source = self._raw_stream() if self._binding.raw_request else self._json_stream()
        first = True
        async for message in source:
            if first:
                self._bind(message)
                first = False
            yield message
        if first and self._binding.raw_request:
            message = self._binding.method.request_class()
            self._set_raw(message, b"")
            self._bind(message)
            yield message

    async def _raw_stream(self) -> AsyncIterator[Message]:
        limit = self._limits.streamed_body_bytes.get(self._binding.method.name)
        size = self._limits.chunk_bytes
        encoding = self._incoming.get(b"content-encoding")
        self._check_length(limit)
        async for piece in inbox.pieces(self._inbox, encoding=encoding, limit_bytes=limit):
            for start in range(0, len(piece), size):
                message = self._binding.method.request_class()
                self._set_raw(message, piece[start : start + size])
                yield message

    async def _json_stream(self) -> AsyncIterator[Message]:
        raw = await self._whole()
        if raw:
            self._require_json()
        values = self._loaded(raw) if raw else []
        if not isinstance(values, list):
            raise invalid("the body of a streamed request is a JSON array", reason="BAD_BODY")
        for index, value in enumerate(values):
            message = self._binding.method.request_class()
            self._merge(message, value, f"[{index}].")
            yield message

    async def _whole(self) -> bytes:
        limit = self._limits.body_bytes
        self._check_length(limit)
        encoding = self._incoming.get(b"content-encoding")
        return await inbox.whole(self._inbox, encoding=encoding, limit_bytes=limit)

    def _check_length(self, limit_bytes: int | None) -> None:
        length = self._incoming.get(b"content-length")
        if limit_bytes is not None and length.isdigit() and int(length) > limit_bytes:
            raise inbox.too_large(limit_bytes)

    def _set_raw(self, message: Message, data: bytes) -> None:
        body: Any = self._binding.body_message(message)
        body.content_type = self._incoming.get(b"content-type")
        body.data = data

    def _merge(self, message: Message, value: Any, where: str = "") -> None:
        try:
            if self._binding.body == EVERYTHING:
                self._decoder.merge(value, message)
            elif isinstance(self._binding.body, FieldDescriptor):
                self._decoder.merge_field(value, message, self._binding.body)
        except DecodingError as error:
            path = where + ".".join(error.path).replace(".[", "[")
            raise invalid(
                f"the body: {path or 'it'}: {error.description}",
                [Violation(path, error.description)],
                reason="BAD_BODY",
            ) from error

    def _bind(self, message: Message) -> None:
        # The path wins over the body, so it comes after it.
        self._binding.set_path_fields(message, self._path)
        if self._pairs:
            self._binding.query.bind(message, self._pairs)

    def _loaded(self, raw: bytes) -> Any:
        try:
            return load(raw, most_deep=self._limits.json_depth)
        except ValueError as error:
            raise invalid(f"the body is not JSON: {error}", reason="BAD_BODY") from error

    def _require_json(self) -> None:
        sent = self._incoming.get(b"content-type")
        media_type = sent.partition(";")[0].strip().lower()
        if media_type and media_type != "application/json" and not media_type.endswith("+json"):
            raise GatewayError(
                415,
                grpc.StatusCode.INVALID_ARGUMENT,
                "UNSUPPORTED_MEDIA_TYPE",
                f"Content-Type {sent[:80]!r} is not application/json",
                headers=[(b"accept-post", b"application/json")],
            )
