"""Methods that answer a stream of requests with what they saw of it, of each shape."""

from collections.abc import AsyncIterator
from typing import Any

import grpc

from voice_recordings.rpc.behaviours import WrappingInterceptor


async def gathered(requests: AsyncIterator[Any], context: Any) -> list[Any]:
    """What a method sees of its requests."""
    del context
    return [request async for request in requests]


async def echoed(requests: AsyncIterator[Any], context: Any) -> AsyncIterator[Any]:
    """The same for one that answers as it reads."""
    del context
    async for request in requests:
        yield request


HANDLERS: dict[str, Any] = {
    "stream_unary": grpc.stream_unary_rpc_method_handler(gathered),
    "stream_stream": grpc.stream_stream_rpc_method_handler(echoed),
}


async def called(
    interceptor: WrappingInterceptor, kind: str, requests: AsyncIterator[Any]
) -> list[Any]:
    """What comes of a call whose requests are these, past the interceptor."""
    behaviour: Any = getattr(interceptor.wrap("/service/Method", HANDLERS[kind]), kind)
    if kind == "stream_unary":
        found: list[Any] = await behaviour(requests, None)
        return found
    return [response async for response in behaviour(requests, None)]
