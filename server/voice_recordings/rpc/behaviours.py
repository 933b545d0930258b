"""Putting something around what a method does, whatever its shape."""

import abc
import inspect
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn, TypeAlias

import grpc
from grpc.aio import ServerInterceptor

from voice_recordings.errors import VoiceRecordingsError

# Requests and responses pass through untouched, whatever their types.
Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"
MaybeHandler: TypeAlias = "grpc.RpcMethodHandler[Any, Any] | None"
# What serves a call: (request or requests, context) → response or responses.
Behaviour = Callable[[Any, Any], Any]
Wrap = Callable[[Behaviour], Behaviour]


class WrappingInterceptor(ServerInterceptor, abc.ABC):
    """An interceptor that wraps each method once, not once a call."""

    def __init__(self) -> None:
        # Method → the handler it had, and that handler wrapped.
        self._wrapped: dict[str, tuple[Handler, Handler]] = {}

    @abc.abstractmethod
    def wrap(self, method: str, handler: Handler) -> Handler:
        """The handler with something around its behaviour."""

    def arrived(self, details: grpc.HandlerCallDetails) -> None:
        """Looks at a call that has come, before anything of its request is read.

        What it raises, a `VoiceRecordingsError`, refuses the call.
        """

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[MaybeHandler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> MaybeHandler:
        """The wrapped handler; see `grpc.aio.ServerInterceptor`."""
        handler = await continuation(handler_call_details)
        if handler is None:
            return None
        method = str(handler_call_details.method)
        refusing = self._looked(handler_call_details)
        if refusing is not None:
            return refusing
        known = self._wrapped.get(method)
        # An interceptor within may answer with another handler each time.
        if known is not None and known[0] is handler:
            return known[1]
        wrapped = self.wrap(method, handler)
        self._wrapped[method] = (handler, wrapped)
        return wrapped

    def _looked(self, details: grpc.HandlerCallDetails) -> MaybeHandler:
        """A handler that refuses the call, if it is to be refused."""
        try:
            self.arrived(details)
        except VoiceRecordingsError as error:
            return refusing(error)
        return None


class Layers(WrappingInterceptor):
    """Several as one, the outermost first: grpcio asks each interceptor anew for every call."""

    def __init__(self, *layers: WrappingInterceptor) -> None:
        super().__init__()
        self._layers = layers
        self._looking = [
            (depth, layer)
            for depth, layer in enumerate(layers)
            if type(layer).arrived is not WrappingInterceptor.arrived
        ]

    def wrap(self, method: str, handler: Handler) -> Handler:
        """The handler within all of them."""
        return self._within(len(self._layers), method, handler)

    def _within(self, depth: int, method: str, handler: Handler) -> Handler:
        for layer in reversed(self._layers[:depth]):
            handler = layer.wrap(method, handler)
        return handler

    def _looked(self, details: grpc.HandlerCallDetails) -> MaybeHandler:
        for depth, layer in self._looking:
            try:
                layer.arrived(details)
            except VoiceRecordingsError as error:
                return self._within(depth, str(details.method), refusing(error))
        return None


def refusing(error: VoiceRecordingsError | type[VoiceRecordingsError]) -> Handler:
    """A handler for any method; of this shape, because it reads no request."""

    async def refuse(requests: Any, context: Any) -> NoReturn:
        del requests, context
        raise error

    return grpc.stream_unary_rpc_method_handler(refuse)


def around(handler: Handler, *, answer: Wrap, stream: Wrap) -> Handler:
    """The handler with its behaviour wrapped.

    `stream` is for behaviours that yield responses; `answer` for those that
    return one, or write them to the context and return nothing.
    """
    coders = {
        "request_deserializer": handler.request_deserializer,
        "response_serializer": handler.response_serializer,
    }

    def streamed(behaviour: Behaviour) -> Behaviour:
        return (stream if inspect.isasyncgenfunction(behaviour) else answer)(behaviour)

    if handler.unary_unary:
        return grpc.unary_unary_rpc_method_handler(answer(handler.unary_unary), **coders)
    if handler.stream_unary:
        return grpc.stream_unary_rpc_method_handler(answer(handler.stream_unary), **coders)
    if handler.unary_stream:
        return grpc.unary_stream_rpc_method_handler(streamed(handler.unary_stream), **coders)
    if handler.stream_stream:
        return grpc.stream_stream_rpc_method_handler(streamed(handler.stream_stream), **coders)
    raise TypeError("a handler has a behaviour")
