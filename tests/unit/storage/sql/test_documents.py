"""The JSON that rows keep domain values in."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voice_recordings.recordings.delivery import Attempt
from voice_recordings.recordings.media import AudioFile, Encoding, Segment
from voice_recordings.recordings.recording import (
    FAILURES,
    SILENCES,
    SUCCESSES,
    Empty,
    Ending,
    Failed,
    Succeeded,
)
from voice_recordings.recordings.session import Session
from voice_recordings.storage.sql.documents import Document, microseconds, time_of

# What rows hold: whole microseconds, whole UTF-8, figures that are numbers.
st.register_type_strategy(datetime, st.integers(0, 2**52).map(time_of))
st.register_type_strategy(timedelta, st.timedeltas(timedelta(0), timedelta(days=400)))
st.register_type_strategy(str, st.text(st.characters(codec="utf-8")))
st.register_type_strategy(int, st.integers(-(2**53), 2**53))
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))


# A busy machine is no failure.
PATIENTLY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
ENDINGS = st.one_of(
    st.builds(Succeeded, reason=st.sampled_from(sorted(SUCCESSES, key=str))),
    st.builds(Empty, reason=st.sampled_from(sorted(SILENCES, key=str))),
    st.sampled_from(list(FAILURES.items())).flatmap(
        lambda pair: st.builds(Failed, reason=st.just(pair[0]), error_code=st.just(pair[1]))
    ),
)


@PATIENTLY
@given(ending=ENDINGS)
def test_an_ending_comes_back_equal(ending: Ending) -> None:
    """Each of the kinds, with all its files."""
    document: Document[Ending] = Document(Ending)
    assert document.load(document.dump(ending)) == ending


@PATIENTLY
@given(session=st.from_type(Session), attempt=st.from_type(Attempt))
def test_reports_come_back_equal(session: Session, attempt: Attempt) -> None:
    """Optional parts, enums and figures included."""
    sessions: Document[Session] = Document(Session)
    attempts: Document[tuple[Attempt, ...]] = Document(tuple[Attempt, ...])
    assert sessions.load(sessions.dump(session)) == session
    assert attempts.load(attempts.dump((attempt, attempt))) == (attempt, attempt)


@PATIENTLY
@given(st.datetimes(timezones=st.just(UTC)))
def test_times_are_exact(time: datetime) -> None:
    """To the microsecond, before 1970 too."""
    assert time_of(microseconds(time)) == time


def test_segments_are_kept_without_their_field_names() -> None:
    """A long manifest is mostly segments."""
    segments: Document[tuple[Segment, ...]] = Document(tuple[Segment, ...])
    assert segments.dump((Segment("k", 1, 2),)) == '[["k",1,2]]'


@dataclass(frozen=True)
class _Old:
    first: int


@dataclass(frozen=True)
class _New:
    first: int
    second: str = "default"


def test_a_field_added_later_has_its_default() -> None:
    """Rows written before it existed go on being read."""
    old: Document[_Old] = Document(_Old)
    new: Document[_New] = Document(_New)
    assert new.load(old.dump(_Old(1))) == _New(1, "default")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"@":"Nothing"}', '{"@":"Empty"}', "7"])
def test_damaged_text_is_an_error(text: str) -> None:
    """Never a recording that is half right."""
    document: Document[Ending] = Document(Ending)
    with pytest.raises((ValueError, KeyError, TypeError, AttributeError)):
        document.load(text)


@pytest.mark.parametrize("kind", [tuple[int, str], dict[str, int], object])
def test_what_rows_cannot_keep_is_refused_when_it_is_declared(kind: object) -> None:
    """Not when the first value of it arrives."""
    with pytest.raises(TypeError):
        Document(kind)


def test_a_file_is_kept_whole() -> None:
    """Head, segments and names."""
    files: Document[AudioFile] = Document(AudioFile)
    file = AudioFile(Encoding.MP3, 8000, "e", bytes(range(256)), (Segment("k/a", 0, 7),))
    assert files.load(files.dump(file)) == file
