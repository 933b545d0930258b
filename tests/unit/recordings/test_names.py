"""Resource names."""

import pytest

from voice_recordings.errors import InvalidArgument
from voice_recordings.recordings.names import CallName, Parent, RecordingName

LONGEST = "x" * 64


@pytest.mark.parametrize(
    "name",
    [
        "projects/demo/calls/c1/recordings/r1",
        f"projects/abc/calls/{LONGEST}/recordings/{LONGEST}",
        f"projects/a{'1' * 62}/calls/.a/recordings/~_.-",
        "projects/a-b-/calls/--/recordings/...",
    ],
)
def test_a_recording_name_survives_reading_and_writing(name: str) -> None:
    """What is parsed prints as it was."""
    assert str(RecordingName.parse(name)) == name


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("", id="empty"),
        pytest.param("projects/demo/calls/c1", id="a call"),
        pytest.param("projects/demo/calls/c1/recordings/r1/", id="trailing slash"),
        pytest.param("projects/demo/calls/c1/recordings/r1/session", id="a session"),
        pytest.param("project/demo/calls/c1/recordings/r1", id="wrong collection"),
        pytest.param("projects/demo/calls/-/recordings/r1", id="wildcard call"),
        pytest.param("projects/-/calls/c1/recordings/r1", id="wildcard project"),
        pytest.param("projects/demo/calls/c1/recordings/-", id="wildcard recording"),
        pytest.param("projects/demo/calls/./recordings/r1", id="dot"),
        pytest.param("projects/demo/calls/../recordings/r1", id="dots"),
        pytest.param("projects/demo/calls//recordings/r1", id="empty call"),
        pytest.param("projects/Demo/calls/c1/recordings/r1", id="upper-case project"),
        pytest.param("projects/de/calls/c1/recordings/r1", id="short project"),
        pytest.param(f"projects/a{'b' * 63}/calls/c1/recordings/r1", id="long project"),
        pytest.param(f"projects/demo/calls/c1/recordings/{LONGEST}x", id="long id"),
        pytest.param("projects/demo/calls/c 1/recordings/r1", id="space"),
        pytest.param("projects/demo/calls/c1/recordings/r1\n", id="newline"),
        pytest.param("projects/demo/calls/ç/recordings/r1", id="not ASCII"),
        pytest.param("projects/demo/calls/c%2F1/recordings/r1", id="percent"),
    ],
)
def test_a_malformed_recording_name_is_refused_with_its_field(name: str) -> None:
    """The refusal says which field is wrong."""
    with pytest.raises(InvalidArgument) as refused:
        RecordingName.parse(name)
    assert [violation.field for violation in refused.value.violations] == ["name"]


def test_a_refusal_of_a_long_name_stays_short() -> None:
    """What was sent is shown in part only."""
    with pytest.raises(InvalidArgument) as refused:
        RecordingName.parse(f"projects/demo/calls/{'x' * 100_000}/recordings/r1")
    assert len(refused.value.message) < 300


@pytest.mark.parametrize("text", ["projects/demo", "projects/demo/calls/-"])
def test_a_project_and_its_wildcard_call_are_the_same_parent(text: str) -> None:
    """`projects/p` means `projects/p/calls/-`."""
    assert Parent.parse(text) == Parent("demo", None)


def test_a_parent_may_be_one_call() -> None:
    """A call is a parent too."""
    assert Parent.parse("projects/demo/calls/c1") == Parent("demo", "c1")


@pytest.mark.parametrize(
    "text",
    ["", "projects", "projects/-", "projects/-/calls/-", "projects/demo/", "projects/demo/calls",
     "projects/demo/calls/", "projects/demo/calls/c1/recordings", "calls/c1", "projects/d"],
)  # fmt: skip
def test_a_malformed_parent_is_refused(text: str) -> None:
    """`-` stands for a call only, never for a project."""
    with pytest.raises(InvalidArgument):
        Parent.parse(text)


@pytest.mark.parametrize("text", ["demo", "calls/c1", "projects/demo/calls/c1/recordings"])
def test_both_shapes_of_a_parent_are_told(text: str) -> None:
    """Whoever left out `projects/` need not name a call."""
    with pytest.raises(InvalidArgument, match=r"projects/\* or projects/\*/calls/\*$"):
        Parent.parse(text)


def test_a_call_to_record_is_never_the_wildcard() -> None:
    """Audio belongs to one call."""
    with pytest.raises(InvalidArgument):
        CallName.parse("projects/demo/calls/-")


def test_a_session_has_its_recordings_name() -> None:
    """A session is named after its recording."""
    name = RecordingName("demo", "c1", "r1")
    assert RecordingName.parse_part("session", name.part("session")) == name


@pytest.mark.parametrize(
    "text", ["projects/demo/calls/c1/recordings/r1", "session", "", "projects/demo/session"]
)
def test_a_malformed_session_name_is_refused(text: str) -> None:
    """Only a recording has a session."""
    with pytest.raises(InvalidArgument):
        RecordingName.parse_part("session", text)
