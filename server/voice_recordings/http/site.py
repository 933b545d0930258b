"""The HTTP address as one ASGI application: a few routes of ours, the rest the gateway's."""

from voice_recordings.http.asgi import App, Receive, Scope, Send
from voice_recordings.http.media import PREFIX


class Site:
    """Gives each request to the application whose path it is."""

    def __init__(self, *, media: App, health: App, metrics: App, rest: App) -> None:
        self._media = media
        self._health = health
        self._metrics = metrics
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        path = scope["path"]
        if path.startswith(PREFIX):
            await self._media(scope, receive, send)
        elif path in ("/healthz", "/readyz"):
            await self._health(scope, receive, send)
        elif path == "/metrics":
            await self._metrics(scope, receive, send)
        else:
            await self._rest(scope, receive, send)
