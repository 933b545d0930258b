"""The watch over every log line of the suite sees what it is there to see."""

import logging

import pytest

from support.secrets import LogWatch, secrets_in


@pytest.mark.parametrize(
    "line",
    [
        "GET /media/x.wav?expires=1893502800000&key=0a0b0c0d&signature=AAAAAAAAAAAAAAAAAAAAAA",
        "fetching http://example.com/hook?token=abc",
        "authorization: Bearer abcdefgh12345678",
        "got eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln",
        "-----BEGIN PRIVATE KEY-----",
        "webhook-signature: v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
    ],
)
def test_a_secret_in_a_line_is_seen(line: str) -> None:
    """Links, queries, tokens, keys, signatures."""
    assert secrets_in(line)
    watch = LogWatch()
    watch.handle(logging.makeLogRecord({"msg": "%s", "args": (line,)}))
    assert watch.leaks


@pytest.mark.parametrize(
    "line", ["what is it? nobody=knows", "projects/demo/calls/c1/recordings/r1 OK", "key=value"]
)
def test_a_plain_line_is_not(line: str) -> None:
    """Names and figures are no secrets."""
    assert not secrets_in(line)
