"""Writes down every call that destroys or changes what people rely on."""

from collections.abc import AsyncIterator
from typing import Any

from grpc.aio import ServicerContext

from voice_recordings.errors import AuditFailed
from voice_recordings.rpc.behaviours import Behaviour, Handler, WrappingInterceptor, around
from voice_recordings.telemetry.audit import AuditTrail
from voice_recordings.telemetry.caller import caller

_Context = ServicerContext[Any, Any]

# Method → its event. Reads of audio are written down where it is sent.
EVENTS = {"/enfonica.voice.v1beta1.Recordings/DeleteRecording": "recording.delete"}


class AuditInterceptor(WrappingInterceptor):
    """Goes innermost: who calls is known, and whether they may."""

    def __init__(self, trail: AuditTrail) -> None:
        super().__init__()
        self._trail = trail

    def wrap(self, method: str, handler: Handler) -> Handler:
        """The handler, written down first if its method is one of `EVENTS`."""
        event = EVENTS.get(method)
        if event is None:
            return handler

        def answer(behaviour: Behaviour) -> Behaviour:
            async def audited(request: Any, context: _Context) -> Any:
                await self._record(event, request, context)
                return await behaviour(request, context)

            return audited

        def stream(behaviour: Behaviour) -> Behaviour:
            async def audited(request: Any, context: _Context) -> AsyncIterator[Any]:
                await self._record(event, request, context)
                async for response in behaviour(request, context):
                    yield response

            return audited

        return around(handler, answer=answer, stream=stream)

    async def _record(self, event: str, request: Any, context: _Context) -> None:
        try:
            await self._trail.record(
                event, request.name, who=caller.get(), where=context.peer() or ""
            )
        except OSError as error:
            raise AuditFailed from error
