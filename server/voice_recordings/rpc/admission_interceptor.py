"""Admits so many calls at once; refuses the rest at once, before anything is done for them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from grpc.aio import ServicerContext

from voice_recordings.errors import TooManyCalls
from voice_recordings.rpc.behaviours import Behaviour, Handler, WrappingInterceptor, around
from voice_recordings.telemetry.metrics import Metrics

_Context = ServicerContext[Any, Any]
# Whoever asks for health wants to know just when there is no room, and whoever
# holds the test controls fills the room on purpose.
_EXEMPT = ("/grpc.health.", "/voicerecordings.emulator.")


@dataclass(frozen=True, slots=True)
class CallLimits:
    """How many calls are served at once: in all, and for one project.

    A stream (an import, a live recording) takes room for as long as it lasts,
    so streams are counted apart from the calls that are over in a moment.
    """

    unary_calls: int
    streams: int
    project_calls: int


class AdmissionInterceptor(WrappingInterceptor):
    """One for both doors: the limits are the server's. Goes inside the `ErrorInterceptor`."""

    def __init__(self, limits: CallLimits, metrics: Metrics) -> None:
        super().__init__()
        self._limits = {"unary": limits.unary_calls, "stream": limits.streams}
        self._project_limit = limits.project_calls
        self._metrics = metrics
        self._running = dict.fromkeys(self._limits, 0)
        # Of projects that have any.
        self._of_project: dict[str, int] = {}

    def wrap(self, method: str, handler: Handler) -> Handler:
        """The handler, which refuses when there is no room."""
        if method.startswith(_EXEMPT):
            return handler
        kind = "stream" if handler.request_streaming or handler.response_streaming else "unary"
        takes_stream = handler.request_streaming

        def answer(behaviour: Behaviour) -> Behaviour:
            async def admitted(request: Any, context: _Context) -> Any:
                with self._room(kind, "" if takes_stream else _project_of(request)):
                    return await behaviour(request, context)

            return admitted

        def stream(behaviour: Behaviour) -> Behaviour:
            async def admitted(request: Any, context: _Context) -> AsyncIterator[Any]:
                with self._room(kind, "" if takes_stream else _project_of(request)):
                    async for response in behaviour(request, context):
                        yield response

            return admitted

        return around(handler, answer=answer, stream=stream)

    def _room(self, kind: str, project: str) -> "_Room":
        """Room for a call, kept while it is served. Raises `TooManyCalls`."""
        if self._running[kind] >= self._limits[kind]:
            self._metrics.calls_refused.labels(kind).inc()
            raise TooManyCalls(f"{self._limits[kind]} {kind} calls are being served already")
        if project and self._of_project.get(project, 0) >= self._project_limit:
            self._metrics.calls_refused.labels("project").inc()
            raise TooManyCalls(f"{self._project_limit} calls of the project are being served")
        return _Room(self._running, kind, self._of_project, project)


class _Room:
    """Is taken at the beginning of a block, and free at its end."""

    __slots__ = ("_kind", "_of_project", "_project", "_running")

    def __init__(
        self, running: dict[str, int], kind: str, of_project: dict[str, int], project: str
    ) -> None:
        self._running = running
        self._kind = kind
        self._of_project = of_project
        self._project = project

    def __enter__(self) -> None:
        self._running[self._kind] += 1
        self._of_project[self._project] = self._of_project.get(self._project, 0) + 1

    def __exit__(self, *error: object) -> None:
        self._running[self._kind] -= 1
        left = self._of_project[self._project] - 1
        if left:
            self._of_project[self._project] = left
        else:
            del self._of_project[self._project]


def _project_of(request: Any) -> str:
    """The project a request is about; empty where it names none."""
    name = str(getattr(request, "name", "") or getattr(request, "parent", ""))
    collection, _, rest = name.partition("/")
    return rest.partition("/")[0] if collection == "projects" else ""
