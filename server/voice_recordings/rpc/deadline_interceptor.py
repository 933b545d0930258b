"""Gives a unary call that has no deadline one, so that nothing is worked on for ever."""

import asyncio
from typing import Any

from grpc.aio import ServicerContext

from voice_recordings.errors import DeadlineExceeded
from voice_recordings.rpc.behaviours import Behaviour, Handler, WrappingInterceptor, around

DEFAULT_SECONDS = 30.0
# Test controls wait for what tests do, and for all that a clock runs in a century.
_EXEMPT = "/voicerecordings.emulator."


class DeadlineInterceptor(WrappingInterceptor):
    """Goes inside the `ErrorInterceptor`. A deadline the client gave is grpcio's to keep.

    It is the machine's time that counts here, as with every deadline of grpc,
    and not the service's clock.
    """

    def __init__(self, seconds: float = DEFAULT_SECONDS) -> None:
        super().__init__()
        self._seconds = seconds

    def wrap(self, method: str, handler: Handler) -> Handler:
        """The handler, limited in time if it is unary."""
        if handler.request_streaming or handler.response_streaming or method.startswith(_EXEMPT):
            return handler
        return around(handler, answer=self._limited, stream=self._limited)

    def _limited(self, behaviour: Behaviour) -> Behaviour:
        async def limited(request: Any, context: ServicerContext[Any, Any]) -> Any:
            if context.time_remaining() is not None:
                return await behaviour(request, context)
            try:
                async with asyncio.timeout(self._seconds):
                    return await behaviour(request, context)
            except TimeoutError:
                raise DeadlineExceeded from None

        return limited
