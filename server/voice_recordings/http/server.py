"""The HTTP server: uvicorn, started and stopped by the application and not by signals."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn

from voice_recordings.http.asgi import App


class HttpServer:
    """Serves an ASGI application on sockets that are bound already."""

    def __init__(self, app: App, listener: socket.socket, *, grace_seconds: int) -> None:
        self._listener = listener
        self._server = _Quiet(
            uvicorn.Config(
                app,
                http="httptools",
                lifespan="off",
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=grace_seconds,
            )
        )
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins to answer."""
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._listener]))
        while not self._server.started:
            if self._serving.done():
                self._serving.result()
            await asyncio.sleep(0)

    async def stop(self) -> None:
        """Lets running requests finish, within the grace period."""
        if self._serving is not None:
            self._server.should_exit = True
            await self._serving


class _Quiet(uvicorn.Server):
    """A uvicorn that leaves the process's signals alone."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Captures none: the application decides when to stop."""
        yield
