"""Webhooks of a durable server that is killed without warning, again and again."""

import io
import random
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from end_to_end.processes import Served
from unit.audio.wavs import wav
from voice_recordings.access.keys import Keyring
from voice_recordings.client import RecordingsClient
from voice_recordings.config import read_secret
from voice_recordings.webhooks import verify

# Half a second: what matters here is that a recording ends, not what it holds.
FILE = wav(b"\x00\x40\x00\xc0" * 2000)


class Flaky(ThreadingHTTPServer):
    """Fails three webhooks in ten at first; verifies every one; counts what it takes."""

    daemon_threads = True
    request_queue_size = 1024

    def __init__(self, key: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.key = key
        self.url = "http://{}:{}/ready".format(*self.server_address[:2])
        self.tried: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.of: dict[str, str] = {}
        self.changed = threading.Condition()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A server that is killed breaks connections; that is the point."""
        del request, client_address

    def fails(self, webhook_id: str) -> bool:
        """Whether this attempt does: the first one of three webhooks in ten."""
        self.tried[webhook_id] += 1
        return self.tried[webhook_id] == 1 and random.Random(webhook_id).random() < 0.3

    def wait_for(self, count: int) -> None:
        """Until so many different webhooks have been answered with success."""
        with self.changed:
            while len(self.answered) < count:
                self.changed.wait()


class _Handler(BaseHTTPRequestHandler):
    server: Flaky
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        webhook = verify(self.server.url, self.headers.items(), body, self.server.key)
        assert webhook.id is not None
        if self.server.fails(webhook.id):
            self.send_error(500)
            return
        self.send_response(204)
        self.end_headers()
        with self.server.changed:
            self.server.answered[webhook.id] += 1
            assert self.server.of.setdefault(webhook.id, webhook.recording["name"])
            self.server.changed.notify_all()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as inherited
        """Nothing."""


@contextmanager
def flaky(key: bytes) -> Iterator[Flaky]:
    """Runs the receiver."""
    with Flaky(key) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()


def make(address: str, url: str, numbers: range) -> list[str]:
    """Imports files with webhooks; gives the names, all of which were acknowledged."""
    with RecordingsClient(address) as client:
        return [
            client.import_file(
                f"projects/kills/calls/c{number % 7}", io.BytesIO(FILE), ready_uri=url
            ).name
            for number in numbers
        ]


def kill_and_count(folder: Path, rounds: int, each: int) -> None:
    """Makes recordings and kills the server under their webhooks; then every one arrives."""
    with Served("--data-dir", str(folder)):
        pass  # Makes the secret.
    key = Keyring(read_secret(folder / "secret")).webhook_key("kills", 1)
    made: list[str] = []
    with flaky(key) as receiver:
        for turn in range(rounds):
            with Killed("--data-dir", str(folder)) as served, ThreadPoolExecutor(4) as pool:
                producers = [
                    pool.submit(make, served.grpc_address, receiver.url, range(first, each, 4))
                    for first in range(4)
                ]
                for producer in producers:
                    made += producer.result()
                # In the middle: some have arrived, some are under way, some wait.
                receiver.wait_for(max(1, turn * each))
        with Served("--data-dir", str(folder)) as served:
            receiver.wait_for(len(made))
            with RecordingsClient(served.grpc_address) as client:
                for name in made:
                    (delivery,) = wait_delivered(client, name)
                    assert receiver.of[delivery] == name
        assert sorted(receiver.of.values()) == sorted(made)
        duplicates = receiver.answered.total() - len(made)
        print(f"{len(made)} webhooks, {rounds} kills: none lost, {duplicates} duplicates")


def wait_delivered(client: RecordingsClient, name: str) -> list[str]:
    """The ids of a recording's deliveries once none is pending."""
    while True:
        deliveries = client.deliveries(name)
        if all(delivery.state == delivery.DELIVERED for delivery in deliveries):
            return [delivery.name.rpartition("/")[2] for delivery in deliveries]


class Killed(Served):
    """A server that ends by SIGKILL."""

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate(timeout=30)


def test_no_webhook_is_lost_to_kills(tmp_path: Path) -> None:
    """40 recordings, two kills; each webhook arrives under one id."""
    kill_and_count(tmp_path, rounds=2, each=20)


@pytest.mark.chaos
def test_no_webhook_is_lost_to_many_kills(tmp_path: Path) -> None:
    """10,000 recordings, 20 kills."""
    kill_and_count(tmp_path, rounds=20, each=500)
