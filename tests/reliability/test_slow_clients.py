"""Slow connections and slow readers: the others are served, and these are closed in time."""

import asyncio
import io
import sys
import time
from urllib.parse import urlsplit

import pytest

from end_to_end.processes import Served, resident_bytes
from unit.audio.wavs import wav
from voice_recordings.client import RecordingsClient

# The server closes after ten; by themselves they would go on as long as this.
GIVE_UP_SECONDS = 60.0
_BYTE_SECONDS = 0.5
# More than socket buffers hold.
LARGE = wav(b"\x00\x40\x00\xc0" * 4_000_000)


class Slow:
    """One client that sends a byte now and then, or reads nothing of what it asked for."""

    def __init__(self, netloc: str, request: bytes) -> None:
        self._host, _, port = netloc.partition(":")
        self._port = int(port)
        self._request = request
        self.open_seconds: float | None = None

    async def trickle(self, after_seconds: float) -> None:
        """Sends its request a byte every half second, until it is cut off."""
        await asyncio.sleep(after_seconds)
        reader, writer = await asyncio.open_connection(self._host, self._port)
        began = time.monotonic()
        try:
            for byte in self._request:
                writer.write(bytes([byte]))
                await writer.drain()
                try:
                    if not await asyncio.wait_for(reader.read(4096), _BYTE_SECONDS):
                        break
                except TimeoutError:
                    continue
        except ConnectionError:
            pass
        self.open_seconds = time.monotonic() - began
        writer.close()

    async def ignore(self) -> None:
        """Asks for a large file and does not read it; looks now and then whether it was cut."""
        _, writer = await asyncio.open_connection(self._host, self._port, limit=1024)
        began = time.monotonic()
        writer.write(self._request)
        try:
            while time.monotonic() - began < GIVE_UP_SECONDS:
                await asyncio.sleep(0.5)
                # Writing to a connection that was reset is how one finds out without reading.
                writer.write(b" ")
                await writer.drain()
        except ConnectionError:
            pass
        self.open_seconds = time.monotonic() - began
        writer.close()


# In a process of its own: this one's loop is busy with being slow.
GETS = """
import http.client, sys, time
connection, seconds = http.client.HTTPConnection(sys.argv[1]), []
for _ in range(int(sys.argv[2])):
    began = time.perf_counter()
    connection.request("GET", "/v1beta1/projects/slow/recordings")
    connection.getresponse().read()
    seconds.append(time.perf_counter() - began)
    time.sleep(0.002)
print(sorted(seconds)[int(len(seconds) * 0.99) - 1])
"""


async def gets(netloc: str, count: int) -> float:
    """The 99th percentile of so many requests, one after the other, in seconds."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", GETS, netloc, str(count), stdout=asyncio.subprocess.PIPE
    )
    told, _ = await process.communicate()
    return float(told)


async def check(slow: int, readers: int, count: int) -> None:
    """Each slow one is closed in time; the others' p99 before and meanwhile is printed."""
    with Served() as served:
        netloc = urlsplit(served.http_url).netloc
        with RecordingsClient(served.grpc_address) as client:
            made = client.import_file("projects/slow/calls/c1", io.BytesIO(LARGE))
            recording = client.wait_until_ready(made.name)
        link = recording.audio[0].uri.removeprefix(served.http_url)
        alone = await gets(netloc, count)
        before = resident_bytes(served.process)
        trickling = [
            Slow(netloc, b"GET / HTTP/1.1\r\n" + b"x-slow: yes\r\n" * 20) for _ in range(slow)
        ]
        ignoring = [
            Slow(netloc, f"GET {link} HTTP/1.1\r\nhost: x\r\n\r\n".encode()) for _ in range(readers)
        ]
        # Not in step with one another: five hundred who all wake at once are a load of
        # this process's own, of which the others' p99 would tell.
        clients = [
            asyncio.create_task(one.trickle(_BYTE_SECONDS * number / slow))
            for number, one in enumerate(trickling)
        ]
        clients += [asyncio.create_task(one.ignore()) for one in ignoring]
        await asyncio.sleep(1)
        beside = await gets(netloc, count)
        grown = resident_bytes(served.process) - before
        await asyncio.gather(*clients)
    longest = max(one.open_seconds or 0.0 for one in trickling + ignoring)
    print(
        f"{slow} slow connections, {readers} slow readers: p99 {alone * 1000:.1f} ms alone, "
        f"{beside * 1000:.1f} ms beside ({beside / alone:.1f} x), longest open {longest:.1f} s, "
        f"RSS {grown / 2**20:+.1f} MiB"
    )
    assert all(one.open_seconds is not None for one in trickling + ignoring)
    assert longest < GIVE_UP_SECONDS  # cut off, and not by their own end


async def test_slow_clients_are_closed_and_hold_nobody_up() -> None:
    """A few of each."""
    await check(20, 5, 100)


@pytest.mark.chaos
async def test_hundreds_of_slow_clients_hold_nobody_up() -> None:
    """500 slow connections and 100 slow readers."""
    await check(500, 100, 2000)
