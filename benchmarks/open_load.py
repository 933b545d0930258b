"""Requests at a constant rate, whatever becomes of them; prints what did as JSON.

    python benchmarks/open_load.py URL RATE|peak SECONDS

An open loop: requests are sent when they are due and timed from then, on as many
kept connections as that takes. `peak` has 64 under way, and sends the next one
when one is answered. It writes the requests' bytes itself and reads no more of
an answer than it must, so that it takes little of the processor it shares with the
server. A process of its own.

A URL http://HOST:PORT/PATH?QUERY is a GET of it, grpc://HOST:PORT/SERVICE/METHOD?HEX
a call with the message of these bytes.
"""

import asyncio
import json
import sys
import time
from collections import deque
from urllib.parse import urlsplit

import uvloop
from open_grpc import CALLS_A_CONNECTION, GrpcCalls

PEAK_UNDER_WAY = 64
MOST_UNDER_WAY = 4000
TICK_SECONDS = 0.002
PATIENCE_SECONDS = 5.0


class Tally:
    """Latencies in seconds by what was answered, of those that were due in time to count."""

    def __init__(self) -> None:
        self.latencies: dict[str, list[float]] = {}
        self.counting = False

    def answered(self, status: str, due: float) -> None:
        """One more."""
        if self.counting:
            self.latencies.setdefault(status, []).append(time.perf_counter() - due)


class Client(asyncio.Protocol):
    """One connection: a request at a time."""

    def __init__(self, load: "Load") -> None:
        self._load = load
        self._due: float | None = None
        self._answer = b""
        self._missing = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # it is one
        """Is there to be used."""
        self._transport = transport
        self._load.free.append(self)

    def send(self, due: float) -> None:
        """Sends the request that was due then."""
        self._due = due
        self._transport.write(self._load.request)

    def data_received(self, data: bytes) -> None:
        """Reads the status and the length, and counts the bytes."""
        if self._missing:
            self._missing -= len(data)
        else:
            self._answer += data
            head, end, body = self._answer.partition(b"\r\n\r\n")
            if not end:
                return
            at = head.lower().index(b"content-length: ") + 16
            length = head[at:].partition(b"\r\n")[0]
            self._missing = int(length) - len(body)
        if self._missing <= 0:
            self._ended()

    def connection_lost(self, exc: Exception | None) -> None:
        """The server has closed it; what was under way is lost."""
        del exc
        self._load.open -= 1
        if self._due is not None:
            self._load.tally.answered("closed", self._due)

    @property
    def is_closed(self) -> bool:
        """Whether it cannot be used any more."""
        return self._transport.is_closing()

    def _ended(self) -> None:
        status, due = self._answer[9:12].decode(), self._due
        self._answer, self._missing, self._due = b"", 0, None
        assert due is not None
        self._load.tally.answered(status, due)
        self._load.done(self)


class Load:
    """What is sent, and on which connections."""

    def __init__(self, url: str) -> None:
        self._address = address = urlsplit(url)
        self._is_grpc = address.scheme == "grpc"
        self.host, self.port = address.hostname or "", address.port or 80
        self.request = (
            f"GET {address.path}?{address.query} HTTP/1.1\r\nhost: {address.netloc}\r\n\r\n"
        ).encode()
        # gRPC has many calls under way on a connection: it is here once for each that is free.
        self.free: deque[Client | GrpcCalls] = deque()
        self.open = 0
        self.tally = Tally()
        self.repeating = False

    async def connect(self, count: int) -> None:
        """Opens connections for so many more under way."""
        loop = asyncio.get_running_loop()
        connections = -(-count // CALLS_A_CONNECTION) if self._is_grpc else count
        self.open += connections * CALLS_A_CONNECTION if self._is_grpc else count
        for begin in range(0, connections, 100):
            some = range(begin, min(connections, begin + 100))
            await asyncio.gather(
                *(loop.create_connection(self._client, self.host, self.port) for _ in some)
            )

    def _client(self) -> Client | GrpcCalls:
        return GrpcCalls(self, self._address) if self._is_grpc else Client(self)

    async def warm(self) -> None:
        """Has every connection answered once, a few at a time."""
        for _ in range(-(-self.open // 20)):
            for client in [self.free.popleft() for _ in range(min(20, len(self.free)))]:
                client.send(time.perf_counter())
            while len(self.free) < self.open:  # noqa: ASYNC110 - all of them together, not one
                await asyncio.sleep(TICK_SECONDS)

    def done(self, client: Client | GrpcCalls) -> None:
        """A connection is free again."""
        if self.repeating:
            client.send(time.perf_counter())
        else:
            self.free.append(client)

    def take(self) -> Client | GrpcCalls | None:
        """A connection that is free."""
        while self.free:
            client = self.free.popleft()
            if not client.is_closed:
                return client
        return None


async def peak(load: Load, seconds: float) -> float:
    """As fast as it is answered, for so long; gives how long that was."""
    await load.connect(PEAK_UNDER_WAY)
    load.repeating = True
    for _ in range(PEAK_UNDER_WAY):
        if client := load.take():
            client.send(time.perf_counter())
    await asyncio.sleep(seconds / 10)
    load.tally.counting = True
    began = time.perf_counter()
    await asyncio.sleep(seconds)
    load.tally.counting = False
    return time.perf_counter() - began


async def constant(load: Load, rate: float, seconds: float) -> float:
    """At the rate, for so long and a tenth before; gives how long that was."""
    # So many are under way when each takes 0.15 s. All have been accepted before it
    # begins: an event loop accepts one a round, which is another measurement.
    await load.connect(max(100, int(rate * 0.15)))
    await load.warm()
    connecting: set[asyncio.Task[None]] = set()
    began = due = time.perf_counter()
    counts_from = began + seconds / 10
    ends = counts_from + seconds
    while (now := time.perf_counter()) < ends:
        if now >= counts_from:
            load.tally.counting = True
        while due <= now:
            client = load.take()
            if client is None:
                break
            client.send(due)
            due += 1 / rate
        if due <= now and load.open < MOST_UNDER_WAY and not connecting:
            task = asyncio.ensure_future(load.connect(20))
            connecting.add(task)
            task.add_done_callback(connecting.discard)
        await asyncio.sleep(TICK_SECONDS)
    load.tally.answered("unsent", due)
    took = time.perf_counter() - counts_from
    # What is under way counts as what becomes of it.
    waited = 0.0
    while len(load.free) < load.open and waited < PATIENCE_SECONDS:
        await asyncio.sleep(0.05)
        waited += 0.05
    return took


def _at(latencies: list[float], share: float) -> float:
    return latencies[min(len(latencies) - 1, int(len(latencies) * share))] * 1000


async def main(url: str, rate: str, seconds: float) -> None:
    """Loads, and prints."""
    load = Load(url)
    took = await (peak(load, seconds) if rate == "peak" else constant(load, float(rate), seconds))
    found = {}
    for status, latencies in load.tally.latencies.items():
        latencies.sort()
        found[status] = {
            "per_second": len(latencies) / took,
            "p50_ms": _at(latencies, 0.5),
            "p99_ms": _at(latencies, 0.99),
        }
    print(json.dumps({"connections": load.open, "cpu_seconds": time.process_time(), **found}))


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3])))
