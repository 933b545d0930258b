"""Servers killed in the middle of live calls lose nothing they acknowledged."""

import random
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, cast
from uuid import uuid4

import grpc
import pytest

from end_to_end.processes import Killed, Served
from support.live import Stream, begin, recorder
from support.server import call
from voice_recordings.audio import g711
from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.speech import speak_call
from voice_recordings.client import RecordingsClient

if TYPE_CHECKING:
    from support.postgres import PostgresServer
    from support.seaweed import SeaweedServer

CALLS = 3
MESSAGE_BYTES = 800


def play_until_killed(address: str, name: str, audio: bytes) -> tuple[int | None, int]:
    """Streams from the committed offset on: where that was, and the most acknowledged."""
    begun = None
    with recorder(address) as stub:
        stream = Stream(stub, name)
        try:
            stream.read()
            begun = stream.committed
            for start in range(begun, len(audio), MESSAGE_BYTES):
                stream.send(start, audio[start : start + MESSAGE_BYTES])
            stream.rest()
        except grpc.RpcError:
            return begun, stream.committed
        finally:
            stream.half_close()
        raise AssertionError("the stream ended by itself")


class Calls:
    """Some live calls with the same audio, and how much of each has been acknowledged."""

    def __init__(
        self, seed: int, *where: str, environment: Mapping[str, str] | None = None
    ) -> None:
        self.arguments = (*where, "--commit-seconds", "0.02")
        self.environment = environment
        self.audio = g711.encode_mulaw(b"".join(speak_call(PcmFormat(8000, 1), 30)))
        self.rng = random.Random(seed)
        self.names: list[str] = []
        self.acknowledged = [0] * CALLS

    def kill(self) -> None:
        """Goes on with every call until the server is killed, at a random moment."""
        with (
            Killed(*self.arguments, environment=self.environment) as served,
            ThreadPoolExecutor(CALLS) as threads,
        ):
            if not self.names:
                self.begin(served.grpc_address)
            threading.Timer(self.rng.uniform(0.05, 0.5), served.process.kill).start()
            upto = [done + 80 * self.rng.randint(1, 200) for done in self.acknowledged]
            ways = [
                threads.submit(play_until_killed, served.grpc_address, name, self.audio[:end])
                for name, end in zip(self.names, upto, strict=True)
            ]
            for number, way in enumerate(ways):
                begun, committed = way.result()
                assert begun is None or begun >= self.acknowledged[number], "lost"
                self.acknowledged[number] = max(self.acknowledged[number], committed)

    def begin(self, address: str) -> None:
        """Makes the recordings."""
        with recorder(address) as stub:
            self.names = [begin(stub, f"projects/kills/calls/c{n}").name for n in range(CALLS)]

    def finish(self) -> None:
        """Sends the rest of every call, and compares every sample."""
        with Served(*self.arguments, environment=self.environment) as served:
            with recorder(served.grpc_address) as stub:
                for number, name in enumerate(self.names):
                    stream = Stream(stub, name)
                    stream.read()
                    assert stream.committed >= self.acknowledged[number], "lost"
                    for start in range(stream.committed, len(self.audio), MESSAGE_BYTES):
                        stream.send(start, self.audio[start : start + MESSAGE_BYTES])
                    stream.send(len(self.audio), b"", finish=True).rest()
            with RecordingsClient(served.grpc_address) as client:
                for name in self.names:
                    uri = client.wait_until_ready(name).audio[0].uri
                    pcm = call(served.http_url, uri.removeprefix(served.http_url)).body[44:]
                    assert pcm == g711.decode_mulaw(self.audio)


def test_three_kills_lose_nothing(tmp_path: Path) -> None:
    """SQLite and files; the producers go on at the committed offset."""
    calls = Calls(3, "--data-dir", str(tmp_path))
    for _ in range(3):
        calls.kill()
    calls.finish()


@pytest.mark.check
def test_kills_lose_nothing_on_shared_stores(
    postgres_server: "PostgresServer", seaweed_server: "SeaweedServer", tmp_path: Path
) -> None:
    """PostgreSQL and S3."""
    from support.seaweed import environment  # noqa: PLC0415 - not in the core packages

    secret = tmp_path / "secret"
    secret.write_text("0123456789abcdef" * 4)
    calls = Calls(
        5,
        *("--store", postgres_server.create_database(f"kills-{uuid4()}")),
        *("--media", f"s3://{seaweed_server.bucket}/{uuid4()}", "--secret-file", str(secret)),
        environment=environment(seaweed_server.port),
    )
    for _ in range(5):
        calls.kill()
    calls.finish()


@pytest.mark.chaos
def test_a_hundred_kills_lose_nothing(tmp_path: Path) -> None:
    """The same, many times over."""
    calls = Calls(100, "--data-dir", str(tmp_path))
    for _ in range(100):
        calls.kill()
    calls.finish()


def test_a_server_that_is_stopped_hands_its_calls_over(tmp_path: Path) -> None:
    """Everything received is safe, the producer is told, and the next server goes on at once."""
    arguments = ("--data-dir", str(tmp_path / "data"), "--commit-seconds", "10")
    audio, safe, received = bytes(range(256)) * 400, 64 * 1024, 64 * 1024 + 8000
    with Served(*arguments) as served, recorder(served.grpc_address) as stub:
        name = begin(stub, "projects/drain/calls/c1").name
        # So much at once is made safe without waiting; the rest of the message is not.
        stream = Stream(stub, name).send(0, audio[:received]).wait_for(safe)
        assert stream.committed == safe
        served.process.terminate()
        with pytest.raises(grpc.RpcError) as refused:
            stream.rest()
        assert cast("grpc.Call", refused.value).code() is grpc.StatusCode.UNAVAILABLE
        assert served.process.wait(120) == 0
    with Served(*arguments) as served:
        with recorder(served.grpc_address) as stub:
            stream = Stream(stub, name)
            stream.read()
            assert stream.committed == received
            stream.send(received, audio[received:], finish=True).rest()
        with RecordingsClient(served.grpc_address) as client:
            uri = client.wait_until_ready(name).audio[0].uri
            pcm = call(served.http_url, uri.removeprefix(served.http_url)).body[44:]
            assert pcm == g711.decode_mulaw(audio)
