"""How soon and how fast webhooks go out; beside it, what the HTTP client does alone.

    python benchmarks/webhooks.py

A store in memory, a deliverer and an HTTP client as the server has them, on
uvloop; the receiver is a process of its own on the other core.
"""

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
import uvloop

from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.silence import Thresholds
from voice_recordings.clock import Clock, ManualClock, SystemClock
from voice_recordings.recordings.media import AudioFile, Encoding, Segment
from voice_recordings.recordings.names import RecordingName
from voice_recordings.recordings.ports import Intake
from voice_recordings.recordings.recording import Recording, Source, Succeeded
from voice_recordings.recordings.session import Input, Session
from voice_recordings.rpc.webhook_messages import body_encoder
from voice_recordings.storage.memory_outbox import MemoryOutbox
from voice_recordings.storage.memory_recordings import MemoryRecordings
from voice_recordings.webhooks.client import WebhookClient
from voice_recordings.webhooks.deliverer import Deliverer
from voice_recordings.webhooks.guard import OutboundPolicy

IDLE, BURST, HANGING = 500, 3000, 50
KEY = bytes(64)
INTAKE = Intake(
    PcmFormat(8000, 2), Session(Input("wav", "pcm_s16le", 8000, 2, 1 << 20), Thresholds())
)


async def open_poster() -> WebhookClient:
    """The HTTP client, which may reach this machine."""
    return WebhookClient(OutboundPolicy.of((), loopback=True), user_agent="benchmark")


class House:
    """What delivers webhooks in the server."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        outbox = MemoryOutbox(clock)
        self.recordings = MemoryRecordings(clock, outbox)
        self.deliverer = Deliverer(
            outbox,
            clock,
            encode=body_encoder(lambda name, audio: f"http://127.0.0.1/{name}.{audio.etag}"),
            keys=lambda _: [KEY],
            open_poster=open_poster,
        )
        self._number = 0

    async def pending(self, url: str) -> tuple[Recording, Succeeded]:
        """A recording with the ending it will have."""
        self._number += 1
        now = self.clock.now()
        recording = Recording(
            name=RecordingName("demo", "call", f"r{self._number}"),
            source=Source.CALL_RECORDING,
            channel_count=2,
            post_processing=(),
            start_time=now,
            create_time=now,
            ready_uri=url,
            media_key=str(self._number),
            fingerprint=b"",
        )
        files = tuple(
            AudioFile(encoding, 8000, "etag", bytes(44), (Segment("k", 0, 1 << 20),))
            for encoding in Encoding
        )
        return recording, Succeeded(now, timedelta(seconds=60), files)

    async def end(self, url: str) -> tuple[str, float]:
        """Ends a recording; gives its webhook's id and when its ending began."""
        recording, ending = await self.pending(url)
        lease = await self.recordings.create(recording, INTAKE, 30.0)
        began = time.monotonic()
        await self.recordings.end(lease, ending, INTAKE.session)
        self.deliverer.wake()
        return f"ready-{recording.media_key}", began


@dataclass
class Receivers:
    """Ports of the receiver, and when what arrived there once it has ended."""

    ports: Sequence[int]
    log: str = ""

    @property
    def url(self) -> str:
        """The one that answers."""
        return f"http://127.0.0.1:{self.ports[0]}/"

    def arrivals(self) -> dict[str, float]:
        """The first arrival of each webhook."""
        first: dict[str, float] = {}
        for line in self.log.splitlines():
            when, which = line.split()
            first.setdefault(which, float(when))
        return first


@asynccontextmanager
async def receiving(hanging: int = 0) -> AsyncIterator[Receivers]:
    """Runs the receiver."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "arrivals"
        program = Path(__file__).with_name("webhook_receiver.py")
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(program), str(file), str(hanging), stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        receivers = Receivers(json.loads(await process.stdout.readline()))
        try:
            yield receivers
        finally:
            process.terminate()
            await process.wait()
            receivers.log = file.read_text()


async def latencies(*, hanging: int) -> list[float]:
    """Milliseconds from the end of a recording to its webhook's arrival, one at a time."""
    house = House(SystemClock())
    sent = []
    async with receiving(hanging) as receivers:
        for port in receivers.ports[1:]:
            # More for each than it may have under way.
            for _ in range(20):
                await house.end(f"http://127.0.0.1:{port}/")
        await asyncio.sleep(1.0)
        for _ in range(IDLE):
            sent.append(await house.end(receivers.url))
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.5)
        await house.deliverer.close()
    await house.clock.close()
    arrivals = receivers.arrivals()
    return [(arrivals[which] - began) * 1000 for which, began in sent]


async def throughput() -> float:
    """Deliveries a second to one fast receiver."""
    house = House(SystemClock())
    async with receiving() as receivers:
        began = time.monotonic()
        for _ in range(BURST):
            await house.end(receivers.url)
        await house.deliverer.rested()
        await house.deliverer.close()
    await house.clock.close()
    return BURST / (max(receivers.arrivals().values()) - began)


async def peer_throughput() -> float:
    """The same POSTs by aiohttp alone: eight at a time, no store, no guard, no signature."""
    house = House(SystemClock())
    recording, ending = await house.pending("")
    body = body_encoder(lambda *_: "http://127.0.0.1/")(recording.end(ending))
    left = iter(range(BURST))

    async def post(session: aiohttp.ClientSession, url: str) -> None:
        for number in left:
            headers = {"webhook-id": str(number), "Content-Type": "application/json"}
            async with session.post(url, data=body, headers=headers) as response:
                await response.read()

    async with receiving() as receivers, aiohttp.ClientSession() as session:
        began = time.monotonic()
        await asyncio.gather(*(post(session, receivers.url) for _ in range(8)))
    return BURST / (max(receivers.arrivals().values()) - began)


async def schedule_seconds() -> tuple[float, int]:
    """How long the whole schedule takes on a clock moved by hand, and how many attempts it is."""
    clock = ManualClock()
    house = House(clock)
    attempts = 0

    async def fail(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal attempts
        attempts += 1
        writer.write(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(fail, "127.0.0.1", 0)
    began = time.monotonic()
    await house.end(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
    await house.deliverer.rested()
    await clock.advance(timedelta(days=1))
    took = time.monotonic() - began
    server.close()
    await house.deliverer.close()
    return took, attempts


def quantile(values: list[float], part: float) -> float:
    """The value that this part of all lies below."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


async def main() -> None:
    """Prints the figures."""
    print(f"{os.cpu_count()} cores, aiohttp {aiohttp.__version__}")
    idle = await latencies(hanging=0)
    print(
        f"end of recording to first POST   p50 {statistics.median(idle):.2f} ms (≤ 20)   "
        f"p99 {quantile(idle, 0.99):.2f} ms (≤ 500)"
    )
    beside = await latencies(hanging=HANGING)
    ratio = quantile(beside, 0.99) / quantile(idle, 0.99)
    print(
        f"with {HANGING} hanging receivers       p50 {statistics.median(beside):.2f} ms          "
        f"p99 {quantile(beside, 0.99):.2f} ms, {ratio:.2f} of idle's (≤ 2)"
    )
    ours, peer = await throughput(), await peer_throughput()
    print(
        f"deliveries to one fast receiver  {ours:,.0f}/s (≥ 300); aiohttp alone {peer:,.0f}/s, "
        f"{ours / peer:.0%} of it"
    )
    took, attempts = await schedule_seconds()
    print(f"the whole schedule, {attempts} attempts   {took * 1000:.0f} ms (< 1,000)")


if __name__ == "__main__":
    uvloop.run(main())
