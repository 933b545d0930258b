"""Whole answers of a connection to what no application is asked about."""

import json
import os
import re
from collections.abc import Callable, Iterable
from typing import Any

from voice_recordings.http.errors import DOMAIN

_REQUEST_ID = re.compile(rb"[\x21-\x7e]{1,128}")

# What an answer to a page of this origin says beside.
OriginHeaders = Callable[[str], Iterable[tuple[bytes, bytes]]]


def refusal(
    status: int,
    code: str,
    reason: str,
    message: str,
    *,
    headers: str,
    details: tuple[Any, ...] = (),
) -> bytes:
    """A whole answer, in the one shape of errors."""
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": DOMAIN,
    }
    error = {"code": status, "message": message, "status": code, "details": [info, *details]}
    body = json.dumps({"error": error}, separators=(",", ":")).encode()
    head = (
        f"HTTP/1.1 {status} \r\ncontent-type: application/json; charset=utf-8\r\n"
        f"content-length: {len(body)}\r\nx-content-type-options: nosniff\r\n{headers}\r\n"
    )
    return head.encode() + body


class TurningAway:
    """The answer to requests there is no time for: made once, but for whose it is.

    It costs what refusing costs, so a head is searched and not read.
    """

    def __init__(
        self,
        origin_headers: OriginHeaders | None = None,
        new_request_id: Callable[[], str] = lambda: os.urandom(16).hex(),
    ) -> None:
        """`origin_headers` are for pages of other origins, if any may call."""
        self._new_request_id = new_request_id
        self._origin_headers = origin_headers
        whole = refusal(
            429,
            "RESOURCE_EXHAUSTED",
            "OVERLOADED",
            "more is asked than this server can answer; try again",
            headers="retry-after: 1\r\n",
            details=({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1s"},),
        )
        head, end, body = whole.partition(b"\r\n\r\n")
        self._begin = head + b"\r\nx-request-id: "
        self._end = end + body

    def answer(self, request: bytes) -> bytes:
        """What the request, a head without a body, is answered."""
        lowered = request.lower()
        sent = _field(request, lowered, b"x-request-id")
        request_id = sent if _REQUEST_ID.fullmatch(sent) else self._new_request_id().encode()
        own = b""
        if self._origin_headers is not None and (origin := _field(request, lowered, b"origin")):
            headers = self._origin_headers(origin.decode("latin-1"))
            own = b"".join(b"\r\n%b: %b" % pair for pair in headers)
        return b"".join((self._begin, request_id, own, self._end))


def _field(head: bytes, lowered: bytes, name: bytes) -> bytes:
    """A header field that is there once; empty where it is not."""
    begin = b"\r\n" + name + b":"
    at = lowered.find(begin)
    if at < 0 or lowered.find(begin, at + 1) >= 0:
        return b""
    at += len(begin)
    return head[at : head.index(b"\r\n", at)].strip(b" \t")
