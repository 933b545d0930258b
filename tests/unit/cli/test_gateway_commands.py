"""`openapi`, `envoy-config` and `gateway`."""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import grpc
import pytest
from click.testing import CliRunner
from gatewaytest.v1 import kitchen_pb2_grpc
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.descriptor_pool import Default

from gateway_support.kitchen import SyncKitchen
from voice_recordings.cli import main
from voice_recordings.gateway.envoy import descriptor_set


def test_openapi() -> None:
    """The document has every route of ours, with the comments of the protos."""
    ran = CliRunner().invoke(main, ["openapi"])
    assert ran.exit_code == 0
    api = json.loads(ran.stdout)
    get = api["paths"]["/v1beta1/projects/{project}/calls/{call}/recordings/{recording}"]["get"]
    assert get["operationId"] == "Recordings_GetRecording"
    assert "recording" in get["summary"]
    assert "/v1/projects/{project}/calls/{call}/recordings:import" in api["paths"]


def test_envoy_config(tmp_path: Path) -> None:
    """A configuration and the descriptors it points to."""
    folder = tmp_path / "envoy"
    ran = CliRunner().invoke(main, ["envoy-config", str(folder), "--target", "127.0.0.1:7"])
    assert ran.exit_code == 0, ran.output
    config = (folder / "envoy.json").read_text()
    assert str(folder / "descriptors.binpb") in config
    files = FileDescriptorSet.FromString((folder / "descriptors.binpb").read_bytes()).file
    assert "google/api/annotations.proto" in {file.name for file in files}


@contextmanager
def remote() -> Iterator[int]:
    """A gRPC server that does not reflect; gives its port."""
    server = grpc.server(ThreadPoolExecutor(2))
    kitchen_pb2_grpc.add_KitchenServicer_to_server(SyncKitchen(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port
    finally:
        server.stop(None).wait()


def test_a_gateway_in_front_of_a_server(tmp_path: Path) -> None:
    """It says when it is ready and where; without descriptors it says what is missing."""
    descriptors = tmp_path / "kitchen.binpb"
    descriptors.write_bytes(descriptor_set(Default(), ["gatewaytest.v1.Kitchen"]))
    with remote() as port:
        command = [
            sys.executable,
            "-m",
            "voice_recordings",
            "gateway",
            f"--target=127.0.0.1:{port}",
        ]
        lost = subprocess.run(command, capture_output=True, text=True, check=False)
        assert lost.returncode == 1
        assert "give a descriptor set if the server has none" in lost.stderr
        command += ["--descriptor-set", str(descriptors), "--http-address", "127.0.0.1:0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            try:
                assert process.stdout is not None
                ready = json.loads(process.stdout.readline())
                with urlopen(ready["http"] + "/v1/ints/5") as response:
                    assert json.load(response) == {"int32Field": 5}
            finally:
                process.terminate()


@pytest.mark.parametrize("address", ["nowhere", "127.0.0.1:99999"])
def test_a_wrong_address(address: str) -> None:
    """Is a wrong usage."""
    ran = CliRunner().invoke(main, ["gateway", "--target", "x:1", "--http-address", address])
    assert ran.exit_code == 2
