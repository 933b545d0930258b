"""A project that is not ours tests itself with our wheel."""

import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = Path(__file__).parent / "callbox"


@pytest.mark.check
def test_a_project_of_its_own_tests_itself_in_parallel(tmp_path: Path) -> None:
    """The wheel and pytest are all it installs; nothing of this folder is on its path."""
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", tmp_path / "dist", ROOT],
        check=True,
        capture_output=True,
    )
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
         "--constraint", ROOT / "constraints.txt", wheel, "pytest", "pytest-xdist"],
        check=True,
        capture_output=True,
        cwd=tmp_path,
    )  # fmt: skip
    project = tmp_path / "callbox"
    shutil.copytree(PROJECT, project)
    ran = subprocess.run(
        [python, "-m", "pytest", "-p", "no:cacheprovider"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin"},
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "48 passed" in ran.stdout
    assert "2 workers" in ran.stdout
