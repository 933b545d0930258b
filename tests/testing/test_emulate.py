"""`voice-recordings emulate -- COMMAND`."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

EMULATE = [sys.executable, "-m", "voice_recordings", "emulate"]

_USE = """
import json, os, sys, urllib.request
url = os.environ["VOICE_RECORDINGS_EMULATOR_URL"]
host = os.environ["VOICE_RECORDINGS_EMULATOR_HOST"]
def post(path, **body):
    kind = {"content-type": "application/json"}
    request = urllib.request.Request(url + path, json.dumps(body).encode(), kind)
    return json.load(urllib.request.urlopen(request))
"""


def emulate(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Runs the command to its end."""
    return subprocess.run(
        [*EMULATE, *arguments], capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.parametrize("status", [0, 3])
def test_it_exits_with_the_commands_status(status: int) -> None:
    """And the command finds the emulator by the environment."""
    code = _USE + f"print(post('/emulator/v1/clock:freeze')['frozen']); sys.exit({status})"
    ran = emulate("--", sys.executable, "-c", code)
    assert ran.returncode == status, ran.stderr
    assert ran.stdout == "True\n"
    assert ran.stderr == ""


def test_the_commands_own_flags_are_its_own() -> None:
    """Behind the two dashes."""
    ran = emulate("--", sys.executable, "--version")
    assert ran.stdout.startswith("Python 3")


def test_the_two_dashes_may_be_left_out() -> None:
    """What stands behind the command is not ours to read."""
    ran = emulate(sys.executable, "--version")
    assert ran.stdout.startswith("Python 3")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--no-such-flag"], "--no-such-flag"),
        (["--auth", "sometimes"], "permissive"),
        (["--export-on-exit", "/no/such/folder/state.zip"], "/no/such/folder"),
    ],
    ids=["an unknown flag", "an unknown way to ask", "nowhere to export to"],
)
def test_wrong_usage_is_told_before_the_command_runs(arguments: list[str], said: str) -> None:
    """Exit status 2; the flag is not taken for the command."""
    ran = emulate(*arguments, "--", sys.executable, "-c", "print('ran')")
    assert ran.returncode == 2
    assert said in ran.stderr
    assert ran.stdout == ""


def test_callers_may_be_asked_who_they_are() -> None:
    """A call without a token is refused, as with `serve --emulator --auth permissive`."""
    code = _USE + (
        "from urllib.error import HTTPError\n"
        "try: urllib.request.urlopen(url + '/v1beta1/projects/demo/recordings')\n"
        "except HTTPError as refused: print(refused.code)"
    )
    ran = emulate("--auth", "permissive", "--", sys.executable, "-c", code)
    assert ran.stdout == "401\n"


def test_a_command_that_is_not_there_is_told() -> None:
    """As shells do."""
    ran = emulate("--", "no-such-command-anywhere")
    assert ran.returncode == 127
    assert "no-such-command-anywhere" in ran.stderr
    assert emulate("--", "/").returncode == 126
    assert emulate().returncode == 2


def test_a_killed_command_is_told_as_shells_do() -> None:
    """128 and the signal's number."""
    code = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    assert emulate("--", sys.executable, "-c", code).returncode == 128 + 9


def test_ending_it_ends_the_command() -> None:
    """SIGTERM is passed on, and nothing is left running."""
    code = "import time; print('up', flush=True); time.sleep(60)"
    line = [*EMULATE, "--", sys.executable, "-c", code]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(120) == 128 + signal.SIGTERM


def test_a_state_is_kept_from_one_run_to_the_next(tmp_path: Path) -> None:
    """Exported at the end of one, imported at the start of the other."""
    file = str(tmp_path / "state.zip")
    make = _USE + "post('/emulator/v1/projects/demo/calls/c1/recordings:simulate', recordingId='r')"
    assert emulate("--export-on-exit", file, "--", sys.executable, "-c", make).returncode == 0
    code = (
        _USE
        + "print(urllib.request.urlopen(url + '/v1beta1/projects/demo/recordings').read().decode())"
    )
    ran = emulate("--import", file, "--", sys.executable, "-c", code)
    assert '"projects/demo/calls/c1/recordings/r"' in ran.stdout
    Path(file).write_bytes(b"damaged")
    ran = emulate("--import", file, "--", sys.executable, "-c", "print('ran')")
    assert ran.returncode == 1
    assert ran.stdout == ""
    assert "file.data" in ran.stderr
    assert "Traceback" not in ran.stderr
