"""Webhooks from a server in one process to `webhooks listen` in another."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from end_to_end.processes import COMMAND, Served
from end_to_end.test_command_line import run, said
from support.server import call
from unit.audio.wavs import wav

CALL = "projects/demo/calls/c1"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A secret file."""
    path = tmp_path / "secret"
    path.write_text("0123456789abcdef0123456789abcdef")
    return path


@pytest.fixture
def served(secret: Path) -> Iterator[Served]:
    """A server with that secret."""
    with Served("--secret-file", str(secret)) as served:
        yield served


class Listening:
    """`webhooks listen`, told on standard output."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        self.url = self.next()["url"]

    def next(self) -> dict[str, Any]:
        """The next line."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.process.communicate()[1].decode()
        told: dict[str, Any] = json.loads(line)
        return told


@contextmanager
def listening(*arguments: str) -> Iterator[Listening]:
    """Starts it on a free port; ends it if it does not end by itself."""
    process = subprocess.Popen(
        [*COMMAND, "webhooks", "listen", "--address", "127.0.0.1:0", "--json", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        yield Listening(process)
    finally:
        process.terminate()
        process.communicate(timeout=120)


def make_recording(served: Served, folder: Path, ready_uri: str, name: str = "r1") -> str:
    """Imports a file and waits for its end; gives the recording's name."""
    file = folder / "prompt.wav"
    file.write_bytes(wav(b"\x00\x40\x00\xc0" * 5000))
    arguments = ["--parent", CALL, "--recording-id", name, "--ready-uri", ready_uri, "--wait"]
    finished = run("import", str(file), *arguments, endpoint=served.grpc_address)
    assert finished.returncode == 0, finished.stderr
    return f"{CALL}/recordings/{name}"


def deliveries(served: Served, recording: str) -> list[dict[str, Any]]:
    """`webhooks list`."""
    listed: list[dict[str, Any]] = said(
        run("webhooks", "list", recording, "--json", endpoint=served.grpc_address)
    )
    return listed


def attempted(served: Served, recording: str, count: int) -> dict[str, Any]:
    """Its delivery, once so many attempts are written down: who took them knows of them sooner."""
    for _ in range(120):
        (delivery,) = deliveries(served, recording)
        if len(delivery.get("attempts", ())) >= count:
            return delivery
    raise AssertionError(delivery)


def without_links(recording: dict[str, Any]) -> dict[str, Any]:
    """The recording with its links cut before what makes each one new."""
    for audio in recording["audio"]:
        audio["uri"] = audio["uri"].partition("?")[0]
    return recording


def test_a_webhook_is_sent_verified_listed_and_sent_again(
    served: Served, secret: Path, tmp_path: Path
) -> None:
    """Its body is what GetRecording answers; sent again, it has the same id and new links."""
    with listening("--secret-file", str(secret), "--count", "2") as listener:
        name = make_recording(served, tmp_path, f"{listener.url}/ready?tenant=7")
        first = listener.next()
        assert first["verified"]
        assert first["event"] == "RECORDING_READY"
        assert first["url"] == f"{listener.url}/ready?tenant=7"
        link = first["recording"]["audio"][0]["uri"]
        assert call(served.http_url, link.removeprefix(served.http_url)).status == 200
        shown = call(served.http_url, f"/v1beta1/{name}").json
        assert without_links(first["recording"]) == without_links(shown)
        delivery = attempted(served, name, 1)
        assert delivery["name"] == f"{name}/deliveries/{first['id']}"
        again = run("webhooks", "redeliver", delivery["name"], endpoint=served.grpc_address)
        assert again.returncode == 0, again.stderr
        second = listener.next()
        assert second["id"] == first["id"]
        assert listener.process.wait(120) == 0
    delivery = attempted(served, name, 2)
    assert delivery["state"] == "DELIVERED"
    assert [attempt["status"] for attempt in delivery["attempts"]] == [204, 204]
    shown_to_people = run("webhooks", "list", name, endpoint=served.grpc_address)
    assert b"DELIVERED" in shown_to_people.stdout


def test_what_failed_is_sent_again(served: Served, secret: Path, tmp_path: Path) -> None:
    """410 gives it up; `--failed-since` brings it back."""
    with listening("--secret-file", str(secret), "--status", "410") as listener:
        name = make_recording(served, tmp_path, listener.url)
        assert listener.next()["verified"]
        assert attempted(served, name, 1)["state"] == "FAILED"
        again = run(
            *("webhooks", "redeliver", "projects/demo", "--failed-since", "2020-01-01", "--json"),
            endpoint=served.grpc_address,
        )
        assert said(again) == {"redeliveredCount": 1}
        assert listener.next()["verified"]


def test_a_listener_with_another_key_says_so(served: Served, tmp_path: Path) -> None:
    """It answers 401, ends with 1, and the service will try again."""
    other = "A" * 86 + "=="
    with listening("--key", other, "--count", "1") as listener:
        name = make_recording(served, tmp_path, listener.url)
        told = listener.next()
        assert not told["verified"]
        assert "signature" in told["refusal"]
        assert listener.process.wait(120) == 1
    delivery = attempted(served, name, 1)
    assert delivery["state"] == "PENDING"
    assert delivery["attempts"][0]["status"] == 401


def test_a_projects_key_is_printed(secret: Path) -> None:
    """88 characters; its own for each project and version, and the same every time."""
    keys = [
        run("webhooks", "key", project, "--secret-file", str(secret), *version).stdout.decode()
        for project, version in (
            ("demo", []),
            ("demo", ["--key-version", "1"]),
            ("demo", ["--key-version", "2"]),
            ("other", []),
        )
    ]
    assert [len(key.strip()) for key in keys] == [88] * 4
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


def test_keys_rotate_without_a_gap(secret: Path, tmp_path: Path) -> None:
    """A receiver with both keys takes webhooks before and after the server changes."""
    key = ["webhooks", "key", "demo", "--secret-file", str(secret), "--key-version"]
    keys = [run(*key, version).stdout.decode().strip() for version in ("1", "2")]
    with listening("--key", keys[0], "--key", keys[1]) as listener:
        for setting in (
            ("--webhook-key-version", "1"),
            ("--webhook-key-version", "2"),
            ("--project-webhook-key-version", "demo=2"),
        ):
            with Served("--secret-file", str(secret), *setting) as served:
                make_recording(served, tmp_path, listener.url)
                assert listener.next()["verified"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["webhooks", "key", "demo"],
        ["webhooks", "key", "Not A Project", "--secret-file", "SECRET"],
        ["webhooks", "key", "demo", "--secret-file", "SECRET", "--key-version", "0"],
        ["webhooks", "listen"],
        ["webhooks", "listen", "--key", "short"],
        ["webhooks", "listen", "--address", "here", "--secret-file", "SECRET"],
        ["webhooks", "redeliver"],
        ["serve", "--webhook-allow", "10.0.0.0/33"],
        ["serve", "--webhook-key-version", "0"],
        ["serve", "--project-webhook-key-version", "demo=0"],
        ["serve", "--project-producer-seconds", "demo=soon"],
        ["serve", "--project-processing-timeout", "demo"],
        ["serve", "--project-processing-timeout", "demo=0"],
    ],
    ids=" ".join,
)
def test_wrong_usage(arguments: list[str], secret: Path) -> None:
    """Exit status 2, with a sentence."""
    given = [str(secret) if each == "SECRET" else each for each in arguments]
    finished = run(*given)
    assert finished.returncode == 2, finished.stderr
    assert b"Error: " in finished.stderr


def test_aiohttp_is_not_loaded_before_the_first_webhook() -> None:
    """Serving, and receivers that verify, do without it."""
    for module in ("voice_recordings.app", "voice_recordings.webhooks"):
        code = f"import sys, {module}; sys.exit('aiohttp' in sys.modules)"
        assert subprocess.run([COMMAND[0], "-c", code], check=False).returncode == 0
