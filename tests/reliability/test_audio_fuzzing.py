"""The long form of the readers' fuzzing; the short one is in their unit tests."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.chaos

RUNS = 1_000_000


def test_a_million_inputs_break_no_reader(tmp_path: Path) -> None:
    """No crash, no hang over a second, and the pieces never matter."""
    script = Path(__file__).with_name("audio_fuzzer.py")
    fuzzing = subprocess.run(
        [sys.executable, str(script), str(RUNS), str(tmp_path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert fuzzing.returncode == 0, fuzzing.stderr[-4000:]
    assert f"Done {RUNS} in" in fuzzing.stderr
