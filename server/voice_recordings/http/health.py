"""GET /healthz (the process lives) and GET /readyz (it takes work)."""

from collections.abc import Callable

from voice_recordings.errors import MethodNotAllowed
from voice_recordings.http.asgi import Receive, Scope, Send, respond
from voice_recordings.http.errors import send_error


class HealthDoor:
    """An ASGI application; `ready` tells whether new work is taken."""

    def __init__(self, ready: Callable[[], bool]) -> None:
        self._ready = ready

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        del receive
        if scope["method"] not in ("GET", "HEAD"):
            allow = [(b"allow", b"GET, HEAD")]
            await send_error(send, MethodNotAllowed(), status=405, headers=allow)
            return
        serving = scope["path"] != "/readyz" or self._ready()
        body = b'{"status":"SERVING"}' if serving else b'{"status":"NOT_SERVING"}'
        headers = [
            (b"content-type", b"application/json; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
        ]
        await respond(
            send, 200 if serving else 503, headers, body if scope["method"] == "GET" else b""
        )
