"""When a call is made again."""

import pytest

from voice_recordings.client import NO_RETRY, RetryPolicy, ServiceError

POLICY = RetryPolicy(attempts=4, first_seconds=1.0, longest_seconds=3.0, factor=2.0)


def pause(code: str, attempt: int = 1, *, repeatable: bool = True, wish: float | None = None,
          random: float = 1.0, policy: RetryPolicy = POLICY) -> float | None:  # fmt: skip
    """What the policy says of one failure."""
    error = ServiceError(code, "", retry_seconds=wish)
    return policy.pause_seconds(error, attempt, repeatable=repeatable, random=lambda: random)


def test_pauses_grow_up_to_the_longest_and_end() -> None:
    """1, 2, 3 (not 4) seconds, and after the fourth attempt no more."""
    assert [pause("UNAVAILABLE", attempt) for attempt in (1, 2, 3, 4)] == [1.0, 2.0, 3.0, None]


def test_chance_takes_up_to_half_a_pause() -> None:
    """So that clients that failed together do not come back together."""
    assert pause("UNAVAILABLE", 2, random=0.0) == 1.0


def test_the_service_may_ask_for_a_longer_pause() -> None:
    """Its RetryInfo is a lower bound, and the policy's pause another."""
    assert pause("RESOURCE_EXHAUSTED", wish=30.0) == 30.0
    assert pause("RESOURCE_EXHAUSTED", wish=0.1) == 1.0


@pytest.mark.parametrize(
    ("code", "repeatable", "again"),
    [
        ("UNAVAILABLE", True, True),
        ("UNAVAILABLE", False, False),
        ("RESOURCE_EXHAUSTED", False, True),
        ("NOT_FOUND", True, False),
        ("CANCELLED", True, True),
        ("CANCELLED", False, False),
        ("INTERNAL", True, False),
        ("DEADLINE_EXCEEDED", True, False),
    ],
)
def test_only_what_may_help_is_repeated(code: str, *, repeatable: bool, again: bool) -> None:
    """What was refused for load has done nothing; what broke may have done something."""
    assert (pause(code, repeatable=repeatable) is not None) == again


def test_retrying_can_be_switched_off() -> None:
    """NO_RETRY makes one attempt."""
    assert pause("UNAVAILABLE", policy=NO_RETRY) is None
