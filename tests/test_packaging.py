"""The wheel holds the product, and installs where nothing else is."""

import json
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the tree as it is."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.mark.check
def test_the_wheel_holds_the_product_alone(wheel: Path) -> None:
    """Our package and the generated code, typed; no tests, no tools."""
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {
        "voice_recordings",
        "enfonica",
        "voicerecordings",
    }
    assert "voice_recordings/py.typed" in names
    assert "enfonica/voice/v1beta1/recordings_pb2.pyi" in names


@pytest.mark.check
def test_the_wheel_runs_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    """Installed with its dependencies alone, the command plays the whole story."""
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    constraints = ROOT / "constraints.txt"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
         "--constraint", constraints, wheel],
        check=True,
        capture_output=True,
        cwd=tmp_path,
    )  # fmt: skip
    command = tmp_path / "env" / "bin" / "voice-recordings"
    version = subprocess.run([command, "--version"], check=True, capture_output=True, cwd=tmp_path)
    assert version.stdout.startswith(b"voice-recordings, version ")
    played = subprocess.run([command, "demo"], check=True, capture_output=True, cwd=tmp_path)
    assert b"deleted" in played.stdout
    installed = subprocess.run(
        [python, "-m", "pip", "list", "--format", "json"], check=True, capture_output=True
    )
    names = {package["name"].lower() for package in json.loads(installed.stdout)}
    assert not names & {"pytest", "hypothesis", "mypy", "ruff"}
