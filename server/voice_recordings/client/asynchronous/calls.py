"""One call, made again as the retry policy says."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import grpc

from voice_recordings.client.errors import grpc_error
from voice_recordings.client.retry import RetryPolicy
from voice_recordings.client.tls import Tls

T = TypeVar("T")


class AsyncCalls:
    """Makes calls of one server."""

    def __init__(
        self,
        target: str,
        retry: RetryPolicy,
        sleep: Callable[[float], Awaitable[None]],
        random: Callable[[], float],
        tls: Tls | None = None,
    ) -> None:
        """`tls` is what downloads from the server trust; None for the system's."""
        self.target = target
        self.retry = retry
        self.sleep = sleep
        self.random = random
        self.tls = tls

    async def call(
        self,
        method: str,
        name: str,
        send: Callable[[], Awaitable[T]],
        *,
        repeatable: bool = True,
    ) -> T:
        """What `send` answers; `method` and `name` are for the error's text.

        Raises `ServiceError`.
        """
        attempt = 1
        while True:
            try:
                return await send()
            except grpc.RpcError as raised:
                error = grpc_error(raised, target=self.target, method=method, name=name)
                pause = self.retry.pause_seconds(
                    error, attempt, repeatable=repeatable, random=self.random
                )
                if pause is None:
                    raise error from raised
            await self.sleep(pause)
            attempt += 1
