"""The commands on the page about access, run as they stand there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from support.ports import free_port

PAGE = Path(__file__).parents[2] / "docs" / "access.md"
_TIMEOUT_SECONDS = 240


def commands() -> list[tuple[str, list[str]]]:
    """Each command of the page with the lines it prints there."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"^```console\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return found


@pytest.mark.check
def test_the_page_works_from_top_to_bottom(tmp_path: Path) -> None:
    """Every command succeeds and prints what the page says; the server sees nothing go wrong."""
    script = ["set -e", "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT"]
    for number, (command, _) in enumerate(commands()):
        background = command.endswith("&")
        script.append(f"echo '@@{number}'")
        script.append(command if background else f"{{ {command}; }}")
    text = (
        "\n".join(script)
        .replace(":50051", f":{free_port()}")
        .replace(":8080", f":{free_port()}")
        # What a person waits for a file to be read again is little on a machine that is busy.
        .replace("sleep 2", "sleep 10")
    )
    ran = subprocess.run(
        ["bash", "-c", text],
        cwd=tmp_path,
        env={
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(tmp_path),
        },
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_SECONDS,
        check=False,
    )
    log = (tmp_path / "server.log").read_text() if (tmp_path / "server.log").exists() else ""
    assert ran.returncode == 0, ran.stdout + ran.stderr + log
    printed = dict(re.findall(r"^@@(\d+)\n(.*?)(?=^@@|\Z)", ran.stdout, re.DOTALL | re.MULTILINE))
    for number, (command, expected) in enumerate(commands()):
        for line in expected:
            assert line in printed[str(number)].splitlines(), command
    assert (tmp_path / "first.wav").stat().st_size > 16_000
    assert "first" in (tmp_path / "recordings.json").read_text()
    assert "now: project globex" in log
    assert not [line for line in log.splitlines() if "ERROR" in line]


@pytest.mark.check
def test_the_python_on_the_page_is_python() -> None:
    """It names what the client has."""
    [block] = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    compile(block, str(PAGE), "exec")
    for line in block.splitlines():
        if line.startswith("from "):
            exec(line, {})
