"""TLS and mutual TLS at both doors."""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from support.certificates import Authority, Files
from support.server import call, serving
from unit.audio.wavs import wav
from voice_recordings.app import Running, running
from voice_recordings.client import RecordingsClient, ServiceError, Tls
from voice_recordings.config import Settings
from voice_recordings.errors import ConfigurationError

_RELOAD_SECONDS = 120
_PCM = b"\x00\x40\x00\xc0" * 500


def over_grpc(server: Running, tls: Tls) -> str:
    """What a gRPC client with this TLS gets: OK or its error's code."""
    port = server.grpc_address.rpartition(":")[2]
    try:
        with RecordingsClient(f"https://localhost:{port}", tls=tls) as client:
            list(client.list("projects/demo"))
    except ServiceError as error:
        return error.code
    return "OK"


def over_http(server: Running, tls: Tls) -> str:
    """What an HTTP client with this TLS gets: OK, or FAILED for no connection."""
    port = urlsplit(server.http_url).port
    connection = http.client.HTTPSConnection("localhost", port, context=tls.context(), timeout=60)
    try:
        connection.request("GET", "/v1beta1/projects/demo/recordings")
        return "OK" if connection.getresponse().status == 200 else "REFUSED"
    except (OSError, http.client.HTTPException):
        return "FAILED"
    finally:
        connection.close()


def until(true: Callable[[], bool]) -> None:
    """Waits for something to become true."""
    deadline = time.monotonic() + _RELOAD_SECONDS
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """The server's certificate and its authority."""
    return Authority(tmp_path).issue("server")


def test_both_doors_speak_tls_and_nothing_else(files: Files) -> None:
    """With links that begin with https, and downloads over it."""
    with serving(tls_cert=files.cert, tls_key=files.key) as server:
        assert server.http_url.startswith("https://")
        tls = Tls(ca=files.ca)
        port = server.grpc_address.rpartition(":")[2]
        with RecordingsClient(f"localhost:{port}", tls=tls) as client:
            made = client.import_file("projects/demo/calls/c1", io.BytesIO(wav(_PCM)))
            recording = client.wait_until_ready(made.name)
            assert recording.audio[0].uri.startswith(server.http_url)
            saved = client.download(recording, files.cert.with_name("saved.wav"))
            assert saved.read_bytes()[44:] == _PCM
        assert over_http(server, tls) == "OK"
        with pytest.raises((OSError, http.client.HTTPException)):
            call(server.http_url, "/healthz")
        with pytest.raises(ServiceError), RecordingsClient(f"localhost:{port}") as plain:
            list(plain.list("projects/demo"))


def test_old_tls_is_not_spoken(files: Files) -> None:
    """A client that knows no more than 1.1 is told so by its own library."""
    with serving(tls_cert=files.cert, tls_key=files.key) as server:
        context = ssl.create_default_context(cafile=files.ca)
        with pytest.warns(DeprecationWarning, match="deprecated"):
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
        address = ("localhost", urlsplit(server.http_url).port or 0)
        with socket.create_connection(address) as plain, pytest.raises(ssl.SSLError):
            context.wrap_socket(plain, server_hostname="localhost")


def test_a_renewed_certificate_is_served_without_a_restart(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """At both doors; one that does not fit its key is not taken."""
    old = Authority(tmp_path).issue("server")
    old_tls = Tls(ca=tmp_path / "old.ca")
    (tmp_path / "old.ca").write_bytes(old.ca.read_bytes())
    with serving(tls_cert=old.cert, tls_key=old.key) as server:
        assert (over_grpc(server, old_tls), over_http(server, old_tls)) == ("OK", "OK")
        key = old.key.read_bytes()
        old.key.write_bytes(Authority(tmp_path).issue("other").key.read_bytes())
        until(lambda: "NOT reloaded" in caplog.text)
        assert (over_grpc(server, old_tls), over_http(server, old_tls)) == ("OK", "OK")
        assert key.decode() not in caplog.text
        new_tls = Tls(ca=Authority(tmp_path).issue("server").ca)
        until(lambda: over_http(server, new_tls) == "OK")
        assert over_grpc(server, new_tls) == "OK"
        assert (over_grpc(server, old_tls), over_http(server, old_tls)) == ("UNAVAILABLE", "FAILED")


def test_only_clients_with_a_certificate_get_in(tmp_path: Path) -> None:
    """From the authority in force, which may change while the server runs."""
    files = Authority(tmp_path).issue("server")
    clients = Authority(tmp_path)
    friend = clients.issue("friend", "friend@acme.example")
    stranger = Authority(tmp_path).issue("stranger", "stranger@acme.example")
    trusted = tmp_path / "trusted"
    trusted.write_bytes(friend.ca.read_bytes())
    with serving(tls_cert=files.cert, tls_key=files.key, tls_client_ca=trusted) as server:
        as_friend = Tls(files.ca, friend.cert, friend.key)
        as_stranger = Tls(files.ca, stranger.cert, stranger.key)
        for ask, refused in ((over_grpc, "UNAVAILABLE"), (over_http, "FAILED")):
            assert ask(server, as_friend) == "OK"
            assert ask(server, as_stranger) == refused
            assert ask(server, Tls(files.ca)) == refused
        trusted.write_bytes(stranger.ca.read_bytes())
        until(lambda: over_http(server, as_stranger) == "OK")
        assert over_grpc(server, as_stranger) == "OK"
        assert over_grpc(server, as_friend) == "UNAVAILABLE"
        assert over_http(server, as_friend) == "FAILED"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        pytest.param({"tls_cert": "cert"}, "go together", id="no key"),
        pytest.param({"tls_key": "key"}, "go together", id="no certificate"),
        pytest.param({"tls_client_ca": "ca"}, "needs --tls-cert", id="an authority alone"),
        pytest.param({"tls_cert": "key", "tls_key": "cert"}, "cannot be used", id="confused"),
        pytest.param({"tls_cert": "absent", "tls_key": "key"}, "cannot be read", id="absent"),
        pytest.param(
            {"tls_cert": "cert", "tls_key": "key", "tls_client_ca": "key"}, "cannot be used",
            id="no authority",
        ),
    ],
)  # fmt: skip
async def test_what_is_no_certificate_stops_the_start(
    files: Files, settings: dict[str, str], told: str
) -> None:
    """With a sentence that names the flag."""
    folder = files.cert.parent
    given: dict[str, Any] = {
        name: getattr(files, each, folder / each) for name, each in settings.items()
    }
    with pytest.raises(ConfigurationError, match=told):
        async with running(
            Settings(grpc_address="127.0.0.1:0", http_address="127.0.0.1:0", **given)
        ):
            pass
