"""Accepting everybody who has come, and not one a round of the event loop.

uvloop accepts one connection each time it looks at its sockets, which it does once a
round. When rounds are long and many come, the last of them, a health check say,
would wait for seconds.
"""

import asyncio
import contextlib
import logging
import socket
from functools import partial
from typing import Any

import uvicorn

_MOST_AT_ONCE = 256

_log = logging.getLogger(__name__)


class Crowd:
    """Accepts beside uvicorn on the same listening socket, until it is closed."""

    def __init__(self, listener: socket.socket, server: uvicorn.Server) -> None:
        """For a server that has started, on its event loop."""
        self._listener = listener.dup()
        self._listener.settimeout(0)
        self._server = server
        self._loop = asyncio.get_running_loop()
        self._beginning: set[asyncio.Task[object]] = set()
        self._loop.add_reader(self._listener, self._accept)

    def close(self) -> None:
        """Accepts nobody more."""
        self._loop.remove_reader(self._listener)
        self._listener.close()

    def _accept(self) -> None:
        for _ in range(_MOST_AT_ONCE):
            try:
                connection, _ = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                # Most likely no file descriptor is left; they are tried again by the loop.
                _log.warning("a connection could not be accepted: %s", error.strerror)
                return
            task = self._loop.create_task(self._begin(connection))
            self._beginning.add(task)
            task.add_done_callback(self._beginning.discard)

    async def _begin(self, connection: socket.socket) -> None:
        server, config = self._server, self._server.config
        # uvicorn's types know no more of its protocols than that they are some.
        made: Any = config.http_protocol_class
        protocol = partial(
            made,
            config=config,
            server_state=server.server_state,
            app_state=server.lifespan.state,
            _loop=self._loop,
        )
        # A handshake that fails, or a client that is gone, is nobody's concern.
        with contextlib.suppress(OSError):
            connection.settimeout(0)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await self._loop.connect_accepted_socket(protocol, connection, ssl=config.ssl)
