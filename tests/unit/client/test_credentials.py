"""Credentials of the Python client."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from support.accounts import KEY_ID, OWN, policy
from support.jwts import key_pair
from voice_recordings.access.assertions import check_assertion
from voice_recordings.client import (
    RecordingsClient,
    ServiceAccountKey,
    ServiceError,
    StaticToken,
    read_credentials,
)

START = datetime(2030, 1, 1, tzinfo=UTC)


class TokenServer(ThreadingHTTPServer):
    """Answers as it is told to, and remembers the assertions it was sent."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.assertions: list[str] = []
        self.answer: tuple[int, dict[str, str], Any] = (200, {}, None)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_address[1]}/token"


class _Handler(BaseHTTPRequestHandler):
    server: TokenServer

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.server.assertions += form["assertion"]
        status, headers, body = self.server.answer
        token = f"token-{len(self.server.assertions)}"
        body = {"access_token": token, "expires_in": 4200} if body is None else body
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as inherited
        """Nothing."""


@pytest.fixture
def server() -> Iterator[TokenServer]:
    """A token URL."""
    with TokenServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class Hands:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        """The time it was set to."""
        return self.time


def key_file(server: TokenServer, **changes: Any) -> dict[str, Any]:
    """What a key file holds."""
    return {
        "type": "service_account",
        "private_key_id": KEY_ID,
        "private_key": key_pair(0).private,
        "client_email": OWN,
        "token_uri": server.url,
        **changes,
    }


def test_a_key_is_exchanged_once_and_again_before_the_token_ends(server: TokenServer) -> None:
    """65 of its 70 minutes it is used, and then renewed."""
    now = Hands()
    key = ServiceAccountKey(key_file(server), now=now)
    assert [key.token(), key.token()] == ["token-1", "token-1"]
    now.time += timedelta(minutes=64, seconds=59)
    assert key.token() == "token-1"
    now.time += timedelta(seconds=1)
    assert key.token() == "token-2"


def test_the_assertion_is_one_the_server_believes(server: TokenServer) -> None:
    """And no two are the same, though time stands still."""
    key = ServiceAccountKey(key_file(server), now=lambda: START)
    key.refused(key.token())
    key.token()
    first, second = server.assertions
    assert first != second
    assert check_assertion(first, policy(), {server.url}, START).email == OWN


def test_a_refused_token_is_replaced_once(server: TokenServer) -> None:
    """However many threads are told that it was refused."""
    key = ServiceAccountKey(key_file(server), now=lambda: START)
    token = key.token()
    assert key.refused(token)
    assert key.token() == "token-2"
    assert key.refused(token)
    assert key.token() == "token-2"


@pytest.mark.parametrize(
    ("answer", "code", "told"),
    [
        pytest.param(
            (400, {}, {"error": "invalid_grant", "error_description": "it has expired"}),
            "UNAUTHENTICATED", "invalid_grant: it has expired", id="refused",
        ),
        pytest.param((502, {}, b"<html>"), "UNAUTHENTICATED", "HTTP 502", id="a proxy's page"),
        pytest.param(
            (307, {"Location": "http://127.0.0.1:1/"}, b""), "UNAUTHENTICATED", "307", id="redirect"
        ),
        pytest.param((200, {}, b"<html>"), "UNKNOWN", "something else", id="no JSON"),
        pytest.param((200, {}, {"access_token": "x"}), "UNKNOWN", "something else", id="no expiry"),
        pytest.param((200, {}, ["x"]), "UNKNOWN", "something else", id="a list"),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_told(
    server: TokenServer, answer: tuple[int, dict[str, str], Any], code: str, told: str
) -> None:
    """With a code, and nothing of the key."""
    server.answer = answer
    with pytest.raises(ServiceError, match=told) as raised:
        ServiceAccountKey(key_file(server), now=lambda: START).token()
    assert raised.value.code == code
    assert "PRIVATE" not in str(raised.value)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"token_uri": "http://elsewhere.example/token"}, id="not encrypted"),
        pytest.param({"token_uri": "file:///etc/passwd"}, id="a file"),
        pytest.param({"token_uri": None}, id="no token URL"),
        pytest.param({"client_email": 7}, id="no email"),
        pytest.param({"private_key": "-----BEGIN PRIVATE KEY-----\nx"}, id="no key"),
    ],
)
def test_a_key_file_that_is_none_is_refused(server: TokenServer, changes: dict[str, Any]) -> None:
    """Before anything is sent."""
    with pytest.raises(ServiceError):
        ServiceAccountKey(key_file(server, **changes), now=lambda: START).token()
    assert server.assertions == []


def test_a_file_holds_a_key_or_a_token(server: TokenServer, tmp_path: Path) -> None:
    """Told apart by the brace."""
    file = tmp_path / "credentials"
    file.write_text(json.dumps(key_file(server)))
    assert read_credentials(file).token() == "token-1"
    file.write_text("vrt_abc\n")
    static = read_credentials(file)
    assert static.token() == "vrt_abc"
    assert not static.refused("vrt_abc")
    for wrong in (b"{", b"\xff"):
        file.write_bytes(wrong)
        with pytest.raises(ServiceError):
            read_credentials(file)
    with pytest.raises(ServiceError):
        read_credentials(tmp_path / "absent")


@pytest.mark.parametrize("endpoint", ["recordings.example:443", "http://10.0.0.1:50051", "[::2]:1"])
def test_credentials_are_not_sent_in_the_clear(endpoint: str) -> None:
    """But to this machine."""
    with pytest.raises(ServiceError, match="without TLS"):
        RecordingsClient(endpoint, credentials=StaticToken("x"))
    for near in ("127.0.0.1:1", "localhost:1", "[::1]:1", "https://recordings.example:443"):
        RecordingsClient(near, credentials=StaticToken("x")).close()
