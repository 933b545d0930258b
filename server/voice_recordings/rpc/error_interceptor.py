"""Turns what a method raises into a status with details, at every door alike."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeAlias

import grpc
from grpc.aio import AbortError, ServerInterceptor, ServicerContext

from voice_recordings.errors import VoiceRecordingsError
from voice_recordings.rpc.status import DETAILS_KEY, status_code, status_message

_log = logging.getLogger(__name__)

# Requests and responses pass through untouched, whatever their types.
_Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any] | None"
_Context = ServicerContext[Any, Any]
# A code, a message and trailing metadata, as `ServicerContext.abort` takes them.
_Refusal = tuple[grpc.StatusCode, str, tuple[tuple[str, bytes], ...]]


class ErrorInterceptor(ServerInterceptor):
    """Answers a `VoiceRecordingsError` with its status, and anything unforeseen with INTERNAL."""

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[_Handler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> _Handler:
        """Wraps the method's behaviour; see `grpc.aio.ServerInterceptor`."""
        handler = await continuation(handler_call_details)
        if handler is None:
            return None
        method = str(handler_call_details.method)
        coders = {
            "request_deserializer": handler.request_deserializer,
            "response_serializer": handler.response_serializer,
        }
        if handler.unary_unary:
            return grpc.unary_unary_rpc_method_handler(
                _answering(handler.unary_unary, method), **coders
            )
        if handler.stream_unary:
            return grpc.stream_unary_rpc_method_handler(
                _answering(handler.stream_unary, method), **coders
            )
        if handler.unary_stream:
            return grpc.unary_stream_rpc_method_handler(
                _streaming(handler.unary_stream, method), **coders
            )
        return grpc.stream_stream_rpc_method_handler(
            _streaming(handler.stream_stream, method), **coders
        )


def _answering(behaviour: Any, method: str) -> Any:
    async def answer(request: Any, context: _Context) -> Any:
        try:
            return await behaviour(request, context)
        except AbortError:
            raise
        except Exception as error:
            refusal = _refusal(error, method)
        return await context.abort(*refusal)

    return answer


def _streaming(behaviour: Any, method: str) -> Any:
    async def stream(request: Any, context: _Context) -> AsyncIterator[Any]:
        try:
            async for response in behaviour(request, context):
                yield response
        except AbortError:
            raise
        except Exception as error:
            refusal = _refusal(error, method)
        else:
            return
        await context.abort(*refusal)

    return stream


def _refusal(error: Exception, method: str) -> _Refusal:
    """What to abort with.

    Taken out of the except block before aborting: an abort raised inside it
    would keep the error, with every frame and buffer of the call, in a cycle
    until the garbage collector comes by.
    """
    if not isinstance(error, VoiceRecordingsError):
        _log.error("unforeseen error", exc_info=error, extra={"method": method})
        error = VoiceRecordingsError("the service failed in a way it did not foresee")
    details = status_message(error).SerializeToString()
    return status_code(error.code), error.message, ((DETAILS_KEY, details),)
