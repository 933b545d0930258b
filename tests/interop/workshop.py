"""Where the examples are built: a copy of them under .cache, so that the tree stays clean."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache"
SHOP = CACHE / "interop"


def tool(name: str) -> str:
    """The path of a toolchain's command; without it the test is skipped, or fails where CI is."""
    found = shutil.which(name)
    if found is None and os.environ.get("CI"):
        pytest.fail(f"{name} is not installed")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def example(language: str) -> Path:
    """The example, copied to where it is built, with the repository around it as it expects."""
    SHOP.mkdir(parents=True, exist_ok=True)
    # Examples in other languages are set up by other processes at the same time.
    with (SHOP / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _set_up(language)


def _set_up(language: str) -> Path:
    subprocess.run(["make", "-s", ".cache/googleapis"], cwd=ROOT, check=True)
    for name in ("protos", "buf.yaml", ".cache/googleapis"):
        link = SHOP / name
        link.parent.mkdir(exist_ok=True)
        if not link.is_symlink():
            link.symlink_to(ROOT / name)
    source = ROOT / "examples"
    target = SHOP / "examples"
    target.mkdir(exist_ok=True)
    shutil.copy(source / "webhook.json", target)
    tracked = ["git", "ls-files", "--cached", "--others", "--exclude-standard", language]
    listed = subprocess.run(tracked, cwd=source, check=True, capture_output=True, text=True)
    for name in listed.stdout.splitlines():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / name, target / name)
    return target / language


def run(folder: Path, *command: str, environment: Mapping[str, str] | None = None) -> str:
    """Runs one step; what it printed, which is also what a failure shows."""
    bin_folder = str(Path(sys.executable).parent)
    finished = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **(environment or {}), "PATH": f"{bin_folder}:{os.environ['PATH']}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, f"{' '.join(command)}\n{finished.stdout}"
    return finished.stdout


def once(
    folder: Path, inputs: Sequence[str], *command: str, environment: Mapping[str, str]
) -> None:
    """Runs a step that depends on these files alone, unless they are as they were."""
    digest = hashlib.sha256()
    for name in inputs:
        digest.update((folder / name).read_bytes())
    stamp = SHOP / f"{folder.name}-{command[0].rpartition('/')[2]}-{digest.hexdigest()[:16]}"
    if not stamp.exists():
        run(folder, *command, environment=environment)
        stamp.touch()
