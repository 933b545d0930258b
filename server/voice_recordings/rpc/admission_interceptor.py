"""Admits so many calls at once; refuses the rest at once, before anything is done for them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Self

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
    project_streams: int


class AdmissionInterceptor(WrappingInterceptor):
    """One for both doors: the limits are the server's. Goes inside the `ErrorInterceptor`."""

    def __init__(self, limits: CallLimits, metrics: Metrics) -> None:
        super().__init__()
        self._limits = {"unary": limits.unary_calls, "stream": limits.streams}
        self._project_limits = {"unary": limits.project_calls, "stream": limits.project_streams}
        self._metrics = metrics
        self._running = dict.fromkeys(self._limits, 0)
        # Of projects that have any.
        self._of_project: dict[str, dict[str, int]] = {kind: {} for kind in self._limits}

    def wrap(self, method: str, handler: Handler) -> Handler:
        """The handler, which refuses when there is no room."""
        if method.startswith(_EXEMPT):
            return handler
        if handler.request_streaming:
            return self._of_requests(handler)
        kind = "stream" if handler.response_streaming else "unary"

        def answer(behaviour: Behaviour) -> Behaviour:
            async def admitted(request: Any, context: _Context) -> Any:
                with self._room(kind, _project_of(request)):
                    return await behaviour(request, context)

            return admitted

        def stream(behaviour: Behaviour) -> Behaviour:
            async def admitted(request: Any, context: _Context) -> AsyncIterator[Any]:
                with self._room(kind, _project_of(request)):
                    async for response in behaviour(request, context):
                        yield response

            return admitted

        return around(handler, answer=answer, stream=stream)

    def _of_requests(self, handler: Handler) -> Handler:
        """Takes room at once, and of the project's when the first message names it."""

        def answer(behaviour: Behaviour) -> Behaviour:
            async def admitted(requests: AsyncIterator[Any], context: _Context) -> Any:
                with self._room("stream", "") as room:
                    return await behaviour(await self._opened(requests, room), context)

            return admitted

        def stream(behaviour: Behaviour) -> Behaviour:
            async def admitted(
                requests: AsyncIterator[Any], context: _Context
            ) -> AsyncIterator[Any]:
                with self._room("stream", "") as room:
                    async for response in behaviour(await self._opened(requests, room), context):
                        yield response

            return admitted

        return around(handler, answer=answer, stream=stream)

    async def _opened(self, requests: AsyncIterator[Any], room: "_Room") -> AsyncIterator[Any]:
        """The requests as they were, once it is known whose they are. Raises `TooManyCalls`."""
        reader = aiter(requests)
        first = await anext(reader, None)
        project = _project_of(first)
        self._check_project("stream", project)
        room.belongs_to(project)
        return _all(first, reader)

    def _room(self, kind: str, project: str) -> "_Room":
        """Room for a call, kept while it is served. Raises `TooManyCalls`."""
        if self._running[kind] >= self._limits[kind]:
            self._metrics.calls_refused.labels(kind).inc()
            raise TooManyCalls(f"{self._limits[kind]} {kind} calls are being served already")
        self._check_project(kind, project)
        return _Room(self._running, kind, self._of_project[kind], project)

    def _check_project(self, kind: str, project: str) -> None:
        limit = self._project_limits[kind]
        if project and self._of_project[kind].get(project, 0) >= limit:
            self._metrics.calls_refused.labels("project").inc()
            raise TooManyCalls(f"{limit} {kind} calls of the project are being served")


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

    def __enter__(self) -> Self:
        self._running[self._kind] += 1
        self._of_project[self._project] = self._of_project.get(self._project, 0) + 1
        return self

    def __exit__(self, *error: object) -> None:
        self._running[self._kind] -= 1
        self._give_back()

    def belongs_to(self, project: str) -> None:
        """Says whose call it is, where that is not known from the beginning."""
        self._give_back()
        self._project = project
        self._of_project[project] = self._of_project.get(project, 0) + 1

    def _give_back(self) -> None:
        left = self._of_project[self._project] - 1
        if left:
            self._of_project[self._project] = left
        else:
            del self._of_project[self._project]


async def _all(first: Any, rest: AsyncIterator[Any]) -> AsyncIterator[Any]:
    """The messages of a stream whose first one has been taken from it, if it had any."""
    if first is None:
        return
    yield first
    async for request in rest:
        yield request


def _project_of(request: Any) -> str:
    """The project a request is about; empty where it names none."""
    name = str(getattr(request, "name", "") or getattr(request, "parent", ""))
    collection, _, rest = name.partition("/")
    return rest.partition("/")[0] if collection == "projects" else ""
