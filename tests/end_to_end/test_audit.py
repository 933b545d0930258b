"""The audit trail: who heard and deleted what."""

import hashlib
import io
import json
import os
import re
import signal
import ssl
import stat
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest
import trustme

from end_to_end.processes import COMMAND, Killed, Served
from support.accounts import OWN, projects_toml
from support.guarded import guarded
from support.server import call, serving
from unit.audio.wavs import wav
from voice_recordings.client import RecordingsClient, ServiceError

PARENT = "projects/audited/calls/c1"
FILE = wav(b"\x00\x40\x00\xc0" * 5000)


def lines(file: Path) -> list[Any]:
    """What has been written down since the start."""
    told = [json.loads(line) for line in file.read_text().splitlines()]
    return [line for line in told if not line["event"].endswith(".load")]


def test_reading_and_deleting_are_written_down(tmp_path: Path) -> None:
    """Who, what, when and from where; HEAD, Get and List read no audio."""
    trail = tmp_path / "audit.jsonl"
    with serving(audit_file=trail) as server, RecordingsClient(server.grpc_address) as client:
        made = client.import_file(PARENT, io.BytesIO(FILE))
        uri = client.wait_until_ready(made.name).audio[0].uri.removeprefix(server.http_url)
        assert lines(trail) == []
        assert call(server.http_url, uri, method="HEAD").status == 200
        assert call(server.http_url, uri, headers={"range": "bytes=0-9"}).status == 206
        assert call(server.http_url, uri + "x").status == 403
        rest = {"x-request-id": "asked-by-me"}
        assert (
            call(server.http_url, f"/v1beta1/{made.name}", method="DELETE", headers=rest).status
            == 200
        )
    read, deleted = lines(trail)
    assert (read["event"], read["resource"], read["who"]) == ("audio.read", made.name, "link")
    assert read["where"].startswith("127.0.0.1:")
    assert (deleted["event"], deleted["resource"]) == ("recording.delete", made.name)
    assert (deleted["who"], deleted["request_id"]) == ("anybody", "asked-by-me")
    assert "127.0.0.1" in deleted["where"]
    assert read["time"] < deleted["time"]
    assert stat.S_IMODE(trail.stat().st_mode) == 0o600
    assert "signature" not in trail.read_text()


def test_the_trail_survives_a_kill(tmp_path: Path) -> None:
    """What was answered is written down, whatever happens next; a new start appends."""
    trail = tmp_path / "audit.jsonl"
    for _ in range(2):
        process = Served("--audit-file", str(trail)).start()
        with RecordingsClient(process.grpc_address) as client:
            made = client.import_file(PARENT, io.BytesIO(FILE))
            client.delete(made.name)
        os.kill(process.process.pid, signal.SIGKILL)
        process.process.communicate()
    assert [line["event"] for line in lines(trail)] == ["recording.delete"] * 2


def test_what_cannot_be_written_down_is_not_done() -> None:
    """A full disk: UNAVAILABLE, and the recording is still there."""
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    with serving(audit_file=full) as server, RecordingsClient(server.grpc_address) as client:
        made = client.import_file(PARENT, io.BytesIO(FILE))
        uri = client.wait_until_ready(made.name).audio[0].uri.removeprefix(server.http_url)
        with pytest.raises(ServiceError, match="UNAVAILABLE"):
            client.delete(made.name)
        assert call(server.http_url, uri).status == 503
        assert client.get(made.name).name == made.name


def test_a_trail_that_cannot_be_opened_is_said_at_start(tmp_path: Path) -> None:
    """Exit status 2, and which file."""
    arguments = [*COMMAND, "serve", "--audit-file", str(tmp_path / "none" / "audit.jsonl")]
    finished = subprocess.run(arguments, capture_output=True, check=False)
    assert finished.returncode == 2
    assert b"--audit-file" in finished.stderr


def until(file: Path, count: int) -> list[Any]:
    """What has been written down, once it is so much."""
    waiting = threading.Event()
    for _ in range(1200):
        if len(found := lines(file)) >= count:
            return found
        waiting.wait(0.05)
    raise AssertionError(f"{len(found)} lines, {count} wanted")


def put(file: Path, content: bytes) -> None:
    """Another file in its place, as the command line and editors do it."""
    new = file.with_suffix(".new")
    new.write_bytes(content)
    new.replace(file)


def test_changes_of_permissions_and_credentials_are_written_down(tmp_path: Path) -> None:
    """What was taken and given, whose file it is and which; at a start, what is in force."""
    trail = tmp_path / "audit.jsonl"
    with guarded(tmp_path, audit_file=trail) as served:
        at_start = [json.loads(line) for line in trail.read_text().splitlines()]
        put(served.projects, projects_toml(role="roles/voice.viewer").encode())
        removed, _, added, _ = until(trail, 4)
        token = f"""[service_accounts."{OWN}".tokens.audited]\nsha256 = "{"ab" * 32}"\n"""
        put(served.projects, projects_toml(role="roles/voice.viewer", more=token).encode())
        credential = until(trail, 5)[-1]
    assert [line["event"] for line in at_start] == ["secret.load", "permission.load"]
    assert re.search(r"facts, SHA-256 [0-9a-f]{64}$", at_start[1]["resource"])
    assert removed["event"] == "permission.remove"
    assert removed["resource"] == f"project acme: roles/voice.admin granted to {OWN}"
    assert added["event"] == "permission.add"
    assert added["resource"] == f"project acme: roles/voice.viewer granted to {OWN}"
    assert added["where"] == str(served.projects)
    assert added["who"] == f"owner {served.projects.owner()}"
    assert credential["event"] == "credential.add"
    assert "token audited" in credential["resource"]


def test_another_secret_is_written_down_by_its_id(tmp_path: Path) -> None:
    """Never the secret itself; and the line is there after a kill."""
    trail, secret = tmp_path / "audit.jsonl", tmp_path / "secret"
    secret.write_text("0123456789abcdef" * 4)
    with Killed("--audit-file", str(trail), "--secret-file", str(secret)) as process:
        put(secret, b"fedcba9876543210" * 4)
        (line,) = until(trail, 1)
        os.kill(process.process.pid, signal.SIGKILL)
    (again,) = lines(trail)
    assert again == line
    assert line["event"] == "secret.change"
    assert re.fullmatch(r"keys [A-Za-z0-9_-]+", line["resource"])
    assert "fedcba" not in trail.read_text()


def test_another_certificate_is_written_down_by_its_fingerprint(tmp_path: Path) -> None:
    """So is the one that is shown from the start."""
    trail = tmp_path / "audit.jsonl"
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    authority = trustme.CA()

    def issue() -> str:
        issued = authority.issue_cert("127.0.0.1")
        chain = issued.cert_chain_pems[0].bytes()
        put(key, issued.private_key_pem.bytes())
        put(cert, chain)
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(chain.decode())).hexdigest()

    first = issue()
    with serving(audit_file=trail, tls_cert=cert, tls_key=key):
        told = [json.loads(line) for line in trail.read_text().splitlines()]
        second = issue()
        (changed,) = until(trail, 1)
    assert ("certificate.load", f"SHA-256 {first}") in [
        (line["event"], line["resource"]) for line in told
    ]
    assert (changed["event"], changed["resource"]) == ("certificate.change", f"SHA-256 {second}")


def test_permissions_change_though_the_disk_is_full(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever is locked out stays so; the log has what the trail could not take."""
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    with guarded(tmp_path, audit_file=full) as served:
        put(served.projects, projects_toml(role="roles/voice.viewer").encode())
        waiting = threading.Event()
        for _ in range(1200):
            if "--projects reloaded" in caplog.text:
                break
            waiting.wait(0.05)
    removed = f"permission.remove project acme: roles/voice.admin granted to {OWN}"
    assert f"NOT in the audit trail (No space left on device): {removed}" in caplog.text
    assert f"now: project acme: roles/voice.viewer granted to {OWN}" in caplog.text
