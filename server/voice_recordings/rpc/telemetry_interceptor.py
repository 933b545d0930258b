"""Counts and times every call, and gives it an id for its log lines."""

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, contextmanager
from time import perf_counter
from typing import Any

import grpc
from grpc.aio import AbortError, ServicerContext

from voice_recordings.rpc.behaviours import Behaviour, Handler, WrappingInterceptor, around
from voice_recordings.telemetry.metrics import Metrics
from voice_recordings.telemetry.origin import Origin, origin, origin_of
from voice_recordings.telemetry.request_id import METADATA_KEY, usable_id
from voice_recordings.telemetry.tracing import Kind, NoSpan, NoTracing, Span, Tracing

_log = logging.getLogger(__name__)

_Context = ServicerContext[Any, Any]
# A call that ended like this is the service's own fault.
_OURS = ("INTERNAL", "UNKNOWN", "DATA_LOSS")
# What OpenTelemetry's conventions count as a server's error.
_NOT_THE_CALLERS = (*_OURS, "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "UNAVAILABLE")
# Asked every few seconds by machines.
_UNTRACED = ("/grpc.health.", "/grpc.reflection.")


class TelemetryInterceptor(WrappingInterceptor):
    """Goes outermost, so that it sees how every call ended; one a door."""

    def __init__(self, metrics: Metrics, door: str, tracing: Tracing | None = None) -> None:
        super().__init__()
        self._tracing: Tracing = tracing or NoTracing()
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
        came_from = _origin(context)
        context.set_trailing_metadata(((METADATA_KEY, came_from.request_id),))
        running = self._metrics.calls_running.labels(self._door, kind)
        running.inc()
        began, code = perf_counter(), "OK"
        with self._span(method, came_from) as span:
            origin.set(span.origin)
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
                span.note({"rpc.response.status_code": code})
                if code in _NOT_THE_CALLERS:
                    span.fail(code)
                self._tell(method, kind, code, perf_counter() - began)

    def _span(self, method: str, came_from: Origin) -> AbstractContextManager[Span]:
        if method.startswith(_UNTRACED):
            return NoSpan(came_from)
        name = method.removeprefix("/")
        about = {"rpc.system.name": "grpc", "rpc.method": name, "voice_recordings.door": self._door}
        return self._tracing.span(name, Kind.SERVER, came_from, about)

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


def _origin(context: _Context) -> Origin:
    """What the client sent of itself, and an id made here if it sent none; the gateway has."""
    request_id: str | None = None
    parents: list[str] = []
    states: list[str] = []
    for key, value in context.invocation_metadata() or ():
        if not isinstance(value, str):
            continue
        if key == METADATA_KEY:
            request_id = request_id or usable_id(value)
        elif key == "traceparent":
            parents.append(value)
        elif key == "tracestate":
            states.append(value)
    return origin_of(request_id or uuid.uuid4().hex, parents, states)


def _code_name(context: _Context) -> str:
    """The status a call was aborted with; grpcio gives it as an enum or a number."""
    code: Any = context.code()
    if isinstance(code, grpc.StatusCode):
        return code.name
    names = {status.value[0]: status.name for status in grpc.StatusCode}
    return names.get(code, "UNKNOWN")
