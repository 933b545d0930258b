"""Counts and times every call, and gives it an id for its log lines."""

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

import grpc
from grpc.aio import AbortError, ServicerContext

from voice_recordings.rpc.behaviours import Behaviour, Handler, WrappingInterceptor, around
from voice_recordings.telemetry.metrics import Metrics
from voice_recordings.telemetry.request_id import METADATA_KEY, request_id, usable_id

_log = logging.getLogger(__name__)

_Context = ServicerContext[Any, Any]
# A call that ended like this is the service's own fault.
_OURS = ("INTERNAL", "UNKNOWN", "DATA_LOSS")


class TelemetryInterceptor(WrappingInterceptor):
    """Goes outermost, so that it sees how every call ended; one a door."""

    def __init__(self, metrics: Metrics, door: str) -> None:
        super().__init__()
        self._metrics = metrics
        self._door = door

    def wrap(self, method: str, handler: Handler) -> Handler:
        """The handler, watched."""
        kind = "stream" if handler.request_streaming or handler.response_streaming else "unary"

        def answer(behaviour: Behaviour) -> Behaviour:
            async def answered(request: Any, context: _Context) -> Any:
                with self._watched(method, kind, context):
                    return await behaviour(request, context)

            return answered

        def stream(behaviour: Behaviour) -> Behaviour:
            async def streamed(request: Any, context: _Context) -> AsyncIterator[Any]:
                with self._watched(method, kind, context):
                    async for response in behaviour(request, context):
                        yield response

            return streamed

        return around(handler, answer=answer, stream=stream)

    @contextmanager
    def _watched(self, method: str, kind: str, context: _Context) -> Iterator[None]:
        request_id.set(_request_id(context))
        running = self._metrics.calls_running.labels(self._door, kind)
        running.inc()
        began, code = perf_counter(), "OK"
        try:
            yield
        except AbortError:
            code = _code_name(context)
            raise
        except (asyncio.CancelledError, GeneratorExit):
            code = "CANCELLED"
            raise
        except Exception:
            code = "UNKNOWN"
            raise
        finally:
            running.dec()
            self._tell(method, kind, code, perf_counter() - began)

    def _tell(self, method: str, kind: str, code: str, seconds: float) -> None:
        self._metrics.calls.labels(self._door, method, code).inc()
        if kind == "unary":
            self._metrics.call_seconds.labels(self._door, method).observe(seconds)
        _log.log(
            logging.WARNING if code in _OURS else logging.DEBUG,
            "%s %s",
            method,
            code,
            extra={"door": self._door, "milliseconds": round(seconds * 1000, 3)},
        )


def _request_id(context: _Context) -> str:
    """The id the client sent, or one made here; the gateway has sent one already."""
    for key, value in context.invocation_metadata() or ():
        if key == METADATA_KEY and isinstance(value, str) and (sent := usable_id(value)):
            return sent
    return uuid.uuid4().hex


def _code_name(context: _Context) -> str:
    """The status a call was aborted with; grpcio gives it as an enum or a number."""
    code: Any = context.code()
    if isinstance(code, grpc.StatusCode):
        return code.name
    names = {status.value[0]: status.name for status in grpc.StatusCode}
    return names.get(code, "UNKNOWN")
