"""The life of a recording."""

import contextlib
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from support.recordings import NOW, pending, success
from voice_recordings.errors import RecordingEnded
from voice_recordings.recordings.recording import (
    FAILURES,
    SILENCES,
    SUCCESSES,
    Empty,
    Ending,
    ErrorCode,
    Failed,
    Reason,
    State,
    Succeeded,
)

ENDINGS = [
    pytest.param(success(), State.SUCCEEDED, id="succeeded"),
    pytest.param(Empty(NOW, Reason.SILENT), State.EMPTY, id="empty"),
    pytest.param(
        Failed(NOW, ErrorCode.INTERNAL_ERROR, Reason.STORAGE_FAILED), State.FAILED, id="failed"
    ),
]


def test_a_recording_begins_pending() -> None:
    """Without an ending it is pending."""
    assert pending().state is State.PENDING


@pytest.mark.parametrize(("ending", "state"), ENDINGS)
def test_an_ending_gives_the_recording_its_state(ending: Ending, state: State) -> None:
    """Each ending has one state."""
    assert pending().end(ending).state is state


@pytest.mark.parametrize(("ending", "state"), ENDINGS)
def test_a_recording_ends_once(ending: Ending, state: State) -> None:
    """What has ended never changes again."""
    ended = pending().end(ending)
    with pytest.raises(RecordingEnded):
        ended.end(success())
    assert ended.state is state


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_brings_the_endings_of_the_table(reason: Reason) -> None:
    """Every reason brings at least one, and what the table does not hold cannot be made."""
    ways: list[Callable[[], Ending]] = [
        lambda: Succeeded(NOW, timedelta(seconds=1), (), reason=reason),
        lambda: Empty(NOW, reason),
        *(partial(Failed, NOW, code, reason) for code in ErrorCode),
    ]
    made = []
    for way in ways:
        with contextlib.suppress(ValueError):
            made.append(way())
    expected = (
        [State.SUCCEEDED] * (reason in SUCCESSES)
        + [State.EMPTY] * (reason in SILENCES)
        + [State.FAILED] * (reason in FAILURES)
    )
    assert expected
    assert [ending.state for ending in made] == expected
    assert [ending.error_code for ending in made if isinstance(ending, Failed)] == [
        code for known, code in FAILURES.items() if known is reason
    ]


def test_a_failure_has_no_files() -> None:
    """Nor has silence; only success holds audio."""
    holders = [kind for kind in (Succeeded, Empty, Failed) if "audio" in kind.__slots__]
    assert holders == [Succeeded]
