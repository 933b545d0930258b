"""grpc.health.v1: whether the server takes work, as a whole and service by service."""

from collections.abc import Sequence

from grpc.aio import Server
from grpc_health.v1 import health, health_pb2, health_pb2_grpc


class Health:
    """Not serving until told so."""

    service_name = health.SERVICE_NAME

    def __init__(self, services: Sequence[str]) -> None:
        self._names = (health.OVERALL_HEALTH, *services)
        self._servicer = health.aio.HealthServicer()
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
