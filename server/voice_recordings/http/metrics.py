"""GET /metrics."""

from voice_recordings.errors import MethodNotAllowed
from voice_recordings.http.asgi import Receive, Scope, Send, respond
from voice_recordings.http.errors import send_error
from voice_recordings.telemetry.metrics import CONTENT_TYPE, Metrics


class MetricsDoor:
    """An ASGI application that shows the figures to Prometheus."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        del receive
        if scope["method"] != "GET":
            await send_error(send, MethodNotAllowed(), status=405, headers=[(b"allow", b"GET")])
            return
        body = self._metrics.exposition()
        headers = [
            (b"content-type", CONTENT_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
        ]
        await respond(send, 200, headers, body)
