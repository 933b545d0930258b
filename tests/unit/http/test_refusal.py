"""What a request is answered that there is no time for."""

import email
import json
from email.message import Message

import pytest

from voice_recordings.gateway import Cors
from voice_recordings.http.refusal import TurningAway

ANY_PAGE = Cors(["*"])
ONE_PAGE = Cors(["https://app.example"])


def answered(*fields: bytes, cors: Cors | None = None) -> Message:
    """The header of what a Get with these fields is answered; its body is as long as it says."""
    turning_away = TurningAway(cors.headers if cors else None, lambda: "made-here")
    request = b"\r\n".join((b"GET /a HTTP/1.1", b"host: h", *fields)) + b"\r\n\r\n"
    head, _, body = turning_away.answer(request).partition(b"\r\n\r\n")
    line, _, rest = head.partition(b"\r\n")
    assert line.startswith(b"HTTP/1.1 429 ")
    header = email.message_from_bytes(rest)
    assert int(header["content-length"]) == len(body)
    assert json.loads(body)["error"]["details"][0]["reason"] == "OVERLOADED"
    return header


@pytest.mark.parametrize(
    ("fields", "request_id"),
    [
        pytest.param([], "made-here", id="none"),
        pytest.param([b"X-Request-Id:  theirs-1 "], "theirs-1", id="theirs"),
        pytest.param([b"x-request-id:"], "made-here", id="empty"),
        pytest.param([b"x-request-id: two words"], "made-here", id="words"),
        pytest.param([b"x-request-id: a", b"x-request-id: b"], "made-here", id="twice"),
        pytest.param([b"x-request-id: " + b"a" * 129], "made-here", id="long"),
        pytest.param([b"x-request-id: \xff"], "made-here", id="no ASCII"),
        pytest.param([b"not-x-request-id: a"], "made-here", id="another field"),
    ],
)
def test_the_answer_names_the_request(fields: list[bytes], request_id: str) -> None:
    """By the client's id where it sent a usable one, as every other answer does."""
    assert answered(*fields)["x-request-id"] == request_id


def test_a_page_may_read_the_answer() -> None:
    """One of an origin that may call; without an origin nothing is said of any."""
    origin = b"Origin: https://app.example"
    header = answered(origin, cors=ONE_PAGE)
    assert header["access-control-allow-origin"] == "https://app.example"
    assert "retry-after" in header["access-control-expose-headers"]
    assert header["vary"] == "origin"
    assert answered(origin, cors=ANY_PAGE)["access-control-allow-origin"] == "*"
    assert answered(cors=ANY_PAGE)["access-control-allow-origin"] is None


def test_a_page_that_may_not_call_may_not_read_the_answer() -> None:
    """Of another origin, or where no page may."""
    other = b"origin: https://other.example"
    assert answered(other, cors=ONE_PAGE)["access-control-allow-origin"] is None
    assert answered(other)["access-control-allow-origin"] is None
