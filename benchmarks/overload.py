"""Three times the load a server can serve: python benchmarks/overload.py [SECONDS [ROUNDS]].

Gets over REST, and then over gRPC: first as fast as they are answered (the peak), then
three times as many a second, whatever becomes of them, while others look after health
at both doors. Prints how much of the peak is still served, how soon the rest is
refused, and what health said.
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

from enfonica.voice.v1beta1 import recordings_pb2  # noqa: E402 - after the path is set
from reliability.process import ServerProcess  # noqa: E402 - likewise
from support.server import call  # noqa: E402 - likewise
from unit.audio.wavs import wav  # noqa: E402 - likewise

TIMES = 3
LOOK_SECONDS = 0.1
# Of each door: what is answered to who is served, and to who is refused for lack of time.
# gRPC's core knows no other refusal than CANCELLED.
ANSWERS = {"rest": ("200", "429"), "grpc": ("0", "1")}


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


async def measure(server: ServerProcess, door: str, url: str, seconds: float) -> dict[str, Any]:
    """One round at one door."""
    served, turned_away = ANSWERS[door]
    peak = (await load(url, "peak", seconds))[served]["per_second"]
    health = Health(server)
    looking = asyncio.create_task(health.look())
    found = await load(url, str(TIMES * peak), seconds)
    looking.cancel()
    refused = found.get(turned_away, {"per_second": 0.0, "p50_ms": 0.0, "p99_ms": 0.0})
    others = set(found) - {served, turned_away, "unsent", "connections", "cpu_seconds"}
    return {
        "door": door,
        "peak_per_second": peak,
        "goodput_share": found[served]["per_second"] / peak,
        "served_p99_ms": found[served]["p99_ms"],
        "refused_per_second": refused["per_second"],
        "refused_p50_ms": refused["p50_ms"],
        "refused_p99_ms": refused["p99_ms"],
        "others": sorted(others),
        "health": sorted({f"{asked} {said}" for asked, said, _ in health.said}),
        "health_max_ms": max(took for _, _, took in health.said) * 1000,
        "generator_cpu_seconds": found["cpu_seconds"],
    }


def overload(seconds: float, rounds: int) -> list[dict[str, Any]]:
    """So many rounds at each door, each on a server of its own."""
    measured = []
    for door in [door for door in ANSWERS for _ in range(rounds)]:
        with ServerProcess([]) as server:
            path = "/v1/projects/demo/calls/c1/recordings:import"
            made = call(
                server.http_url,
                path,
                method="POST",
                headers={"content-type": "audio/wav"},
                body=wav(b"\x00\x40\x00\xc0" * 5000),
            ).json
            url = get_of(server, door, made["name"])
            measured.append(asyncio.run(measure(server, door, url, seconds)))
    return measured


def get_of(server: ServerProcess, door: str, name: str) -> str:
    """The Get of a recording with its links, as `open_load.py` takes it."""
    if door == "rest":
        return f"{server.http_url}/v1beta1/{name}?view=FULL"
    view = recordings_pb2.RecordingView.FULL
    message = recordings_pb2.GetRecordingRequest(name=name, view=view).SerializeToString()
    service = recordings_pb2.DESCRIPTOR.services_by_name["Recordings"].full_name
    return f"grpc://{server.grpc_address}/{service}/GetRecording?{message.hex()}"


def main() -> None:
    """Prints each round, and for each door the middle one of each figure."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    measured = overload(seconds, rounds)
    for each in measured:
        print(json.dumps(each))
    for door in ANSWERS:
        here = [each for each in measured if each["door"] == door]
        share = statistics.median(each["goodput_share"] for each in here)
        quick = statistics.median(each["refused_p99_ms"] for each in here)
        peak = statistics.median(each["peak_per_second"] for each in here)
        said = sorted({word for each in here for word in each["health"]})
        print(
            f"{TIMES} times {peak:,.0f} Gets/s over {door}: {share:.0%} of the peak still served "
            f"(80 % wanted), refused within {quick:.0f} ms at the 99th percentile (50 wanted), "
            f"health: {', '.join(said)}"
        )


if __name__ == "__main__":
    main()
