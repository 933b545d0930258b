"""A server in a process of its own that measures itself: processor, memory, its loop's lateness.

python benchmarks/served.py [voice-recordings serve's settings as NAME=VALUE]

Prints the address when it is ready, and the figures as JSON when standard input ends.
"""

import asyncio
import json
import resource
import sys
import threading
import time
from pathlib import Path

import uvloop

from voice_recordings.app import running, settle
from voice_recordings.config import Settings

PROBE_SECONDS = 0.01


def cpu_seconds() -> float:
    """Processor time of this process and its children, so far."""
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in (
            resource.getrusage(resource.RUSAGE_SELF),
            resource.getrusage(resource.RUSAGE_CHILDREN),
        )
    )


def peak_resident_bytes() -> int:
    """The most memory this process has had in use."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmHWM")


async def lags(found: list[float]) -> None:
    """How much later than asked for the loop came round, again and again."""
    while True:
        before = time.perf_counter()
        await asyncio.sleep(PROBE_SECONDS)
        found.append(time.perf_counter() - before - PROBE_SECONDS)


async def main(settings: Settings) -> None:
    """Serves until standard input ends; each line asks for the figures since the last."""
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str] = asyncio.Queue()

    def listen() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(lines.put_nowait, line)
        loop.call_soon_threadsafe(lines.put_nowait, "")

    threading.Thread(target=listen, daemon=True).start()
    found: list[float] = []
    async with running(settings) as server:
        settle()
        probe = asyncio.create_task(lags(found))
        print(json.dumps({"grpc": server.grpc_address, "http": server.http_url}), flush=True)
        cpu = cpu_seconds()
        while await lines.get():
            now = cpu_seconds()
            late = sorted(found) or [0.0]
            print(
                json.dumps(
                    {
                        "cpu_seconds": now - cpu,
                        "resident_bytes": peak_resident_bytes(),
                        "lag_p99_seconds": late[int(len(late) * 0.99)],
                        "lag_max_seconds": late[-1],
                    }
                ),
                flush=True,
            )
            cpu = now
            found.clear()
        probe.cancel()


if __name__ == "__main__":
    given = dict(pair.split("=", 1) for pair in sys.argv[1:])
    values: dict[str, object] = {"grpc_address": "127.0.0.1:0", "http_address": "127.0.0.1:0"}
    for name, value in given.items():
        values[name] = Path(value) if name.endswith(("_dir", "_file")) else value
        if name.endswith("_seconds"):
            values[name] = float(value)
    uvloop.run(main(Settings(**values)))  # type: ignore[arg-type] # from the command line
