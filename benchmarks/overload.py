"""Three times the load a server can serve: python benchmarks/overload.py [SECONDS [ROUNDS]].

Gets over REST: first as fast as they are answered (the peak), then three times as
many a second, whatever becomes of them, while others look after health at both
doors. Prints how much of the peak is still served, how soon the rest is refused,
and what health said.
"""

import asyncio
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from reliability.process import ServerProcess  # noqa: E402 - after the path is set
from support.server import call  # noqa: E402 - likewise
from unit.audio.wavs import wav  # noqa: E402 - likewise

TIMES = 3
LOOK_SECONDS = 0.1


async def load(url: str, rate: str, seconds: float) -> dict[str, Any]:
    """What `open_load.py` found."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(ROOT / "benchmarks" / "open_load.py"), url, rate, str(seconds),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await process.communicate()
    found: dict[str, Any] = json.loads(out)
    return found


class Health:
    """Asks both doors again and again how the server is, on connections of its own."""

    def __init__(self, server: ServerProcess) -> None:
        self._server = server
        self.said: list[tuple[str, str, float]] = []

    async def look(self) -> None:
        """Until it is cancelled."""
        async with grpc.aio.insecure_channel(self._server.grpc_address) as channel:
            stub: Any = health_pb2_grpc.HealthStub(channel)
            while True:
                began = time.perf_counter()
                answer = await stub.Check(health_pb2.HealthCheckRequest())
                state = health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)
                self.said.append(("grpc", state, time.perf_counter() - began))
                began = time.perf_counter()
                rest = await asyncio.to_thread(call, self._server.http_url, "/healthz")
                self.said.append(("rest", rest.json["status"], time.perf_counter() - began))
                await asyncio.sleep(LOOK_SECONDS)


async def measure(server: ServerProcess, url: str, seconds: float) -> dict[str, Any]:
    """One round."""
    peak = (await load(url, "peak", seconds))["200"]["per_second"]
    health = Health(server)
    looking = asyncio.create_task(health.look())
    found = await load(url, str(TIMES * peak), seconds)
    looking.cancel()
    refused = found.get("429", {"per_second": 0.0, "p50_ms": 0.0, "p99_ms": 0.0})
    return {
        "peak_per_second": peak,
        "goodput_share": found["200"]["per_second"] / peak,
        "served_p99_ms": found["200"]["p99_ms"],
        "refused_per_second": refused["per_second"],
        "refused_p50_ms": refused["p50_ms"],
        "refused_p99_ms": refused["p99_ms"],
        "others": sorted(set(found) - {"200", "429", "unsent", "connections", "cpu_seconds"}),
        "health": sorted({f"{door} {said}" for door, said, _ in health.said}),
        "health_max_ms": max(took for _, _, took in health.said) * 1000,
        "generator_cpu_seconds": found["cpu_seconds"],
    }


def overload(seconds: float, rounds: int) -> list[dict[str, Any]]:
    """So many rounds, each on a server of its own."""
    measured = []
    for _ in range(rounds):
        with ServerProcess([]) as server:
            path = "/v1/projects/demo/calls/c1/recordings:import"
            made = call(
                server.http_url,
                path,
                method="POST",
                headers={"content-type": "audio/wav"},
                body=wav(b"\x00\x40\x00\xc0" * 5000),
            ).json
            url = f"{server.http_url}/v1beta1/{made['name']}?view=FULL"
            measured.append(asyncio.run(measure(server, url, seconds)))
    return measured


def main() -> None:
    """Prints each round, and the middle one of each figure."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    measured = overload(seconds, rounds)
    for each in measured:
        print(json.dumps(each))
    share = statistics.median(each["goodput_share"] for each in measured)
    quick = statistics.median(each["refused_p99_ms"] for each in measured)
    peak = statistics.median(each["peak_per_second"] for each in measured)
    said = sorted({word for each in measured for word in each["health"]})
    print(
        f"{TIMES} times {peak:,.0f} Gets/s: {share:.0%} of the peak still served (80 % wanted), "
        f"refused within {quick:.0f} ms at the 99th percentile (50 wanted), "
        f"health: {', '.join(said)}"
    )


if __name__ == "__main__":
    main()
