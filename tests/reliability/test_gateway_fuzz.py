"""Coverage-guided fuzzing of the gateway, and of its description."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECONDS = 120


@pytest.mark.chaos
def test_atheris_finds_no_fault_of_the_servers(tmp_path: Path) -> None:
    """Two minutes of what it can think of."""
    fuzzer = ROOT / "tests" / "reliability" / "gateway_fuzzer.py"
    ran = subprocess.run(
        [sys.executable, fuzzer, f"-max_total_time={SECONDS}", "-timeout=10", tmp_path],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-4000:]
