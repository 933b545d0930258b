"""The projects file in force."""

import logging
import os
from datetime import timedelta
from pathlib import Path

import pytest

from support.accounts import OWN, projects_toml
from voice_recordings.access.permissions import Permission
from voice_recordings.access.projects import Projects
from voice_recordings.access.watch import INTERVAL, FileWatch
from voice_recordings.clock import ManualClock
from voice_recordings.errors import ProjectsFileInvalid


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A projects file that makes OWN a viewer."""
    path = tmp_path / "projects.toml"
    path.write_text(projects_toml(role="roles/voice.viewer"))
    return path


def replace(path: Path, text: str | None) -> None:
    """Puts another file in its place, as editors do; or none."""
    if text is None:
        path.unlink()
        return
    other = path.with_suffix(".new")
    other.write_text(text)
    other.replace(path)


def overwrite(path: Path, text: str) -> None:
    """Writes into the file, and moves its time on by the least there is."""
    before = path.stat()
    path.write_text(text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))


async def test_a_change_of_the_file_comes_into_force(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Within a second, and each change is logged."""
    clock, projects = ManualClock(), Projects(path)
    FileWatch("projects", [path], projects.reload, clock)
    replace(path, projects_toml(role="roles/voice.editor"))
    assert not projects.policy.allows(OWN, Permission.DELETE, "acme")
    with caplog.at_level(logging.INFO):
        await clock.advance(INTERVAL)
    assert projects.policy.allows(OWN, Permission.DELETE, "acme")
    assert f"no longer: project acme: roles/voice.viewer granted to {OWN}" in caplog.messages
    assert f"now: project acme: roles/voice.editor granted to {OWN}" in caplog.messages


@pytest.mark.parametrize(
    "wrong", ["not TOML [", 'projects = "x"', None], ids=["toml", "key", "gone"]
)
async def test_a_wrong_file_leaves_the_old_in_force(
    path: Path, caplog: pytest.LogCaptureFixture, wrong: str | None
) -> None:
    """It is said loudly, once, and the next good file is taken."""
    clock, projects = ManualClock(), Projects(path)
    FileWatch("projects", [path], projects.reload, clock)
    replace(path, wrong)
    await clock.advance(3 * INTERVAL)
    assert projects.policy.allows(OWN, Permission.GET, "acme")
    [error] = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert "NOT reloaded" in error.getMessage()
    replace(path, projects_toml(role="roles/voice.editor"))
    await clock.advance(INTERVAL)
    assert projects.policy.allows(OWN, Permission.DELETE, "acme")


async def test_a_change_in_place_is_noticed_too(path: Path) -> None:
    """By its time, though its size is the same."""
    clock, projects = ManualClock(), Projects(path)
    FileWatch("projects", [path], projects.reload, clock)
    overwrite(path, projects_toml(role="roles/voice.editor"))
    await clock.advance(INTERVAL)
    assert projects.policy.allows(OWN, Permission.DELETE, "acme")
    await clock.advance(timedelta(seconds=10))


@pytest.mark.parametrize("content", [b"\xff", b"#" * (16 * 1024 * 1024 + 1)], ids=["bytes", "huge"])
def test_a_file_that_cannot_be_read_names_itself(path: Path, content: bytes) -> None:
    """At start there is nothing to fall back on."""
    path.write_bytes(content)
    with pytest.raises(ProjectsFileInvalid, match="--projects"):
        Projects(path)
