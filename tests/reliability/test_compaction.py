"""Files in an object store become one object each, and are then served from there."""

import http.client
import json
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from reliability.journal import Journal
from reliability.process import ServerProcess

if TYPE_CHECKING:
    from support.seaweed import SeaweedServer

pytestmark = pytest.mark.check

_TRIES = 600


def ask(uri: str) -> tuple[int, str | None, bytes]:
    """GET, without following redirects: status, where it is sent, body."""
    parts = urlsplit(uri)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}")
        answer = connection.getresponse()
        return answer.status, answer.headers["location"], answer.read()
    finally:
        connection.close()


def audio(http_url: str) -> dict[str, str]:
    """The links of the first recording, by media type."""
    path = f"{http_url}/v1beta1/projects/demo/calls/c1/recordings/r0"
    with urllib.request.urlopen(path) as answer:
        found: dict[str, Any] = json.load(answer)
    return {file["mimeType"]: file["uri"] for file in found["audio"]}


def ended(http_url: str) -> bool:
    """Whether the first recording has audio."""
    path = f"{http_url}/v1beta1/projects/demo/calls/c1/recordings/r0"
    with urllib.request.urlopen(path) as answer:
        found: dict[str, Any] = json.load(answer)
    return bool(found["state"] == "SUCCEEDED")


def redirected(http_url: str, kind: str) -> str:
    """Where a download is sent once its file is one object."""
    for _ in range(_TRIES):
        status, there, _ = ask(audio(http_url)[kind])
        if status == http.HTTPStatus.TEMPORARY_REDIRECT and there is not None:
            return there
        assert status == http.HTTPStatus.OK
        time.sleep(0.1)
    raise AssertionError("nothing was compacted")


def test_downloads_go_to_the_store_itself(seaweed_server: "SeaweedServer", tmp_path: Path) -> None:
    """By the same bytes; without the flag, through the server, from the same object."""
    from support.seaweed import environment  # noqa: PLC0415 - not in the core packages

    flags = ["--data-dir", str(tmp_path), "--media", f"s3://{seaweed_server.bucket}/{uuid4()}"]
    surroundings = environment(seaweed_server.port)
    journal = Journal(seed=31)
    with ServerProcess([*flags, "--media-redirect"], environment=surroundings) as server:
        assert journal.send(server.http_url, longest_seconds=30)
        while not ended(server.http_url):
            time.sleep(0.1)
        bodies = {}
        for kind in ("audio/x-wav", "audio/mpeg"):
            there = redirected(server.http_url, kind)
            assert urlsplit(there).port == seaweed_server.port
            bodies[kind] = ask(there)[2]
        server.stop()
    with ServerProcess(flags, environment=surroundings) as server:
        journal.check(server.http_url)
        for kind, uri in audio(server.http_url).items():
            assert ask(uri)[2] == bodies[kind]
        server.stop()
