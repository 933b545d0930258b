"""The clock that tests hold in their hands."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_recordings.clock import Job
from voice_recordings.emulator.clock import MOST_EVENTS, EmulatorClock, Kind
from voice_recordings.errors import InvalidArgument

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Machine:
    """The machine's time, moved by hand."""

    def __init__(self) -> None:
        self.time = NOW

    def __call__(self) -> datetime:
        """The time."""
        return self.time


def noting(ran: list[tuple[str, datetime]], clock: EmulatorClock, key: str) -> Job:
    """A job that says when it ran."""

    async def job() -> None:
        ran.append((key, clock.now()))

    return job


def every(clock: EmulatorClock, key: str, span: timedelta, ran: list[tuple[str, datetime]]) -> Job:
    """A job that comes again after each span."""

    async def job() -> None:
        ran.append((key, clock.now()))
        clock.schedule(clock.now() + span, key, job)

    return job


async def test_it_runs_with_the_machine_until_it_is_frozen() -> None:
    """And from where it stands when it is let go."""
    machine = Machine()
    clock = EmulatorClock(machine)
    machine.time += SECOND
    assert clock.now() == NOW + SECOND
    clock.freeze()
    machine.time += SECOND
    assert clock.now() == NOW + SECOND
    clock.resume()
    machine.time += SECOND
    assert clock.now() == NOW + 2 * SECOND


async def test_it_never_goes_back_with_the_machine() -> None:
    """A machine that is set back is waited for."""
    machine = Machine()
    clock = EmulatorClock(machine)
    machine.time -= SECOND
    assert clock.now() == NOW


async def test_running_it_runs_what_falls_due() -> None:
    """In real time, like any clock."""
    clock = EmulatorClock()
    done = asyncio.Event()

    async def job() -> None:
        done.set()

    clock.schedule(clock.now() + timedelta(milliseconds=5), "job", job)
    await asyncio.wait_for(done.wait(), 60)
    await clock.close()


async def test_standing_it_runs_nothing_until_it_is_resumed() -> None:
    """What is due by then runs at once."""
    clock = EmulatorClock()
    clock.freeze()
    done = asyncio.Event()

    async def job() -> None:
        done.set()

    clock.schedule(clock.now(), "job", job)
    await asyncio.sleep(0.01)
    assert not done.is_set()
    clock.resume()
    await asyncio.wait_for(done.wait(), 60)
    await clock.close()


async def test_advancing_runs_what_is_due_in_order_each_at_its_time() -> None:
    """A job that a job schedules runs too, if it falls within; what is later waits."""
    clock = EmulatorClock(Machine())
    ran: list[tuple[str, datetime]] = []

    async def first() -> None:
        ran.append(("first", clock.now()))
        clock.schedule(NOW + 3 * SECOND, "third", noting(ran, clock, "third"))

    clock.schedule(NOW + 2 * SECOND, "second", noting(ran, clock, "second"))
    clock.schedule(NOW + SECOND, "first", first)
    clock.schedule(NOW + 9 * SECOND, "ninth", noting(ran, clock, "ninth"))
    moved = await clock.advance(5 * SECOND)
    assert ran == [
        ("first", NOW + SECOND),
        ("second", NOW + 2 * SECOND),
        ("third", NOW + 3 * SECOND),
    ]
    assert [each.subject for each in moved.happenings] == ["first", "second", "third"]
    assert not moved.incomplete
    assert clock.now() == NOW + 5 * SECOND
    assert clock.frozen
    assert clock.waiting == 1


async def test_a_job_is_told_of_by_the_first_word_of_its_key() -> None:
    """With what it is about."""
    clock = EmulatorClock(Machine())
    ran: list[tuple[str, datetime]] = []
    clock.schedule(NOW, "deadline projects/p/calls/c/recordings/r", noting(ran, clock, "x"))
    moved = await clock.advance(SECOND)
    assert [(each.kind, each.subject) for each in moved.happenings] == [
        (Kind.TIMEOUT, "projects/p/calls/c/recordings/r")
    ]


async def test_upkeep_is_made_up_for_once_before_each_event() -> None:
    """A year with one event in it costs two rounds, leases before take-overs."""
    clock = EmulatorClock(Machine())
    ran: list[tuple[str, datetime]] = []
    clock.schedule(NOW, "take-over", every(clock, "take-over", 5 * SECOND, ran))
    clock.schedule(NOW, "lease r", every(clock, "lease r", 10 * SECOND, ran))
    event = NOW + timedelta(days=100)
    clock.schedule(event, "event", noting(ran, clock, "event"))
    await clock.advance(timedelta(days=365))
    end = NOW + timedelta(days=365)
    assert ran == [
        ("lease r", event),
        ("take-over", event),
        ("event", event),
        ("lease r", end),
        ("take-over", end),
    ]


async def test_a_move_is_bounded_and_says_so() -> None:
    """What remains runs in the next one."""
    clock = EmulatorClock(Machine())
    ran: list[tuple[str, datetime]] = []
    clock.schedule(NOW, "event", every(clock, "event", SECOND, ran))
    moved = await clock.advance(timedelta(days=1000))
    assert moved.incomplete
    assert len(ran) == MOST_EVENTS
    assert clock.now() < NOW + timedelta(days=2)
    clock.cancel("event")
    assert not (await clock.advance(SECOND)).incomplete


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=-1), "never goes backwards"),
        (timedelta(days=40_000), "longer than 100 years"),
    ],
    ids=["backwards", "too far"],
)
async def test_an_impossible_span_is_refused(span: timedelta, words: str) -> None:
    """And the clock is as it was."""
    clock = EmulatorClock(Machine())
    with pytest.raises(InvalidArgument, match=words) as refused:
        await clock.advance(span)
    assert refused.value.violations[0].field == "duration"
    assert not clock.frozen


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (NOW - SECOND, "never goes backwards"),
        (datetime(2200, 1, 1, tzinfo=UTC), "more than 100 years"),
    ],
    ids=["backwards", "too far"],
)
async def test_an_impossible_time_is_refused(time: datetime, words: str) -> None:
    """And the clock is as it was."""
    clock = EmulatorClock(Machine())
    with pytest.raises(InvalidArgument, match=words) as refused:
        await clock.move_to(time)
    assert refused.value.violations[0].field == "time"
    assert not clock.frozen


async def test_rewinding_keeps_what_waits_at_its_distance() -> None:
    """After a year's move and back, a job due in a second is due in a second."""
    machine = Machine()
    clock = EmulatorClock(machine)
    await clock.advance(timedelta(days=365))
    ran: list[tuple[str, datetime]] = []
    clock.schedule(clock.now() + SECOND, "job", noting(ran, clock, "job"))
    clock.rewind()
    assert clock.now() == NOW
    assert not clock.frozen
    await clock.advance(SECOND)
    assert ran == [("job", NOW + SECOND)]


async def test_a_job_replaced_or_forgotten_does_not_run() -> None:
    """One key, one job; and jobs about a thing go together."""
    clock = EmulatorClock(Machine())
    ran: list[tuple[str, datetime]] = []
    clock.schedule(NOW + SECOND, "a", noting(ran, clock, "old"))
    clock.schedule(NOW + 2 * SECOND, "a", noting(ran, clock, "new"))
    clock.schedule(NOW + SECOND, "link projects/p/x", noting(ran, clock, "gone"))
    clock.forget("projects/p/")
    await clock.advance(5 * SECOND)
    assert [key for key, _ in ran] == ["new"]


async def test_what_was_replaced_does_not_pile_up() -> None:
    """However often a key is scheduled anew."""
    clock = EmulatorClock(Machine())
    clock.freeze()
    ran: list[tuple[str, datetime]] = []
    for _ in range(10_000):
        clock.schedule(NOW + SECOND, "a", noting(ran, clock, "a"))
    assert clock.waiting == 1
    assert sum(map(len, clock._queues.values())) < 2000
    await clock.advance(SECOND)
    assert len(ran) == 1


async def test_a_job_that_fails_does_not_stop_the_others() -> None:
    """It ends in the log."""
    clock = EmulatorClock(Machine())
    ran: list[tuple[str, datetime]] = []

    async def fail() -> None:
        raise ValueError("on purpose")

    clock.schedule(NOW, "bad", fail)
    clock.schedule(NOW + SECOND, "good", noting(ran, clock, "good"))
    await clock.advance(SECOND)
    assert [key for key, _ in ran] == ["good"]


MOMENTS = st.lists(st.integers(0, 1000), max_size=30)


@given(dues=MOMENTS, stops=MOMENTS)
async def test_however_it_is_moved_everything_runs_once_and_in_order(
    dues: list[int], stops: list[int]
) -> None:
    """In many moves as in one: each job at its own time, those of one time as they were given."""
    clock = EmulatorClock(Machine())
    ran: list[tuple[str, datetime]] = []
    for number, due in enumerate(dues):
        clock.schedule(NOW + due * SECOND, str(number), noting(ran, clock, str(number)))
    for stop in [*sorted(stops), 1000]:
        await clock.move_to(NOW + stop * SECOND)
        assert clock.now() == NOW + stop * SECOND
        assert len(ran) == sum(due <= stop for due in dues)
    expected = sorted(enumerate(dues), key=lambda each: (each[1], each[0]))
    assert ran == [(str(number), NOW + due * SECOND) for number, due in expected]
    assert clock.waiting == 0
