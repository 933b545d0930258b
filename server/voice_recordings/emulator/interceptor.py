"""Stands before every method at both doors: logs the call, and carries out the fault it meets."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import grpc
from grpc.aio import ServerInterceptor

from voice_recordings.emulator.answering import answering
from voice_recordings.emulator.call import Book, Call

_Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any] | None"


class EmulatorInterceptor(ServerInterceptor):
    """Comes first, so that a fault meets a call as a broken network would."""

    def __init__(self, book: Book) -> None:
        self._book = book

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[_Handler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> _Handler:
        """Wraps the method's behaviour; see `grpc.aio.ServerInterceptor`."""
        handler = await continuation(handler_call_details)
        method = str(handler_call_details.method).removeprefix("/")
        if handler is None or method not in self._book.methods:
            return handler
        call = Call(self._book, method, answering.get())
        coders: dict[str, Any] = {
            "request_deserializer": handler.request_deserializer,
            "response_serializer": call.serializer(handler.response_serializer),
        }
        if handler.unary_unary:
            return grpc.unary_unary_rpc_method_handler(call.unary(handler.unary_unary), **coders)
        if handler.stream_unary:
            return grpc.stream_unary_rpc_method_handler(
                call.streamed(handler.stream_unary), **coders
            )
        if handler.unary_stream:
            return grpc.unary_stream_rpc_method_handler(
                call.streaming(handler.unary_stream), **coders
            )
        return grpc.stream_stream_rpc_method_handler(
            call.streaming_both(handler.stream_stream), **coders
        )
