"""Handlers that call a remote gRPC server: what `Gateway.proxy` registers.

Deadline, metadata, cancellation and status details pass through.
"""

from collections.abc import AsyncIterator, Iterable
from typing import Any, Final

import grpc
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message_factory import GetMessageClass
from grpc import aio

from voice_recordings.gateway.methods import Handler

# The channel sends its own.
_NOT_FORWARDED: Final = frozenset({"user-agent", "grpc-timeout", "content-type", "te"})


def handlers(channel: aio.Channel, service: ServiceDescriptor) -> dict[str, Handler]:
    """A handler for each method a gateway can serve: all but bidirectional ones."""
    return {
        method.name: _handler(channel, method)
        for method in service.methods
        if not (method.client_streaming and method.server_streaming)
    }


def _handler(channel: aio.Channel, method: MethodDescriptor) -> Handler:
    request: Any = GetMessageClass(method.input_type)
    response: Any = GetMessageClass(method.output_type)
    serializers = {
        "request_serializer": request.SerializeToString,
        "response_deserializer": response.FromString,
    }
    own = {
        "request_deserializer": request.FromString,
        "response_serializer": response.SerializeToString,
    }
    path = f"/{method.containing_service.full_name}/{method.name}"
    if method.server_streaming:
        stream = channel.unary_stream(path, **serializers)
        return grpc.unary_stream_rpc_method_handler(_streaming(stream), **own)
    if method.client_streaming:
        upload = channel.stream_unary(path, **serializers)
        return grpc.stream_unary_rpc_method_handler(_unary(upload), **own)
    unary = channel.unary_unary(path, **serializers)
    return grpc.unary_unary_rpc_method_handler(_unary(unary), **own)


def _unary(remote: Any) -> Any:
    """For methods with one response, whether their request is streamed or not."""

    async def behaviour(request: Any, context: Any) -> Any:
        call = remote(request, timeout=context.time_remaining(), metadata=_metadata(context))
        try:
            response = await call
        except aio.AioRpcError as error:
            await _abort(error, context)
        await context.send_initial_metadata(tuple(await call.initial_metadata()))
        context.set_trailing_metadata(tuple(await call.trailing_metadata()))
        return response

    return behaviour


def _streaming(remote: Any) -> Any:
    async def behaviour(request: Any, context: Any) -> AsyncIterator[Any]:
        call = remote(request, timeout=context.time_remaining(), metadata=_metadata(context))
        try:
            async for response in call:
                yield response
        except aio.AioRpcError as error:
            await _abort(error, context)
        finally:
            call.cancel()

    return behaviour


async def _abort(error: aio.AioRpcError, context: Any) -> None:
    await context.abort(error.code(), error.details() or "", tuple(error.trailing_metadata() or ()))


def _metadata(context: Any) -> tuple[tuple[str, str | bytes], ...]:
    pairs: Iterable[tuple[str, str | bytes]] = context.invocation_metadata()
    return tuple((key, value) for key, value in pairs if key not in _NOT_FORWARDED)
