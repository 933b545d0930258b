"""Changes to a projects file."""

import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from support.jwts import key_pair
from voice_recordings.access.permissions import Permission
from voice_recordings.access.projects_edit import ProjectsEdit, edited
from voice_recordings.access.projects_file import read_projects
from voice_recordings.errors import ProjectsFileInvalid

EMAIL = "crm@acme.voice-recordings.internal"
BY_HAND = """\
# Ours; the customer's data protection officer is Jo.
[projects.zebra]   # first, though not by the alphabet

[projects.acme]
# nobody but the dashboard
[projects.acme.bindings]
"roles/voice.viewer" = [
    "dash@acme.voice-recordings.internal", # read only
]

[service_accounts."dash@acme.voice-recordings.internal"]
project = "acme"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file is, or will be."""
    return tmp_path / "projects.toml"


def test_a_file_can_be_made_from_nothing(path: Path) -> None:
    """And says what was asked for; it is its owner's alone."""
    with edited(path) as edit:
        edit.add_project("acme")
    with edited(path) as edit:
        assert edit.add_account("crm", "acme") == EMAIL
        edit.grant("acme", "roles/voice.editor", EMAIL)
        edit.add_key(EMAIL, "k1", key_pair().public, keep=0)
        edit.add_token(EMAIL, "ci", "0" * 64, datetime(2031, 1, 1, tzinfo=UTC))
    policy = read_projects(path.read_text())
    assert policy.allows(EMAIL, Permission.DELETE, "acme")
    assert policy.accounts[EMAIL].tokens["ci"].expires == datetime(2031, 1, 1, tzinfo=UTC)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_people_wrote_stays_as_they_wrote_it(path: Path) -> None:
    """Comments, order and layout; only what changes is changed."""
    path.write_text(BY_HAND)
    path.chmod(0o640)
    with edited(path) as edit:
        edit.add_account("crm", "acme")
        edit.grant("acme", "roles/voice.viewer", EMAIL)
        edit.revoke("acme", "roles/voice.viewer", EMAIL)
        edit.remove_account(EMAIL)
        edit.add_project("new")
    text = path.read_text()
    assert [line for line in BY_HAND.splitlines() if line and line not in text.splitlines()] == []
    assert text.index("zebra") < text.index("acme") < text.index("new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_key_is_rotated_in_two_steps_or_one(path: Path) -> None:
    """The last key may stay for a while; those before it go."""
    with edited(path) as edit:
        edit.add_project("acme")
        edit.add_account("crm", "acme")
        for number in range(3):
            edit.add_key(EMAIL, f"key-{number}", key_pair().public, keep=1)
    text = path.read_text()
    assert "key-0" not in text
    assert "key-1" in text
    assert "key-2" in text
    with edited(path) as edit:
        edit.add_key(EMAIL, "key-3", key_pair().public, keep=0)
    assert "key-2" not in path.read_text()


def test_an_account_is_disabled_and_enabled(path: Path) -> None:
    """Its roles wait for it."""
    path.write_text(BY_HAND)
    email = "dash@acme.voice-recordings.internal"
    with edited(path) as edit:
        edit.set_disabled(email, disabled=True)
    assert not read_projects(path.read_text()).allows(email, Permission.GET, "acme")
    with edited(path) as edit:
        edit.set_disabled(email, disabled=False)
    assert path.read_text() == BY_HAND


def test_a_removed_account_leaves_nothing_behind(path: Path) -> None:
    """Neither a role nor a token."""
    path.write_text(BY_HAND)
    with edited(path) as edit:
        edit.remove_account("dash@acme.voice-recordings.internal")
    assert "dash@" not in path.read_text()


DASH = "dash@acme.voice-recordings.internal"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda edit: edit.add_project("acme"), id="a project twice"),
        pytest.param(lambda edit: edit.add_project("X"), id="no name for a project"),
        pytest.param(lambda edit: edit.remove_project("absent"), id="remove no project"),
        pytest.param(lambda edit: edit.remove_project("acme"), id="a project with accounts"),
        pytest.param(
            lambda edit: edit.grant("absent", "roles/voice.viewer", DASH), id="grant nowhere"
        ),
        pytest.param(lambda edit: edit.grant("acme", "roles/voice.root", DASH), id="no role"),
        pytest.param(lambda edit: edit.grant("acme", "roles/voice.viewer", "x@y"), id="nobody"),
        pytest.param(
            lambda edit: edit.revoke("acme", "roles/voice.editor", DASH), id="revoke nothing"
        ),
        pytest.param(
            lambda edit: edit.revoke("zebra", "roles/voice.viewer", DASH), id="revoke elsewhere"
        ),
        pytest.param(lambda edit: edit.add_account("dash", "acme"), id="an account twice"),
        pytest.param(lambda edit: edit.add_account("crm", "absent"), id="an account nowhere"),
        pytest.param(lambda edit: edit.add_account("C R M", "acme"), id="no name for an account"),
        pytest.param(lambda edit: edit.remove_account("x@y"), id="remove nobody"),
        pytest.param(lambda edit: edit.set_disabled("x@y", disabled=True), id="disable nobody"),
        pytest.param(lambda edit: edit.add_key("x@y", "k", "", keep=0), id="a key for nobody"),
        pytest.param(lambda edit: edit.add_key(DASH, "k", "x", keep=0), id="no key"),
        pytest.param(lambda edit: edit.add_token(DASH, "t", "x", None), id="no hash"),
        pytest.param(lambda edit: edit.remove_token(DASH, "t"), id="no token"),
        pytest.param(lambda edit: edit.project_of("x@y"), id="nobody's project"),
    ],
)
def test_what_cannot_be_is_not_written(path: Path, change: Callable[[ProjectsEdit], None]) -> None:
    """The file stays as it was, to the byte."""
    path.write_text(BY_HAND)
    with pytest.raises(ProjectsFileInvalid), edited(path) as edit:
        change(edit)
    assert path.read_text() == BY_HAND
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_is_wrong_already_is_left_alone(path: Path) -> None:
    """It is for people to set right."""
    path.write_text("projects = [")
    with pytest.raises(ProjectsFileInvalid), edited(path) as edit:
        edit.add_project("acme")
    assert path.read_text() == "projects = ["
