"""The page on testing with recordings: every snippet is run as it stands there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "testing.md").read_text(encoding="utf-8")
BIN = Path(sys.executable).parent
EMULATE = [sys.executable, "-m", "voice_recordings", "emulate", "--"]


def snippet(name: str) -> str:
    """The code block that begins with this name as a comment."""
    blocks = re.findall(r"^```(?:python|bash|js)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    (found,) = [block for block in blocks if block.splitlines()[0].split()[-1] == name]
    return str(found)


def run(folder: Path, *command: str) -> str:
    """What a command that succeeds prints."""
    ran = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"},
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_every_snippet_is_run() -> None:
    """None is left out here."""
    names = re.findall(r"^```(?:python|bash|js)\n(?:#|//) (\S+)$", PAGE, re.MULTILINE)
    assert len(names) == len(re.findall(r"^```(?:python|bash|js)$", PAGE, re.MULTILINE))
    assert set(names) == {
        "test_app.py",
        "test_webhook.py",
        "with_block.py",
        "async_block.py",
        "controls.sh",
        "test.mjs",
    }


def test_the_pytest_suites_pass(tmp_path: Path) -> None:
    """In a folder of their own, with the plugin that is installed."""
    for name in ("test_app.py", "test_webhook.py"):
        (tmp_path / name).write_text(snippet(name))
    printed = run(tmp_path, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert "6 passed" in printed


def test_the_readme_shows_a_test_that_passes(tmp_path: Path) -> None:
    """As it stands there."""
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^```python\n(def test_.*?)^```", readme, re.DOTALL | re.MULTILINE)
    (tmp_path / "test_app.py").write_text(shown)
    printed = run(tmp_path, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert "1 passed" in printed


@pytest.mark.parametrize(
    ("name", "printed"), [("with_block.py", "32044\n"), ("async_block.py", "[True]\n")]
)
def test_the_programs_print_what_they_should(tmp_path: Path, name: str, printed: str) -> None:
    """A WAV of two seconds, and the event that was waited for."""
    (tmp_path / name).write_text(snippet(name))
    assert run(tmp_path, sys.executable, name) == printed


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_shell_sees_what_it_asked_for(tmp_path: Path) -> None:
    """Each line of what it prints is the answer of a control."""
    (tmp_path / "controls.sh").write_text(snippet("controls.sh"))
    lines = run(tmp_path, *EMULATE, "bash", "controls.sh").splitlines()
    assert '"state":"PENDING"' in lines[0]
    assert '"SIMULATION_ENDED"' in lines[1]
    assert '"state":"SUCCEEDED"' in lines[2]
    assert '"UNAVAILABLE"' in lines[4]
    assert '"firedCount":1,"pending":true' in lines[5]
    assert lines[-1] == '{"recordingCount":1}'


@pytest.mark.check
@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
def test_the_suite_in_javascript_passes(tmp_path: Path) -> None:
    """By the command that the page shows, with Node in npm's place."""
    (tmp_path / "test.mjs").write_text(snippet("test.mjs"))
    printed = run(tmp_path, *EMULATE, "node", "--test", "test.mjs")
    assert re.search(r"pass 2\b", printed)
