"""Get and List over gRPC beside a bare handler that returns a constant of the same size.

    python benchmarks/grpc_calls.py [SECONDS] [RECORDINGS]

Get goes through ten thousand recordings in turn, FULL with links; List gives the
newest hundred. Measured in turns, so that what else the machine does meets both.
"""

import io
import os
import statistics
import sys
import tempfile
import time
import wave
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
from gateway import CALL, CONNECTIONS, grpc_load
from gateway_peers import free_port, process, wait_for

from enfonica.voice.v1beta1 import recordings_pb2, recordings_pb2_grpc

PEERS = Path(__file__).with_name("gateway_peers.py")
ROUNDS = 5
WANTED = 0.8
SAMPLES_BYTES = 1600


def filled(server: Any, count: int) -> None:
    """Imports so many, a tenth of a second each, and waits until all have ended."""
    from voice_recordings.client import RecordingsClient  # noqa: PLC0415 - as in gateway.py

    made = io.BytesIO()
    with wave.open(made, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(8000)
        writer.writeframes(os.urandom(SAMPLES_BYTES))
    file = made.getvalue()
    with RecordingsClient(server.grpc_address) as client, ThreadPoolExecutor(8) as threads:
        imported = [
            threads.submit(client.import_file, CALL, io.BytesIO(file)) for _ in range(count)
        ]
        for each in imported:
            client.wait_until_ready(each.result().name)


def keep_constants(address: str, folder: Path) -> tuple[Path, Path]:
    """What a Get and a List of a hundred answer here, as files."""
    with grpc.insecure_channel(address) as channel:
        stub: Any = recordings_pb2_grpc.RecordingsStub(channel)
        page = stub.ListRecordings(recordings_pb2.ListRecordingsRequest(parent=CALL, page_size=100))
        name = page.recordings[0].name
        got = stub.GetRecording(recordings_pb2.GetRecordingRequest(name=name))
    assert all(audio.uri for audio in got.audio)
    assert len(page.recordings) == 100
    files = folder / "get.binpb", folder / "list.binpb"
    for file, message in zip(files, (got, page), strict=True):
        file.write_bytes(message.SerializeToString())
    return files


@dataclass(frozen=True)
class Target:
    """A server that is measured."""

    address: str
    pid: int

    def cpu_seconds(self) -> float:
        """Processor time it has taken so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Round:
    """What one load came to; the processor's part is the server's."""

    per_second: float
    p50_ms: float
    cpu_us: float


def measured(target: Target, named_by: str, kind: str, seconds: float) -> Round:
    """Loads a server, and looks at its processor time meanwhile."""
    before = target.cpu_seconds()
    found = grpc_load(target.address, named_by, kind, seconds)
    # The load warms up for a tenth of the time.
    calls = found.per_second * seconds * 1.1
    return Round(found.per_second, found.p50_ms, (target.cpu_seconds() - before) / calls * 1e6)


def row(title: str, constant: list[Round], service: list[Round]) -> str:
    """A row of the table: medians, and the service's part of the constant's rate."""

    def median(figure: str) -> tuple[float, float]:
        first, second = (
            statistics.median(getattr(each, figure) for each in found)
            for found in (constant, service)
        )
        return first, second

    rate, p50, cpu = median("per_second"), median("p50_ms"), median("cpu_us")
    return (
        f"| {title} | {rate[0]:,.0f} | {rate[1]:,.0f} | {rate[1] / rate[0]:.2f} ({WANTED} wanted) "
        f"| {p50[0]:.1f}, {p50[1]:.1f} | {cpu[0]:.0f}, {cpu[1]:.0f} |"
    )


def main(seconds: float, count: int) -> None:
    """Fills a server, and prints a row for each of the two calls."""
    from end_to_end.processes import Served  # noqa: PLC0415 - from the tests' folder

    with Served() as server, tempfile.TemporaryDirectory() as folder:
        filled(server, count)
        port = free_port()
        files = keep_constants(server.grpc_address, Path(folder))
        peers = [sys.executable, str(PEERS), "constant", *map(str, reversed(files)), str(port)]
        with process(*peers) as bare:
            wait_for(port)
            constant = Target(f"127.0.0.1:{port}", bare.pid)
            service = Target(server.grpc_address, server.process.pid)
            print(
                f"{CONNECTIONS} callers, {ROUNDS} rounds of {seconds:g} s each in turn, "
                f"{time.strftime('%Y-%m-%d')}\n"
            )
            print(
                "| gRPC | bare, a second | service, a second | ratio | p50 ms | server's CPU us |"
            )
            print("|---|---:|---:|---:|---:|---:|")
            for title, kind in (
                (f"Get of {count:,} in turn, FULL with links", "get"),
                ("List of 100", "list"),
            ):
                rounds = [
                    (
                        measured(constant, server.grpc_address, kind, seconds),
                        measured(service, server.grpc_address, kind, seconds),
                    )
                    for _ in range(ROUNDS)
                ]
                print(row(title, *map(list, zip(*rounds, strict=True))), flush=True)


if __name__ == "__main__":
    main(
        float(sys.argv[1]) if len(sys.argv) > 1 else 2.0,
        int(sys.argv[2]) if len(sys.argv) > 2 else 10_000,
    )
