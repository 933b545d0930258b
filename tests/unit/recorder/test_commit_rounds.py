"""Commits that go together, and none too late."""

from collections import defaultdict
from datetime import datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_recordings.clock import ManualClock
from voice_recordings.recorder.commit_rounds import CommitRounds

LONGEST = timedelta(milliseconds=250)
EVERY = timedelta(milliseconds=50)
milliseconds = st.integers(0, 2000).map(lambda number: timedelta(milliseconds=number))


@given(joins=st.lists(milliseconds, min_size=1, max_size=50))
async def test_nothing_waits_for_long_and_much_goes_together(joins: list[timedelta]) -> None:
    """At most 250 ms, at least 200, and in 20 rounds a second."""
    clock = ManualClock()
    begun = clock.now()
    rounds = CommitRounds(clock, LONGEST)
    done: dict[int, datetime] = {}

    async def commit(number: int) -> None:
        done[number] = clock.now()

    for number, after in enumerate(sorted(joins)):
        await clock.advance(begun + after - clock.now())
        rounds.join(partial(commit, number))
    await clock.advance(LONGEST)
    together = defaultdict(list)
    for number, after in enumerate(sorted(joins)):
        waited = done[number] - begun - after
        assert LONGEST - EVERY < waited <= LONGEST
        together[done[number]].append(number)
    assert all(due.microsecond % 50_000 == 0 for due in together)


async def test_audio_that_may_not_wait_for_a_round_does_not() -> None:
    """The rounds are as frequent as need be."""
    clock = ManualClock()
    rounds = CommitRounds(clock, timedelta(milliseconds=10))
    done = []

    async def commit() -> None:
        done.append(clock.now())

    await clock.advance(timedelta(milliseconds=3))
    begun = clock.now()
    rounds.join(commit)
    await clock.advance(timedelta(seconds=1))
    assert begun < done[0] <= begun + timedelta(milliseconds=10)


async def test_one_that_fails_holds_up_none(caplog: pytest.LogCaptureFixture) -> None:
    """Of the same round, and of the next."""
    clock = ManualClock()
    rounds = CommitRounds(clock, LONGEST)
    done = []

    async def fail() -> None:
        raise RuntimeError("a fault of ours")

    async def succeed() -> None:
        done.append(clock.now())

    for commit in (fail, succeed):
        rounds.join(commit)
    await clock.advance(LONGEST)
    rounds.join(succeed)
    await clock.advance(LONGEST)
    assert len(done) == 2
    assert "job failed" in caplog.text
