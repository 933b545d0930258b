"""The HTTP address as one ASGI application: a few routes of ours, the rest the gateway's."""

from voice_recordings.http.asgi import App, Receive, Scope, Send
from voice_recordings.http.media import PREFIX
from voice_recordings.http.token import PATH as TOKEN_PATH


class Site:
    """Gives each request to the application whose path it is."""

    def __init__(
        self, *, media: App, health: App, metrics: App, rest: App, token: App | None = None
    ) -> None:
        self._media = media
        self._health = health
        self._metrics = metrics
        self._rest = rest
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        path = scope["path"]
        if path.startswith(PREFIX):
            await self._media(scope, receive, send)
        elif path in ("/healthz", "/readyz"):
            await self._health(scope, receive, send)
        elif path == "/metrics":
            await self._metrics(scope, receive, send)
        elif path == TOKEN_PATH and self._token is not None:
            await self._token(scope, receive, send)
        else:
            await self._rest(scope, receive, send)
