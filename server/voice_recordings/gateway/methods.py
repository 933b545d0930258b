"""Methods, as descriptors and generated code have them."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import grpc
from google.protobuf.message import Message

if TYPE_CHECKING:  # the stubs make these generic; at run time they are not
    Handler: TypeAlias = grpc.RpcMethodHandler[Any, Any]
    GenericHandler: TypeAlias = grpc.GenericRpcHandler
else:
    Handler = grpc.RpcMethodHandler
    GenericHandler = grpc.GenericRpcHandler

Behaviour = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Method:
    """A method, and the handler that was registered for it."""

    name: str  # /package.Service/Method
    request_class: type[Message]
    response_class: type[Message]
    handler: Handler
    client_streaming: bool
    server_streaming: bool
    is_async: bool

    def accepts(self, handler: Handler) -> bool:
        """Whether a handler takes messages of the request class as they are."""
        return bool(handler.request_deserializer == self.request_class.FromString)

    def gives(self, handler: Handler) -> bool:
        """Whether a handler gives messages as they are, which its serializer tells."""
        return bool(handler.response_serializer == self.response_class.SerializeToString)


def behaviour_of(handler: Handler) -> Behaviour:
    """The servicer's function in a handler."""
    if handler.request_streaming:
        chosen = handler.stream_stream if handler.response_streaming else handler.stream_unary
    else:
        chosen = handler.unary_stream if handler.response_streaming else handler.unary_unary
    if chosen is None:
        raise TypeError("the handler has no function of the shape it says it has")
    return chosen


def is_async(behaviour: Behaviour) -> bool:
    """Whether grpcio would run this in the loop rather than in a thread."""
    return inspect.iscoroutinefunction(behaviour) or inspect.isasyncgenfunction(behaviour)
