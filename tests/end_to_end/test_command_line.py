"""The command line, as a user runs it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from unit.audio.wavs import wav
from voice_recordings.app import Running

COMMAND = [sys.executable, "-m", "voice_recordings"]
SERVE = [*COMMAND, "serve", "--grpc-address", "127.0.0.1:0", "--http-address", "127.0.0.1:0"]
PARENT = "projects/terminal/calls/c1"


def run(
    *arguments: str, endpoint: str | None = None, stdin: bytes = b""
) -> "subprocess.CompletedProcess[bytes]":
    """Runs a command to its end, in an environment that says nothing of servers."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("VOICE_RECORDINGS_")}
    if endpoint:
        environment["VOICE_RECORDINGS_EMULATOR_HOST"] = endpoint
    return subprocess.run(
        [*COMMAND, *arguments], input=stdin, capture_output=True, env=environment, check=False
    )


def said(finished: "subprocess.CompletedProcess[bytes]") -> Any:
    """What a command printed with --json."""
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file to import."""
    path = tmp_path / "prompt.wav"
    path.write_bytes(wav(b"\x00\x40\x00\xc0" * 5000))
    return path


def test_a_recording_goes_through_every_command(
    server: Running, file: Path, tmp_path: Path
) -> None:
    """Import, wait, get, list, download, delete; found by the environment variable."""
    endpoint = server.grpc_address
    imported = said(run("import", str(file), "--parent", PARENT, "--json", endpoint=endpoint))
    name = imported["name"]
    assert said(run("wait", name, "--json", endpoint=endpoint))["state"] == "SUCCEEDED"
    got = said(run("get", name, "--json", endpoint=endpoint))
    assert [audio["mimeType"] for audio in got["audio"]] == ["audio/x-wav", "audio/mpeg"]
    listed = said(run("list", PARENT, "--json", endpoint=endpoint))
    assert [recording["name"] for recording in listed] == [name]
    session = json.loads(run("get", name, "--session", endpoint=endpoint).stdout)
    assert session["reason"] == "COMPLETED"
    saved = said(
        run("download", name, "--format", "both", "--output", str(tmp_path), "--json",
            endpoint=endpoint)
    )  # fmt: skip
    assert Path(saved[0]["path"]).read_bytes()[44:] == file.read_bytes()[44:]
    assert [entry["bytes"] for entry in saved] == [audio["sizeBytes"] for audio in got["audio"]]
    assert said(run("delete", name, "--json", endpoint=endpoint))["name"] == name
    assert said(run("list", PARENT, "--json", endpoint=endpoint)) == []


def test_people_read_lines_and_columns(server: Running, file: Path, tmp_path: Path) -> None:
    """Without --json: what a person, or cut and grep, can work with."""
    parent = "projects/terminal/calls/people"
    endpoint = server.grpc_address
    imported = run("import", "-", "--parent", parent, "--wait", endpoint=endpoint,
                   stdin=file.read_bytes())  # fmt: skip
    name = imported.stdout.decode().splitlines()[0]
    assert name.startswith(parent)
    assert "SUCCEEDED" in imported.stdout.decode()
    listed = run("list", parent, endpoint=endpoint).stdout.decode().strip().split("\t")
    assert listed[:3] == [name, "SUCCEEDED", "0:00:01.250"]
    out = tmp_path / "mine.wav"
    assert run("download", name, "--output", str(out), endpoint=endpoint).returncode == 0
    assert out.stat().st_size == file.stat().st_size
    assert b"deleted " in run("delete", name, endpoint=endpoint).stdout


ABSENT = f"{PARENT}/recordings/none"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["get", ABSENT], "NOT_FOUND"),
        (["get", "nonsense"], "INVALID_ARGUMENT"),
        (["delete", ABSENT], "NOT_FOUND"),
        (["wait", ABSENT], "NOT_FOUND"),
        (["download", ABSENT], "NOT_FOUND"),
        (["list", "projects/-"], "INVALID_ARGUMENT"),
        (["import", __file__, "--parent", PARENT], "INVALID_ARGUMENT"),
    ],
    ids=str,
)
def test_a_no_of_the_service_is_exit_status_1(
    server: Running, arguments: list[str], code: str
) -> None:
    """Its message stands on standard error, and nothing on standard output."""
    finished = run(*arguments, endpoint=server.grpc_address)
    assert finished.returncode == 1
    assert finished.stdout == b""
    assert finished.stderr.decode().startswith(f"Error: {code}: ")


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["get"],
        ["import", "/does/not/exist.wav", "--parent", PARENT],
        ["import", __file__],
        ["list", PARENT, "--limit", "0"],
        ["download", ABSENT, "--format", "flac"],
        ["download", ABSENT, "--format", "both", "--mix"],
        ["download", ABSENT, "--format", "mp3", "--channel", "0"],
        ["serve", "--grpc-address", "nowhere"],
        ["serve", "--grpc-address", "127.0.0.1:99999"],
        ["serve", "--grpc-address", "0.0.0.0:0"],
        ["serve", "--http-address", "0.0.0.0:0", "--insecure"],
        ["serve", "--public-url", "ftp://example.com"],
        ["serve", "--trim-dbfs", "3"],
        ["serve", "--secret-file", "/does/not/exist"],
        ["serve", "--secret-file", "/dev/null"],
        ["serve", "--config", "/does/not/exist.toml"],
        [*SERVE[len(COMMAND) :], "--ready-file", "/does/not/exist/ready.json"],
    ],
    ids=str,
)
def test_wrong_usage_is_exit_status_2(arguments: list[str]) -> None:
    """With a line that says what was wrong."""
    finished = run(*arguments)
    assert finished.returncode == 2, finished.stdout
    assert b"Error: " in finished.stderr


def test_nobody_there_is_said_so() -> None:
    """Exit status 1, and the address that was tried."""
    finished = run("get", ABSENT, "--endpoint", "127.0.0.1:1")
    assert finished.returncode == 1
    assert b"no server answers at 127.0.0.1:1" in finished.stderr
    assert run("healthcheck", "--endpoint", "127.0.0.1:1").returncode == 1


def test_every_command_has_help() -> None:
    """What it does, and its options."""
    listed = run("--help").stdout.decode().partition("Commands:\n")[2]
    commands = [line.split()[0] for line in listed.splitlines() if line.strip()]
    assert {"serve", "import", "get", "list", "show", "delete", "download", "wait"} <= set(commands)
    for command in commands:
        assert b"Usage:" in run(command, "--help").stdout


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple["subprocess.Popen[bytes]", dict[str, str], Path]]:
    """A server in a process of its own: the process, its ready line, its ready file."""
    ready_file = tmp_path / "ready.json"
    process = subprocess.Popen(
        [*SERVE, "--ready-file", str(ready_file)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield process, json.loads(process.stdout.readline()), ready_file
    finally:
        process.kill()
        process.communicate()


def test_a_server_says_once_that_it_is_ready(
    served: tuple["subprocess.Popen[bytes]", dict[str, str], Path],
) -> None:
    """One line of JSON with the addresses, and the same in the ready file."""
    _, line, ready_file = served
    assert line["event"] == "ready"
    assert json.loads(ready_file.read_text()) == line
    assert run("healthcheck", "--endpoint", line["grpc"]).returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_server_cleanly(
    served: tuple["subprocess.Popen[bytes]", dict[str, str], Path], number: signal.Signals
) -> None:
    """Exit status 0, and nothing on standard output but the ready line."""
    process, _, _ = served
    process.send_signal(number)
    rest, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert rest == b""
    assert b"Traceback" not in errors


def test_flags_beat_the_environment_and_that_beats_the_file(tmp_path: Path) -> None:
    """Each setting has three places; a taken port shows which one was used."""
    config = tmp_path / "config.toml"
    config.write_text('grpc_address = "file"\nhttp_address = "127.0.0.1:0"\n')
    environment = {**os.environ, "VOICE_RECORDINGS_CONFIG": str(config)}
    attempts = [
        ([], {}, b"'file'"),
        ([], {"VOICE_RECORDINGS_GRPC_ADDRESS": "environment"}, b"'environment'"),
        (["--grpc-address", "flag"], {"VOICE_RECORDINGS_GRPC_ADDRESS": "environment"}, b"'flag'"),
    ]
    for arguments, variables, used in attempts:
        finished = subprocess.run(
            [*COMMAND, "serve", *arguments], env=environment | variables, capture_output=True,
            check=False,
        )  # fmt: skip
        assert used in finished.stderr


def test_an_unknown_key_of_the_file_is_named(tmp_path: Path) -> None:
    """A slip of the pen is not passed over."""
    config = tmp_path / "config.toml"
    config.write_text("grcp_address = 'x'\n")
    finished = run("serve", "--config", str(config))
    assert finished.returncode == 2
    assert b"grcp_address" in finished.stderr


def test_the_demo_plays_to_its_end() -> None:
    """The whole story, with a tick at each step."""
    finished = run("demo")
    assert finished.returncode == 0, finished.stderr
    assert "deleted" in finished.stdout.decode()
