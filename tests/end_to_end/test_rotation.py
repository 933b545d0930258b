"""A new secret, taken over under load."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs, quote, urlsplit

import grpc
import pytest

from enfonica.voice.v1beta1 import recordings_pb2, recordings_pb2_grpc
from support.guarded import SECRET, Guarded, guarded
from support.server import call

NAME = "projects/acme/calls/c1/recordings/r0"
_WAIT_SECONDS = 120


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Guarded]:
    """A server with six recordings in a call, whose secret may be rotated."""
    with guarded(tmp_path, previous_secret_file=tmp_path / "previous") as server:
        for number in range(6):
            server.record("projects/acme/calls/c1", f"r{number}")
        yield server


def get(server: Guarded, path: str, token: str) -> dict[str, list[dict[str, str]]]:
    """A REST call that must succeed."""
    headers = {"Authorization": f"Bearer {token}"}
    answer = call(server.running.http_url, f"/v1beta1/{path}", headers=headers)
    assert answer.status == 200, answer.body
    got: dict[str, list[dict[str, str]]] = answer.json
    return got


def link_of(server: Guarded, token: str) -> str:
    """A fresh link, as path and query."""
    parts = urlsplit(get(server, NAME, token)["audio"][0]["uri"])
    return f"{parts.path}?{parts.query}"


def key_of(link: str) -> str:
    """The id of the key a link was signed with."""
    return parse_qs(urlsplit(link).query)["key"][0]


def page_token(server: Guarded, token: str) -> str:
    """The token of the second page."""
    page = get(server, "projects/acme/calls/c1/recordings?pageSize=2", token)
    return str(page["nextPageToken"])


def until(true: Callable[[], bool]) -> None:
    """Waits for something to become true."""
    deadline = time.monotonic() + _WAIT_SECONDS
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


class Load:
    """Does things over and over, each on a thread of its own, and keeps what went wrong."""

    def __init__(self, *works: Callable[[], None]) -> None:
        self.failures: list[BaseException] = []
        self.rounds = [0] * len(works)
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(index, work))
            for index, work in enumerate(works)
        ]

    def _run(self, index: int, work: Callable[[], None]) -> None:
        while not self._stop.is_set():
            try:
                work()
            except BaseException as error:
                self.failures.append(error)
            self.rounds[index] += 1

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def go_on(self, rounds: int) -> None:
        """Waits until everything has been done so many times more."""
        aims = [done + rounds for done in self.rounds]
        until(lambda: all(done >= aim for done, aim in zip(self.rounds, aims, strict=True)))


def test_a_rotation_breaks_nothing_that_is_out(server: Guarded, tmp_path: Path) -> None:
    """Tokens, links and page tokens of before, and of in between: no failure at all."""
    token = server.token()
    until(lambda: "audio" in get(server, NAME, token))
    link, page = link_of(server, token), page_token(server, token)

    def over_grpc() -> None:
        with grpc.insecure_channel(server.running.grpc_address) as channel:
            recordings_pb2_grpc.RecordingsStub(channel).GetRecording(
                recordings_pb2.GetRecordingRequest(name=NAME),
                metadata=(("authorization", f"Bearer {token}"),),
            )

    def old_link() -> None:
        assert call(server.running.http_url, link).status == 200

    def new_link() -> None:
        assert call(server.running.http_url, link_of(server, token)).status == 200

    def old_page() -> None:
        path = f"projects/acme/calls/c1/recordings?pageSize=2&pageToken={quote(page)}"
        assert len(get(server, path, token)["recordings"]) == 2

    def new_page() -> None:
        path = "projects/acme/calls/c1/recordings?pageSize=2&pageToken="
        assert len(get(server, path + quote(page_token(server, token)), token)["recordings"]) == 2

    with Load(over_grpc, old_link, new_link, old_page, new_page) as load:
        load.go_on(10)
        (tmp_path / "previous").write_bytes(SECRET)
        part = tmp_path / "part"
        part.write_bytes(b"another" * 5)
        part.replace(tmp_path / "secret")
        until(lambda: key_of(link_of(server, token)) != key_of(link))
        load.go_on(20)
    assert load.failures == []

    # When all of it has expired the old secret goes, and what it signed is void.
    (tmp_path / "previous").unlink()
    until(lambda: call(server.running.http_url, link).status == 403)
    headers = {"Authorization": f"Bearer {token}"}
    assert call(server.running.http_url, f"/v1beta1/{NAME}", headers=headers).status == 401


def test_a_wrong_secret_leaves_the_old_one_in_force(
    server: Guarded, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A file cut short signs nothing."""
    (tmp_path / "secret").write_bytes(b"too short")
    until(lambda: "--secret-file NOT reloaded" in caplog.text)
    get(server, NAME, server.token())
    assert "too short" not in caplog.text
