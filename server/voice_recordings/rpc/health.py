"""grpc.health.v1: whether the server takes work, as a whole and service by service."""

import asyncio
from collections.abc import Sequence
from typing import Any

from grpc.aio import Server
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

# Long enough for a client that watches to hear, and to send its next call elsewhere.
_NOTICE_SECONDS = 0.2


class Health:
    """Not serving until told so."""

    service_name = health.SERVICE_NAME

    def __init__(self, services: Sequence[str]) -> None:
        self._names = (health.OVERALL_HEALTH, *services)
        self._servicer = _Watched()
        self.serving = False

    def register(self, server: Server) -> None:
        """Serves it."""
        health_pb2_grpc.add_HealthServicer_to_server(self._servicer, server)

    async def set(self, *, serving: bool) -> None:
        """Tells whoever asks or watches."""
        self.serving = serving
        answer = health_pb2.HealthCheckResponse
        for name in self._names:
            await self._servicer.set(name, answer.SERVING if serving else answer.NOT_SERVING)

    async def give_notice(self) -> None:
        """Tells that no more work will be taken, and lets those who watch turn away first.

        The wait is for clients on the network, so it is the machine's time that
        counts and not the service's clock; where nobody watches there is none.
        """
        await self.set(serving=False)
        if self._servicer.watching:
            await asyncio.sleep(_NOTICE_SECONDS)
            self._servicer.end()


class _Watched(health.aio.HealthServicer):
    """Knows who watches, and can end their streams: by themselves they never would."""

    def __init__(self) -> None:
        super().__init__()
        self.watching: set[asyncio.Task[None]] = set()

    async def Watch(self, request: Any, context: Any) -> None:  # noqa: N802 - the protocol's name
        """Streams every change to one who watches."""
        watch = asyncio.ensure_future(super().Watch(request, context))
        self.watching.add(watch)
        try:
            await watch
        except asyncio.CancelledError:
            # Ended by us the stream ends well; otherwise the caller has gone.
            if watch in self.watching:
                watch.cancel()
                raise
        finally:
            self.watching.discard(watch)

    def end(self) -> None:
        """Ends every stream."""
        for watch in list(self.watching):
            self.watching.discard(watch)
            watch.cancel()
