"""Values in few bytes."""

from datetime import UTC, datetime, timedelta

import pytest

from support.recordings import LIVE, NOW, SESSION, pending, success
from voice_recordings.audio.levels import Level
from voice_recordings.audio.notes import Note, NoteKind
from voice_recordings.recordings.recording import Empty, ErrorCode, Failed, Reason, Recording
from voice_recordings.recordings.session import Session, Trimming
from voice_recordings.storage.packing import Packing

VALUES = [
    pytest.param(pending(), id="pending"),
    pytest.param(pending("é" * 64).end(success()), id="succeeded"),
    pytest.param(pending().end(Empty(NOW, Reason.SILENT)), id="empty"),
    pytest.param(
        pending().end(Failed(NOW, ErrorCode.TIMEOUT, Reason.TIMED_OUT)),
        id="failed",
    ),
    pytest.param(SESSION, id="session"),
    pytest.param(
        Session(
            SESSION.input,
            SESSION.thresholds,
            Trimming(timedelta(seconds=1), timedelta(0)),
            (Level(-3.25, -20.5, 7), Level(-100.0, -100.0, 0)),
            (Note(NoteKind.RESAMPLED, "was 44100 Hz"),),
            "why",
            LIVE,
        ),
        id="full session",
    ),
    pytest.param((1, -(2**70), 0.5, "", b"\x00", None, True), id="plain values"),
    pytest.param(datetime.max.replace(tzinfo=UTC), id="last time"),
]


@pytest.mark.parametrize("value", VALUES)
def test_what_is_packed_comes_back_equal(value: object) -> None:
    """With the same types, twice over."""
    packing: Packing[object] = Packing()
    packed = [packing.pack(each) for each in (value, "another", value)]
    for each in packed[::2]:
        unpacked = packing.unpack(each)
        assert unpacked == value
        assert type(unpacked) is type(value)


def test_shared_values_are_the_very_same() -> None:
    """Enum members are compared by identity, and types are known by it."""
    packing: Packing[Recording] = Packing()
    recording = packing.unpack(packing.pack(pending().end(Empty(NOW, Reason.SILENT))))
    assert recording.source is pending().source
    assert recording.ending is not None
    assert recording.ending.reason is Reason.SILENT
    assert recording.create_time.tzinfo is UTC


def test_what_is_packed_is_what_it_differs_in() -> None:
    """No names of types or fields, and nothing that the first had too."""
    packing: Packing[Recording] = Packing()
    packing.pack(pending("first").end(success()))
    assert len(packing.pack(pending("second").end(success()))) < 100
