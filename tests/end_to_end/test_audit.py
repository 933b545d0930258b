"""The audit trail: who heard and deleted what."""

import io
import json
import os
import signal
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from end_to_end.processes import COMMAND, Served
from support.server import call, serving
from unit.audio.wavs import wav
from voice_recordings.client import RecordingsClient, ServiceError

PARENT = "projects/audited/calls/c1"
FILE = wav(b"\x00\x40\x00\xc0" * 5000)


def lines(file: Path) -> list[Any]:
    """What has been written down."""
    return [json.loads(line) for line in file.read_text().splitlines()]


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
