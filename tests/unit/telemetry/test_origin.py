"""What a client says of the request and the trace it is part of."""

import pytest

from voice_recordings.telemetry.origin import Origin, origin_of

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_a_trace_context_is_used_as_it_was_sent() -> None:
    """States of several headers are one list (RFC 9110 §5.3)."""
    found = origin_of("r", [PARENT], ["a=1", "b=2"])
    assert found == Origin("r", PARENT, "a=1,b=2")
    assert found.headers == {"X-Request-Id": "r", "traceparent": PARENT, "tracestate": "a=1,b=2"}


@pytest.mark.parametrize(
    "parents",
    [
        pytest.param([], id="none"),
        pytest.param([PARENT, PARENT], id="two"),
        pytest.param([PARENT.upper()], id="capitals"),
        pytest.param(["ff" + PARENT[2:]], id="version-ff"),
        pytest.param([PARENT.replace("4bf92f3577b34da6a3ce929d0e0e4736", "0" * 32)], id="no-trace"),
        pytest.param([PARENT.replace("00f067aa0ba902b7", "0" * 16)], id="no-parent"),
        pytest.param([PARENT + "\r\nx: y"], id="a-second-line"),
        pytest.param([PARENT[:-1]], id="short"),
    ],
)
def test_half_a_trace_context_is_none(parents: list[str]) -> None:
    """Nor is its state used without it."""
    assert origin_of("r", parents, ["a=1"]) == Origin("r")


@pytest.mark.parametrize("state", ["a=" + "x" * 511, "a=é", "a=\n"], ids=["long", "é", "newline"])
def test_a_state_that_cannot_be_sent_on_is_dropped(state: str) -> None:
    """The parent counts without it."""
    assert origin_of("r", [PARENT], [state]) == Origin("r", PARENT)


def test_of_nothing_nothing_is_told() -> None:
    """No header is empty."""
    assert Origin().headers == {}
