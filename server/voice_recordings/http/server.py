"""The HTTP server: uvicorn, started and stopped by the application and not by signals."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from functools import partial

import uvicorn

from voice_recordings.access.tls import Tls
from voice_recordings.http.asgi import App
from voice_recordings.http.connection import Connection, Pace
from voice_recordings.http.crowd import Crowd
from voice_recordings.http.refusal import TurningAway
from voice_recordings.http.turnstile import Turnstile

DEFAULT_PACE = Pace()


class HttpServer:
    """Serves an ASGI application on sockets that are bound already."""

    def __init__(
        self,
        app: App,
        listener: socket.socket,
        *,
        grace_seconds: int,
        pace: Pace = DEFAULT_PACE,
        tls: Tls | None = None,
        turnstile: Turnstile | None = None,
        turning_away: TurningAway | None = None,
    ) -> None:
        self._listener = listener
        self._crowd: Crowd | None = None
        self._server = _Quiet(
            uvicorn.Config(
                app,
                http=partial(  # type: ignore[arg-type]  # is called as a class is
                    Connection,
                    pace=pace,
                    turnstile=turnstile or Turnstile(),
                    turning_away=turning_away or TurningAway(),
                ),
                lifespan="off",
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=grace_seconds,
                ssl_context_factory=(lambda _config, _default: tls.server_context())
                if tls
                else None,
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
        self._crowd = Crowd(self._listener, self._server)

    async def stop(self) -> None:
        """Lets running requests finish, within the grace period."""
        if self._crowd is not None:
            self._crowd.close()
        if self._serving is not None:
            self._server.should_exit = True
            await self._serving


class _Quiet(uvicorn.Server):
    """A uvicorn that leaves the process's signals alone."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Captures none: the application decides when to stop."""
        yield
