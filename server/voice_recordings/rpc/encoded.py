"""Answers that are encoded already, on their way past everybody who takes them for messages."""

from collections.abc import Set as AbstractSet
from typing import Any

import grpc
from google.protobuf.message import Message

from voice_recordings.rpc.behaviours import Handler, WrappingInterceptor


class Encoded:
    """A message in its binary form, which whoever looks into it finds decoded."""

    __slots__ = ("_data", "_message", "_message_class")

    def __init__(self, message_class: type[Message], data: bytes) -> None:
        """Takes the class, and the bytes of one message of it."""
        # What is set on it is set on the message.
        object.__setattr__(self, "_message_class", message_class)
        object.__setattr__(self, "_data", data)
        object.__setattr__(self, "_message", None)

    @property
    def decoded(self) -> Message:
        """The message, which counts from now on: it may be changed."""
        message: Message | None = self._message
        if message is None:
            message = self._message_class.FromString(self._data)
            object.__setattr__(self, "_message", message)
        return message

    def SerializeToString(self) -> bytes:  # noqa: N802 - as messages have it
        """The binary form."""
        data: bytes = self._data if self._message is None else self._message.SerializeToString()
        return data

    def ByteSize(self) -> int:  # noqa: N802 - as messages have it
        """The length of the binary form."""
        return len(self.SerializeToString())

    def __getattr__(self, name: str) -> Any:
        return getattr(self.decoded, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.decoded, name, value)


class EncodedInterceptor(WrappingInterceptor):
    """Lets unary methods answer with `Encoded`; REST decodes it again, to write JSON.

    Goes innermost. Other methods keep their serializers, by which the gateway
    knows that what they answer need not be encoded for it.
    """

    def __init__(self, methods: AbstractSet[str]) -> None:
        super().__init__()
        self._methods = methods

    def wrap(self, method: str, handler: Handler) -> Handler:
        """The handler, whose serializer passes on what is encoded."""
        if method not in self._methods or not handler.unary_unary:
            return handler
        serialize: Any = handler.response_serializer

        def serialized(response: Any) -> Any:
            if isinstance(response, Encoded):
                return response.SerializeToString()
            return serialize(response)

        return grpc.unary_unary_rpc_method_handler(
            handler.unary_unary,
            request_deserializer=handler.request_deserializer,
            response_serializer=serialized,
        )
