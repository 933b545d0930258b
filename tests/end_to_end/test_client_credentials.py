"""Both Python clients with a key file, against a server that asks."""

import io
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from support.accounts import KEY_ID, OWN
from support.certificates import Authority
from support.flavours import FLAVOURS, Flavour
from support.guarded import Guarded, guarded
from support.jwts import key_pair
from unit.audio.wavs import wav
from voice_recordings.client import (
    Credentials,
    ServiceError,
    StaticToken,
    Tls,
    read_credentials,
)

_PCM = b"\x00\x40\x00\xc0" * 500
_WAIT_SECONDS = 120
PARENT = "projects/acme/calls/c1"


@pytest.fixture
def tls(tmp_path: Path) -> Tls:
    """What clients of the server trust."""
    files = Authority(tmp_path).issue("server")
    return Tls(files.ca)


@pytest.fixture
def server(tmp_path: Path, tls: Tls) -> Iterator[Guarded]:
    """A server that speaks TLS."""
    assert tls.ca is not None
    with guarded(
        tmp_path, tls_cert=tls.ca.with_suffix(".crt"), tls_key=tls.ca.with_suffix(".key")
    ) as server:
        yield server


@pytest.fixture
def credentials(server: Guarded, tls: Tls, tmp_path: Path) -> Credentials:
    """The account's key file, read."""
    file = tmp_path / "key.json"
    key = {
        "type": "service_account",
        "project_id": "acme",
        "private_key_id": KEY_ID,
        "private_key": key_pair(0).private,
        "client_email": OWN,
        "token_uri": f"{server.running.http_url}/token",
    }
    file.write_text(json.dumps(key))
    return read_credentials(file, tls=tls)


def until(true: Callable[[], bool]) -> None:
    """Waits for something to become true."""
    deadline = time.monotonic() + _WAIT_SECONDS
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def client(kind: str, server: Guarded, credentials: Credentials | None, tls: Tls) -> Flavour:
    """A client over TLS."""
    port = server.running.grpc_address.rpartition(":")[2]
    return Flavour(kind, f"https://localhost:{port}", credentials=credentials, tls=tls)


@pytest.mark.parametrize("kind", FLAVOURS)
def test_a_key_file_is_all_a_client_needs(
    kind: str, server: Guarded, credentials: Credentials, tls: Tls, tmp_path: Path
) -> None:
    """Import, wait, list, download over https, and delete."""
    own = client(kind, server, credentials, tls)
    made = own.call("import_file", PARENT, io.BytesIO(wav(_PCM)))
    recording = own.call("wait_until_ready", made.name, timeout_seconds=3600.0)
    assert [each.name for each in own.call("list", "projects/acme")] == [made.name]
    assert urlsplit(recording.audio[0].uri).scheme == "https"
    own.call("download", recording, tmp_path / "saved.wav")
    assert (tmp_path / "saved.wav").read_bytes()[44:] == _PCM
    assert own.call("delete", made.name).name == made.name
    for other in (None, StaticToken("vrt_wrong")):
        with pytest.raises(ServiceError) as refused:
            client(kind, server, other, tls).call("list", "projects/acme")
        assert refused.value.code == "UNAUTHENTICATED"


@pytest.mark.parametrize("kind", FLAVOURS)
def test_a_token_that_is_void_is_replaced(
    kind: str, server: Guarded, credentials: Credentials, tls: Tls, tmp_path: Path
) -> None:
    """As after a restart with another secret: the caller notices nothing."""
    own = client(kind, server, credentials, tls)
    own.call("list", "projects/acme")
    void = credentials.token()
    (tmp_path / "secret").write_bytes(b"another" * 5)
    stale = client(kind, server, StaticToken(void), tls)

    def is_void() -> bool:
        try:
            stale.call("list", "projects/acme")
        except ServiceError as error:
            return error.code == "UNAUTHENTICATED"
        return False

    until(is_void)
    own.call("list", "projects/acme")
    assert credentials.token() != void


@pytest.mark.parametrize("kind", FLAVOURS)
def test_a_key_that_is_gone_is_told(
    kind: str, server: Guarded, credentials: Credentials, tls: Tls
) -> None:
    """In the words of the service."""
    server.rewrite("")
    until(lambda: _refused(client(kind, server, StaticToken(server.token()), tls)))
    with pytest.raises(ServiceError, match="invalid_grant") as refused:
        client(kind, server, credentials, tls).call("list", "projects/acme")
    assert refused.value.code == "UNAUTHENTICATED"


def _refused(own: Flavour) -> bool:
    try:
        own.call("list", "projects/acme")
    except ServiceError:
        return True
    return False
