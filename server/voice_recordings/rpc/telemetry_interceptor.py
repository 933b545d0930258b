"""Counts and times every call, and gives it an id for its log lines."""

import asyncio
import functools
import itertools
import logging
import uuid
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass
from time import perf_counter
from types import TracebackType
from typing import Any

import grpc
from grpc.aio import AbortError, ServicerContext

from voice_recordings.rpc.behaviours import Behaviour, Handler, WrappingInterceptor, around
from voice_recordings.telemetry.metrics import Metrics
from voice_recordings.telemetry.origin import Origin, origin, origin_of
from voice_recordings.telemetry.request_id import METADATA_KEY, usable_id
from voice_recordings.telemetry.tracing import Kind, NoTracing, Span, Tracing

_log = logging.getLogger(__name__)

_Context = ServicerContext[Any, Any]
# A call that ended like this is the service's own fault.
_OURS = ("INTERNAL", "UNKNOWN", "DATA_LOSS")
# What OpenTelemetry's conventions count as a server's error.
_NOT_THE_CALLERS = (*_OURS, "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "UNAVAILABLE")
# Asked every few seconds by machines.
_UNTRACED = ("/grpc.health.", "/grpc.reflection.")
# Ids of requests: one no other process has, and a number, which costs less than chance each time.
_PROCESS = uuid.uuid4().hex[:16]
_numbers = itertools.count(1)
# Whether the client sent an id, and so looks for it.
_asked: ContextVar[bool] = ContextVar("asked", default=False)


class TelemetryInterceptor(WrappingInterceptor):
    """Goes outermost, so that it sees how every call ended; one a door."""

    def __init__(self, metrics: Metrics, door: str, tracing: Tracing | None = None) -> None:
        super().__init__()
        # Read when somebody asks for figures: less to do for a call than a gauge.
        running = {"unary": 0, "stream": 0}
        for kind in running:
            gauge = metrics.calls_running.labels(door, kind)
            gauge.set_function(functools.partial(running.__getitem__, kind))
        self._door = _Door(door, metrics, tracing or NoTracing(), running)

    def arrived(self, details: grpc.HandlerCallDetails) -> None:
        """Remembers where the call comes from."""
        came_from, asked = _origin(details.invocation_metadata)
        origin.set(came_from)
        _asked.set(asked)

    def wrap(self, method: str, handler: Handler) -> Handler:
        """The handler, watched."""
        kind = "stream" if handler.request_streaming or handler.response_streaming else "unary"
        watched = _Method(method, kind, self._door)

        def answer(behaviour: Behaviour) -> Behaviour:
            async def answered(request: Any, context: _Context) -> Any:
                with _Watch(watched, context):
                    return await behaviour(request, context)

            return answered

        def stream(behaviour: Behaviour) -> Behaviour:
            async def streamed(request: Any, context: _Context) -> AsyncIterator[Any]:
                with _Watch(watched, context):
                    async for response in behaviour(request, context):
                        yield response

            return streamed

        return around(handler, answer=answer, stream=stream)


@dataclass(frozen=True, slots=True)
class _Door:
    """What is the same for all methods at a door."""

    name: str
    metrics: Metrics
    tracing: Tracing
    running: dict[str, int]
    """How many calls are being served, by kind."""


class _Method:
    """What is the same for all calls of a method at a door, looked up once."""

    def __init__(self, method: str, kind: str, door: _Door) -> None:
        self._method = method
        self._kind = kind
        self._running = door.running
        self._extra = {"door": door.name}
        self._tracing = NoTracing() if method.startswith(_UNTRACED) else door.tracing
        self._name = method.removeprefix("/")
        self._about = {
            "rpc.system.name": "grpc",
            "rpc.method": self._name,
            "voice_recordings.door": door.name,
        }
        calls, seconds = door.metrics.calls, door.metrics.call_seconds
        self._calls = functools.cache(lambda code: calls.labels(door.name, method, code))
        self._seconds = seconds.labels(door.name, method) if kind == "unary" else None

    def span(self, came_from: Origin) -> AbstractContextManager[Span]:
        """The span of a call."""
        return self._tracing.span(self._name, Kind.SERVER, came_from, self._about)

    def begin(self) -> None:
        """A call begins."""
        self._running[self._kind] += 1

    def end(self, code: str, seconds: float) -> None:
        """A call has ended."""
        self._running[self._kind] -= 1
        self._calls(code).inc()
        if self._seconds is not None:
            self._seconds.observe(seconds)
        level = logging.WARNING if code in _OURS else logging.DEBUG
        if _log.isEnabledFor(level):
            extra = self._extra | {"milliseconds": round(seconds * 1000, 3)}
            _log.log(level, "%s %s", self._method, code, extra=extra)


class _Watch:
    """Looks on while a call is served."""

    __slots__ = ("_began", "_context", "_held", "_method", "_span")

    def __init__(self, method: _Method, context: _Context) -> None:
        self._method = method
        self._context = context

    def __enter__(self) -> None:
        came_from = origin.get()
        # Who sent none learns it when the call fails; with every answer, it would
        # cost a tenth of a Get.
        if _asked.get():
            self._context.set_trailing_metadata(((METADATA_KEY, came_from.request_id),))
        self._method.begin()
        self._held = self._method.span(came_from)
        self._span = self._held.__enter__()
        origin.set(self._span.origin)
        self._began = perf_counter()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        seconds = perf_counter() - self._began
        code = "OK" if error is None else _code_of(error, self._context)
        self._span.note({"rpc.response.status_code": code})
        if code in _NOT_THE_CALLERS:
            self._span.fail(code)
        self._method.end(code, seconds)
        self._held.__exit__(kind, error, trace)


def _code_of(error: BaseException, context: _Context) -> str:
    """The status of a call that ended with this."""
    if isinstance(error, AbortError):
        return _code_name(context)
    if isinstance(error, (asyncio.CancelledError, GeneratorExit)):
        return "CANCELLED"
    return "UNKNOWN"


def _origin(metadata: Iterable[tuple[str, str | bytes]]) -> tuple[Origin, bool]:
    """What the client sent of itself, and whether an id was in it; else one is made here."""
    request_id: str | None = None
    parents: list[str] = []
    states: list[str] = []
    for key, value in metadata:
        if not isinstance(value, str):
            continue
        if key == METADATA_KEY:
            request_id = request_id or usable_id(value)
        elif key == "traceparent":
            parents.append(value)
        elif key == "tracestate":
            states.append(value)
    made_id = request_id or f"{_PROCESS}{next(_numbers):016x}"
    return origin_of(made_id, parents, states), request_id is not None


def _code_name(context: _Context) -> str:
    """The status a call was aborted with; grpcio gives it as an enum or a number."""
    code: Any = context.code()
    if isinstance(code, grpc.StatusCode):
        return code.name
    names = {status.value[0]: status.name for status in grpc.StatusCode}
    return names.get(code, "UNKNOWN")
