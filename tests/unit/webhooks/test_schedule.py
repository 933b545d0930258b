"""The schedule, by itself."""

from datetime import UTC, datetime, timedelta

import pytest

from voice_recordings.webhooks.schedule import MOST_ATTEMPTS, WAITS_SECONDS, Answer, next_attempt

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def wait_seconds(attempts: int, answer: Answer) -> float | None:
    """How long until the next attempt."""
    due = next_attempt(attempts, answer, NOW)
    return None if due is None else (due - NOW).total_seconds()


def test_the_waits_are_the_publishers() -> None:
    """Nine attempts; after the last there is none."""
    assert WAITS_SECONDS == (1, 2, 4, 8, 60, 1800, 3600, 7200)
    waits = [wait_seconds(attempts, Answer(500)) for attempts in range(1, MOST_ATTEMPTS + 1)]
    assert waits == [1, 2, 4, 8, 60, 1800, 3600, 7200, None]


@pytest.mark.parametrize("status", [200, 201, 202, 204, 226, 299])
def test_any_2xx_is_success(status: int) -> None:
    """Nothing is left to do."""
    assert next_attempt(1, Answer(status), NOW) is None
    assert Answer(status).is_success


def test_gone_ends_it() -> None:
    """410 says the receiver wants no more."""
    assert next_attempt(1, Answer(410), NOW) is None
    assert not Answer(410).is_success


@pytest.mark.parametrize("status", [None, 100, 199, 300, 303, 400, 401, 404, 429, 500, 503, 599])
def test_all_else_is_tried_again(status: int | None) -> None:
    """No answer at all included."""
    assert wait_seconds(1, Answer(status)) == 1
    assert not Answer(status).is_success


@pytest.mark.parametrize(
    ("attempts", "retry_after", "expected_seconds"),
    [
        (1, "30", 30),  # more than the schedule gives: honoured
        (5, "30", 60),  # less: the schedule stands
        (1, "0", 1),
        (1, " 7 ", 7),
        (1, "Tue, 01 Jan 2030 00:00:45 GMT", 45),
        (1, "Tuesday, 01-Jan-30 00:00:45 GMT", 45),  # RFC 850's form
        (1, "Tue Jan  1 00:00:45 2030", 45),  # asctime's form
        (1, "Mon, 31 Dec 2029 23:00:00 GMT", 1),  # past
        (1, "999999999999999999999999", 86_400),  # bounded by a day
        (1, "Tue, 01 Jan 2099 00:00:00 GMT", 86_400),
        (1, "soon", 1),
        (1, "-5", 1),
        (1, "1.5", 1),
        (1, "٣٠", 1),  # digits, but not those of RFC 9110
        (1, "", 1),
    ],
)
def test_retry_after_is_honoured_upwards(
    attempts: int, retry_after: str, expected_seconds: float
) -> None:
    """The later of what was asked for and what the schedule says."""
    assert wait_seconds(attempts, Answer(429, retry_after)) == expected_seconds


def test_retry_after_does_not_add_attempts() -> None:
    """The ninth failure is the last whatever it asks for."""
    assert next_attempt(MOST_ATTEMPTS, Answer(429, "30"), NOW) is None


def test_success_with_retry_after_is_success() -> None:
    """The status decides."""
    assert next_attempt(1, Answer(200, "30"), NOW) is None


def test_the_whole_schedule_spans_its_sum() -> None:
    """Three and a half hours and a bit from the first attempt to the last."""
    now = NOW
    for attempts in range(1, MOST_ATTEMPTS):
        due = next_attempt(attempts, Answer(500), now)
        assert due is not None
        now = due
    assert now - NOW == timedelta(seconds=sum(WAITS_SECONDS))
