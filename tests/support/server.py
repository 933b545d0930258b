"""A server of this process, on a thread and loop of its own, with both doors open."""

import asyncio
import http.client
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from voice_recordings.app import Running, running
from voice_recordings.clock import Clock
from voice_recordings.config import Settings
from voice_recordings.telemetry.tracing import Tracing

_TIMEOUT_SECONDS = 120


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


@contextmanager
def serving(
    clock: Clock | None = None, tracing: Tracing | None = None, **settings: Any
) -> Iterator[Running]:
    """Runs a server until the block ends."""
    given = {"grpc_address": "127.0.0.1:0", "http_address": "127.0.0.1:0"} | settings
    started: list[Running | BaseException] = []
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def run() -> None:
        try:
            async with running(Settings(**given), clock, tracing) as server:
                started.append(server)
                ready.set()
                await stop.wait()
        except BaseException as error:
            started.append(error)
            ready.set()
            raise

    def main() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(run())

    thread = threading.Thread(target=main, name="server")
    thread.start()
    try:
        assert ready.wait(_TIMEOUT_SECONDS)
        if not isinstance(started[0], Running):
            raise started[0]
        yield started[0]
    finally:
        if not loop.is_closed():
            loop.call_soon_threadsafe(stop.set)
        thread.join(_TIMEOUT_SECONDS)


def call(
    url: str,
    path: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> Answer:
    """One request, its path and query sent as they are."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=_TIMEOUT_SECONDS)
    try:
        connection.request(method, path, body=body, headers=dict(headers or {}))
        response = connection.getresponse()
        headers_sent = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers_sent, response.read())
    finally:
        connection.close()
