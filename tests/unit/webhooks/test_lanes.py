"""Who may be sent to now."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from voice_recordings.webhooks.lanes import Lanes

RECEIVERS = st.sampled_from("abcd")


def filled(lanes: Lanes[int], receiver: str, count: int) -> Lanes[int]:
    """Adds so many webhooks, numbered."""
    for number in range(count):
        lanes.add(receiver, number)
    return lanes


def test_a_receiver_gets_so_many_at_a_time() -> None:
    """And the next when one is done."""
    lanes = filled(Lanes[int](in_all=100, per_receiver=3), "a", 5)
    assert lanes.start() == [("a", 0), ("a", 1), ("a", 2)]
    assert lanes.start() == []
    assert "a" in lanes.full
    lanes.done("a", answered=True)
    assert lanes.start() == [("a", 3)]


def test_receivers_take_turns() -> None:
    """A long queue for one does not stand in front of another's."""
    lanes = Lanes[int](in_all=4, per_receiver=8)
    filled(lanes, "a", 6)
    filled(lanes, "b", 2)
    assert Counter(receiver for receiver, _ in lanes.start()) == {"a": 2, "b": 2}


def test_a_silent_receiver_gets_one_at_a_time_until_it_speaks() -> None:
    """So it can hold no more than one place."""
    lanes = filled(Lanes[int](in_all=100, per_receiver=3), "a", 10)
    assert len(lanes.start()) == 3
    for _ in range(3):
        lanes.done("a", answered=False)
    assert len(lanes.start()) == 1
    lanes.done("a", answered=True)
    assert len(lanes.start()) == 3


def test_room_counts_what_waits_too() -> None:
    """Nothing more is brought than there are places."""
    lanes = filled(Lanes[int](in_all=4, per_receiver=1), "a", 3)
    assert lanes.room == 1
    lanes.start()
    assert lanes.room == 1
    assert lanes.empty() == [1, 2]
    assert lanes.room == 3


@given(
    steps=st.lists(st.tuples(RECEIVERS, st.booleans(), st.booleans())),
    in_all=st.integers(1, 6),
    per_receiver=st.integers(1, 4),
)
def test_limits_hold_and_everything_is_sent_once(
    steps: list[tuple[str, bool, bool]], in_all: int, per_receiver: int
) -> None:
    """Whatever comes and ends in whatever order."""
    lanes = Lanes[int](in_all=in_all, per_receiver=per_receiver)
    under_way: list[str] = []
    sent: list[int] = []
    added = 0

    def start() -> None:
        for receiver, number in lanes.start():
            under_way.append(receiver)
            sent.append(number)
        assert len(under_way) <= in_all
        assert all(count <= per_receiver for count in Counter(under_way).values())

    for receiver, ends, answered in steps:
        if ends and under_way:
            lanes.done(under_way.pop(0), answered=answered)
        else:
            lanes.add(receiver, added)
            added += 1
        start()
    while under_way:
        lanes.done(under_way.pop(), answered=True)
        start()
    assert sorted(sent) == list(range(added))
