"""Loads one URL over keep-alive connections, and prints what came of it as JSON.

    python benchmarks/http_load.py HOST PORT TARGET CONNECTIONS SECONDS

A process of its own, so that what is measured does not measure itself. Each
connection has one request under way at a time.
"""

import asyncio
import json
import re
import sys
import time
from typing import Any

import uvloop

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Connection(asyncio.Protocol):
    """Sends the next request as soon as the last answer is whole."""

    def __init__(self, request: bytes, latencies: list[float], failures: list[bytes]) -> None:
        self.request = request
        self.latencies = latencies
        self.failures = failures
        self.buffer = b""
        self.stopping = False

    def connection_made(self, transport: Any) -> None:
        """Begins."""
        self.transport = transport
        self.send()

    def send(self) -> None:
        """Sends a request."""
        self.began = time.perf_counter()
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        """Counts an answer when it is whole."""
        self.buffer = self.buffer + data if self.buffer else data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        length = _LENGTH.search(self.buffer, 0, end + 2)
        if length is None:
            raise SystemExit("an answer without a content-length")
        if len(self.buffer) < end + 4 + int(length[1]):
            return
        self.latencies.append(time.perf_counter() - self.began)
        if not self.buffer.startswith(b"HTTP/1.1 200"):
            self.failures.append(self.buffer[:200])
        self.buffer = b""
        if not self.stopping:
            self.send()


async def load(host: str, port: int, target: str, connections: int, seconds: float) -> None:
    """Warms up for a tenth of the time, then measures."""
    latencies: list[float] = []
    failures: list[bytes] = []
    request = f"GET {target} HTTP/1.1\r\nhost: {host}:{port}\r\naccept: */*\r\n\r\n".encode()
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda: Connection(request, latencies, failures), host, port)
        for _ in range(connections)
    ]
    await asyncio.sleep(seconds / 10)
    latencies.clear()
    began = time.perf_counter()
    await asyncio.sleep(seconds)
    took = time.perf_counter() - began
    for _, protocol in made:
        protocol.stopping = True
    if failures:
        raise SystemExit(f"an answer was not 200: {failures[0]!r}")
    latencies.sort()
    print(
        json.dumps(
            {
                "per_second": len(latencies) / took,
                "p50_ms": latencies[len(latencies) // 2] * 1000,
                "p99_ms": latencies[len(latencies) * 99 // 100] * 1000,
            }
        )
    )


if __name__ == "__main__":
    host, port, target, connections, seconds = sys.argv[1:]
    uvloop.run(load(host, int(port), target, int(connections), float(seconds)))
