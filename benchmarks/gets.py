"""Get over gRPC on each store beside memory: python benchmarks/gets.py."""

import asyncio
import contextlib
import statistics
import sys
import tempfile
import time
from pathlib import Path

import grpc

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from enfonica.voice.v1beta1 import recordings_pb2, recordings_pb2_grpc  # noqa: E402 - after the path is set
from reliability.journal import Journal  # noqa: E402 - likewise
from reliability.process import ServerProcess  # noqa: E402 - likewise
from support.postgres import PostgresServer  # noqa: E402 - likewise

CALLERS = 16
SECONDS = 2.0
ROUNDS = 5


async def throughput(address: str) -> float:
    """Gets a second, from so many callers at once."""
    async with grpc.aio.insecure_channel(address) as channel:
        stub = recordings_pb2_grpc.RecordingsStub(channel)
        name = "projects/demo/calls/c1/recordings/r0"
        ends, done = time.perf_counter() + SECONDS, 0

        async def call() -> None:
            nonlocal done
            while time.perf_counter() < ends:
                await stub.GetRecording(recordings_pb2.GetRecordingRequest(name=name))
                done += 1

        await asyncio.gather(*(call() for _ in range(CALLERS)))
        return done / SECONDS


def main() -> None:
    """Measures in turns, and prints each store's part of memory's figure."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        secret = folder / "secret"
        secret.write_text("0123456789abcdef" * 4)
        database = stack.enter_context(PostgresServer())
        flags = {
            "memory": [],
            "sqlite": ["--data-dir", str(folder / "data")],
            "postgres": [
                "--store", database.dsn(), "--media", f"file://{folder}/media",
                "--secret-file", str(secret),
            ],
        }  # fmt: skip
        servers = {name: stack.enter_context(ServerProcess(each)) for name, each in flags.items()}
        figures: dict[str, list[float]] = {name: [] for name in servers}
        for server in servers.values():
            Journal(seed=1).send(server.http_url)
        for _ in range(ROUNDS):
            for name, server in servers.items():
                figures[name].append(asyncio.run(throughput(server.grpc_address)))
        memory = statistics.median(figures["memory"])
        for name, found in figures.items():
            rate = statistics.median(found)
            print(f"{name}: {rate:,.0f} Gets/s, {rate / memory:.2f} of memory (0.5 wanted)")


if __name__ == "__main__":
    main()
