"""How one call is answered: JSON of some kind, or binary."""

from typing import Any, Final

import orjson
from google.protobuf.message import Message
from google.rpc import status_pb2

from voice_recordings.gateway import masks
from voice_recordings.gateway.bindings import Binding
from voice_recordings.gateway.encoder import Encoder, dumped
from voice_recordings.gateway.errors import Status, Violation
from voice_recordings.gateway.parameters import DEFAULT, Parameters
from voice_recordings.gateway.query import refusal

JSON: Final = b"application/json; charset=utf-8"
PROTO: Final = b"application/x-protobuf"


class Format:
    """Turns responses and errors into bodies."""

    content_type = JSON

    def __init__(self, encoder: Encoder, *, pretty: bool = False) -> None:
        """Takes the encoder of the kind of JSON that is wanted."""
        self.encoder = encoder
        self._option = orjson.OPT_INDENT_2 if pretty else 0

    def body(self, binding: Binding, message: Message) -> bytes:
        """The body of a response, by its binding's `response_body`; raises EncodingError."""
        if binding.response_body is None:
            return dumped(self.encoder.value(message), self._option)
        return dumped(self.encoder.field_value(message, binding.response_body), self._option)

    def error(self, status: Status, http_status: int) -> bytes:
        """The body of an error (AIP-193)."""
        error: dict[str, Any] = {
            "code": http_status,
            "message": status.message,
            "status": status.code.name,
        }
        if status.details:
            error["details"] = [self.encoder.detail(detail) for detail in status.details]
        return dumped({"error": error}, self._option)


class MaskedFormat(Format):
    """JSON of the parts of a response that `fields` names."""

    def __init__(
        self, encoder: Encoder, tree: masks.Tree, binding: Binding, *, pretty: bool
    ) -> None:
        """Raises GatewayError (400) if the tree names what the response does not have."""
        super().__init__(encoder, pretty=pretty)
        try:
            self._tree = _resolved(tree, binding)
        except masks.MaskError as error:
            raise refusal([Violation("fields", str(error))]) from error

    def body(self, binding: Binding, message: Message) -> bytes:
        """As Format.body, of what is left."""
        return super().body(binding, masks.applied(self._tree, message))


class ProtoFormat(Format):
    """Binary messages; errors are a binary google.rpc.Status."""

    content_type = PROTO

    def __init__(self, encoder: Encoder, tree: masks.Tree | None) -> None:
        """Takes what `fields` names, resolved."""
        super().__init__(encoder)
        self._tree = tree

    def body(self, binding: Binding, message: Message) -> bytes:  # noqa: ARG002 - one interface
        """The message itself: `response_body` is about JSON alone."""
        kept = masks.applied(self._tree, message) if self._tree else message
        return kept.SerializeToString()

    def error(self, status: Status, http_status: int) -> bytes:  # noqa: ARG002 - one interface
        """A google.rpc.Status."""
        binary: Message = status_pb2.Status(
            code=status.code.value[0], message=status.message, details=status.details
        )
        return binary.SerializeToString()


class Formats:
    """The formats of a gateway; the encoders behind them are shared."""

    def __init__(self, pool: Any) -> None:
        """Takes the pool that the types in Any are looked up in."""
        self._pool = pool
        self._encoders: dict[tuple[bool, bool], Encoder] = {}
        self.default = Format(self._encoder(enum_numbers=False, defaults=False))
        self.binary = ProtoFormat(self.default.encoder, None)

    def of(self, parameters: Parameters, binding: Binding) -> Format:
        """The format that parameters ask for; raises GatewayError (400)."""
        if parameters is DEFAULT:
            return self.default
        alt = parameters.alt
        if alt == "proto" and binding.method.server_streaming and not binding.raw_response:
            raise refusal([Violation("alt", "proto is not for streams")])
        if alt == "media" and not binding.raw_response:
            raise refusal([Violation("alt", "the method answers with no media")])
        encoder = self._encoder(
            enum_numbers=alt == "json;enum-encoding=int", defaults=parameters.defaults
        )
        if alt == "proto":
            return self._proto(parameters.fields, binding)
        if parameters.fields is None:
            return Format(encoder, pretty=parameters.pretty)
        return MaskedFormat(encoder, parameters.fields, binding, pretty=parameters.pretty)

    def _proto(self, tree: masks.Tree | None, binding: Binding) -> ProtoFormat:
        if tree is None:
            return ProtoFormat(self.default.encoder, None)
        try:
            descriptor: Any = binding.method.response_class.DESCRIPTOR
            return ProtoFormat(self.default.encoder, masks.resolve(tree, descriptor))
        except masks.MaskError as error:
            raise refusal([Violation("fields", str(error))]) from error

    def _encoder(self, *, enum_numbers: bool, defaults: bool) -> Encoder:
        key = (enum_numbers, defaults)
        if key not in self._encoders:
            self._encoders[key] = Encoder(self._pool, enum_numbers=enum_numbers, defaults=defaults)
        return self._encoders[key]


def _resolved(tree: masks.Tree, binding: Binding) -> masks.Tree:
    """The tree from the response message down; `fields` speaks of the body alone."""
    response: Any = binding.method.response_class.DESCRIPTOR
    if binding.response_body is None:
        return masks.resolve(tree, response)
    return masks.resolve({binding.response_body.name: tree}, response)
