"""Ends a stream that does not say in time what it is about."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from grpc.aio import ServicerContext

from voice_recordings.clock import Clock
from voice_recordings.errors import FirstMessageLate
from voice_recordings.rpc.behaviours import Behaviour, Handler, WrappingInterceptor, around

_Context = ServicerContext[Any, Any]
_PATIENCE = timedelta(seconds=10)
# Test controls wait for what tests do.
_EXEMPT = "/voicerecordings.emulator."


class FirstMessageInterceptor(WrappingInterceptor):
    """Waits for the first message of each stream, and not for ever.

    Goes inside the `ErrorInterceptor` and outside all that reads the first
    message: whoever waits for it waits here.
    """

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._streams = itertools.count()

    def wrap(self, method: str, handler: Handler) -> Handler:
        """The handler, its requests timed if they are a stream."""
        if not handler.request_streaming or method.startswith(_EXEMPT):
            return handler

        def answer(behaviour: Behaviour) -> Behaviour:
            async def call(requests: AsyncIterator[Any], context: _Context) -> Any:
                return await behaviour(self._timed(requests), context)

            return call

        def stream(behaviour: Behaviour) -> Behaviour:
            async def call(requests: AsyncIterator[Any], context: _Context) -> AsyncIterator[Any]:
                async for response in behaviour(self._timed(requests), context):
                    yield response

            return call

        return around(handler, answer=answer, stream=stream)

    async def _timed(self, requests: AsyncIterator[Any]) -> AsyncIterator[Any]:
        reader = aiter(requests)
        first = await self._first(reader)
        if first is None:
            return
        yield first
        async for request in reader:
            yield request

    async def _first(self, reader: AsyncIterator[Any]) -> Any:
        """The first message, or None where the stream ends without one."""
        coming = asyncio.ensure_future(_next(reader))

        async def expire() -> None:
            coming.cancel()

        key = f"first message {next(self._streams)}"
        self._clock.schedule(self._clock.now() + _PATIENCE, key, expire)
        try:
            await asyncio.wait({coming})
        finally:
            self._clock.cancel(key)
            coming.cancel()
        if coming.cancelled():
            raise FirstMessageLate
        return coming.result()


async def _next(reader: AsyncIterator[Any]) -> Any:
    return await anext(reader, None)
