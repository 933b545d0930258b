"""Log lines."""

import io
import json
import logging
import sys
from typing import Any

import pytest

from voice_recordings.telemetry.logs import JsonFormatter, PrettyFormatter
from voice_recordings.telemetry.origin import Origin, origin
from voice_recordings.telemetry.request_id import usable_id


def fault() -> Any:
    """An error that has been raised."""
    try:
        raise ValueError("why")
    except ValueError:
        return sys.exc_info()


def line(formatter: logging.Formatter, **extra: object) -> str:
    """What a logger writes through the formatter."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    record = logging.makeLogRecord(
        {
            "name": "voice_recordings.test",
            "levelno": logging.ERROR,
            "levelname": "ERROR",
            "msg": "it %s",
            "args": ("failed",),
            "exc_info": fault() if "error" in extra else None,
            **extra,
        }
    )
    handler.handle(record)
    return stream.getvalue()


def test_a_json_line_is_one_object() -> None:
    """With what was given beside the message, and the time in UTC."""
    told = json.loads(line(JsonFormatter(), door="rest", milliseconds=1.5))
    assert told.pop("time").endswith("Z")
    assert told == {
        "level": "error",
        "logger": "voice_recordings.test",
        "message": "it failed",
        "door": "rest",
        "milliseconds": 1.5,
    }


def test_a_traceback_stays_in_its_line() -> None:
    """A machine reads line by line."""
    told = line(JsonFormatter(), error=True)
    assert told.count("\n") == 1
    assert "ValueError: why" in json.loads(told)["exception"]


def test_a_person_reads_level_message_and_extras() -> None:
    """And the traceback below."""
    told = line(PrettyFormatter(), door="rest", error=True)
    assert "ERROR   voice_recordings.test it failed door=rest" in told
    assert "ValueError: why" in told


@pytest.mark.parametrize("formatter", [JsonFormatter(), PrettyFormatter()], ids=["json", "pretty"])
def test_a_line_of_a_request_has_its_id(formatter: logging.Formatter) -> None:
    """So that all its lines can be found."""
    token = origin.set(Origin("abc-123"))
    try:
        assert "abc-123" in line(formatter)
    finally:
        origin.reset(token)
    assert "request_id" not in line(formatter)


@pytest.mark.parametrize("sent", [None, "", "x" * 129, "a\nb", "a\x1b[0m", "é"])
def test_an_id_that_could_forge_a_line_is_not_used(sent: str | None) -> None:
    """Line breaks, control characters, length."""
    assert usable_id(sent) is None


def test_a_plain_id_is_used() -> None:
    """As it was sent."""
    assert usable_id("7f3c-A_1") == "7f3c-A_1"
