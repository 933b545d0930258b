"""The life of a recording."""

import pytest

from support.recordings import NOW, pending, success
from voice_recordings.errors import RecordingEnded
from voice_recordings.recordings.recording import (
    Empty,
    Ending,
    ErrorCode,
    Failed,
    Reason,
    State,
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
