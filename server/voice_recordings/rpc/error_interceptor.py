"""Turns what a method raises into a status with details, at every door alike."""

import logging
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import grpc
from grpc.aio import AbortError, ServicerContext

from voice_recordings.errors import VoiceRecordingsError
from voice_recordings.rpc.behaviours import Behaviour, Handler, WrappingInterceptor, around
from voice_recordings.rpc.status import DETAILS_KEY, status_code, status_message
from voice_recordings.telemetry.origin import origin
from voice_recordings.telemetry.request_id import METADATA_KEY

_log = logging.getLogger(__name__)

_Context = ServicerContext[Any, Any]
# A code, a message and trailing metadata, as `ServicerContext.abort` takes them.
_Refusal = tuple[grpc.StatusCode, str, tuple[tuple[str, str | bytes], ...]]


class ErrorInterceptor(WrappingInterceptor):
    """Answers a `VoiceRecordingsError` with its status, and anything unforeseen with INTERNAL."""

    def wrap(self, method: str, handler: Handler) -> Handler:
        """The handler, whose errors become statuses."""
        return around(
            handler, answer=partial(_answering, method), stream=partial(_streaming, method)
        )


def _answering(method: str, behaviour: Behaviour) -> Behaviour:
    async def answer(request: Any, context: _Context) -> Any:
        try:
            return await behaviour(request, context)
        except AbortError:
            raise
        except Exception as error:
            refusal = _refusal(error, method)
        return await context.abort(*refusal)

    return answer


def _streaming(method: str, behaviour: Behaviour) -> Behaviour:
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
    told = ((DETAILS_KEY, details), (METADATA_KEY, origin.get().request_id))
    return status_code(error.code), error.message, told
