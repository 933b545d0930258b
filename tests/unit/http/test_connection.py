"""Clients that are slow, or send what is no HTTP, at a real socket."""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from voice_recordings.http.asgi import Receive, Scope, Send, respond
from voice_recordings.http.connection import Pace, _can_wait
from voice_recordings.http.server import HttpServer
from voice_recordings.http.turnstile import LEAST_WAITING, Turnstile

PACE = Pace(
    head_seconds=1.0, head_bytes=4096, window_seconds=1.0, bytes_a_second=1000, look_seconds=0.05
)
LARGE_BYTES = 64 * 1024 * 1024


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Reads the body and tells its length, or sends more than any buffer holds."""
    if scope["path"] == "/large":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(LARGE_BYTES // 65536):
            await send({"type": "http.response.body", "body": bytes(65536), "more_body": True})
        await send({"type": "http.response.body", "body": b""})
        return
    length = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        length += len(message.get("body", b""))
        if not message.get("more_body"):
            break
    body = str(length).encode()
    await respond(send, 200, [(b"content-length", str(len(body)).encode())], body)


@pytest.fixture
async def address() -> AsyncIterator[tuple[str, int]]:
    """A server with little patience."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = HttpServer(app, listener, grace_seconds=1, pace=PACE)
    await server.start()
    host, port = listener.getsockname()
    yield host, port
    await server.stop()
    listener.close()


async def answer(address: tuple[str, int], *pieces: bytes, pause_seconds: float = 0.0) -> bytes:
    """Sends the pieces one after the other; gives all that comes back until the end."""
    reader, writer = await asyncio.open_connection(*address)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause_seconds)
        return await asyncio.wait_for(reader.read(), 60)
    except ConnectionError:
        return b""
    finally:
        writer.close()


def error_of(raw: bytes) -> Any:
    """The error in an answer."""
    return json.loads(raw.partition(b"\r\n\r\n")[2])["error"]


LAST_GET = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"


async def test_a_client_that_keeps_up_is_served(address: tuple[str, int]) -> None:
    """Whole or piece by piece."""
    assert (await answer(address, LAST_GET)).endswith(b"\r\n\r\n0")
    pieces = [LAST_GET[i : i + 9] for i in range(0, len(LAST_GET), 9)]
    assert (await answer(address, *pieces)).endswith(b"0")


async def test_a_connection_that_says_nothing_is_closed(address: tuple[str, int]) -> None:
    """Without an answer: there was no question."""
    assert await answer(address) == b""


async def test_a_head_that_takes_too_long_is_refused(address: tuple[str, int]) -> None:
    """408, however steadily it trickles."""
    raw = await answer(address, *[b"GET / HTTP/1.1\r\n", *[b"a: b\r\n"] * 20], pause_seconds=0.1)
    if raw:  # the reset of what was still being sent may overtake the answer
        assert error_of(raw)["code"] == 408


async def test_a_body_that_trickles_is_refused(address: tuple[str, int]) -> None:
    """408 once it has fallen behind."""
    head = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n"
    raw = await answer(address, head, *[b"x"] * 12, pause_seconds=0.2)
    if raw:
        assert error_of(raw)["details"][0]["reason"] == "REQUEST_TIMEOUT"


async def test_a_body_that_keeps_its_pace_may_take_long(address: tuple[str, int]) -> None:
    """Longer than any window."""
    head = b"POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 600000\r\n\r\n"
    raw = await answer(address, head, *[bytes(50_000)] * 12, pause_seconds=0.2)
    assert raw.endswith(b"600000")


async def test_a_reader_that_stalls_is_cut_off(address: tuple[str, int]) -> None:
    """The rest is not kept for it."""
    reader, writer = await asyncio.open_connection(*address, limit=1024)
    writer.write(b"GET /large HTTP/1.1\r\nhost: x\r\n\r\n")
    await asyncio.sleep(4)
    received = 0
    try:
        while piece := await asyncio.wait_for(reader.read(65536), 60):
            received += len(piece)
    except ConnectionError:
        pass
    writer.close()
    assert received < LARGE_BYTES


async def test_a_head_that_does_not_end_is_refused(address: tuple[str, int]) -> None:
    """431 before it fills memory."""
    raw = await answer(address, b"GET / HTTP/1.1\r\n" + b"a: " + b"b" * 8000)
    assert error_of(raw)["code"] == 431


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(b"nonsense\r\n\r\n", id="no HTTP"),
        pytest.param(b"GET / HTTP/9.9\r\n\r\n", id="no such version"),
        pytest.param(b"GET /\x01 HTTP/1.1\r\nhost: x\r\n\r\n", id="control character"),
        pytest.param(
            b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
            id="two lengths",
        ),
        pytest.param(
            b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n"
            b"0\r\n\r\n",
            id="length and chunked",
        ),
        pytest.param(
            b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
            id="chunked is not last",
        ),
        pytest.param(
            b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: +5\r\n\r\nhello", id="signed length"
        ),
        pytest.param(
            b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999999999999\r\n\r\nhello",
            id="length that overflows",
        ),
        pytest.param(
            b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
            id="bad chunk",
        ),
        pytest.param(b"GET / HTTP/1.1\r\nhost : x\r\n\r\n", id="space before the colon"),
        pytest.param(b"GET / HTTP/1.1\r\nhost: x\r\n folded: y\r\n\r\n", id="folded header"),
        pytest.param(b"GET / HTTP/1.1\nhost: x\n\nGET /b HTTP/1.1\n\n", id="bare line feeds"),
    ],
)
async def test_a_request_that_can_be_read_two_ways_is_refused(
    address: tuple[str, int], request_: bytes
) -> None:
    """400, and the connection is not used again: nothing can be smuggled behind it."""
    raw = await answer(address, request_)
    assert raw.startswith(b"HTTP/1.1 400")
    assert raw.count(b"HTTP/1.1") == 1


async def test_a_second_request_is_timed_from_its_own_first_byte(
    address: tuple[str, int],
) -> None:
    """A kept connection may rest between requests."""
    reader, writer = await asyncio.open_connection(*address)
    for _ in range(3):
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 60)
        assert head.startswith(b"HTTP/1.1 200")
        assert await reader.readexactly(1) == b"0"
        await asyncio.sleep(1.2)
    writer.close()


class Shut(Turnstile):
    """Has no time for anybody until it is opened."""

    shut = True

    @property
    def is_open(self) -> bool:
        """See `Turnstile.is_open`."""
        return not self.shut and super().is_open


@pytest.fixture
async def busy() -> AsyncIterator[tuple[tuple[str, int], Shut]]:
    """A server that has no time for anybody, until its turnstile says otherwise."""
    turnstile = Shut()
    listener = socket.create_server(("127.0.0.1", 0))
    server = HttpServer(app, listener, grace_seconds=1, pace=PACE, turnstile=turnstile)
    await server.start()
    yield listener.getsockname(), turnstile
    turnstile.shut = False
    await server.stop()
    listener.close()


GET = b"GET /a HTTP/1.1\r\nhost: h\r\n\r\n"


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> bytes:
    """One request on a connection that is kept, and its answer."""
    writer.write(head)
    async with asyncio.timeout(60):
        got = await reader.readuntil(b"\r\n\r\n")
        length = int(got.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        return got + await reader.readexactly(length)


async def crowd(
    address: tuple[str, int],
) -> list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """As many as may wait, each with a request that waits."""
    some = []
    for _ in range(LEAST_WAITING):
        some.append(await asyncio.open_connection(*address))
        # At once: a connection that says nothing is closed after a second.
        some[-1][1].write(GET)
    return some


async def test_without_time_requests_wait_their_turn(
    busy: tuple[tuple[str, int], Shut],
) -> None:
    """And are answered when there is."""
    address, turnstile = busy
    waiting = await crowd(address)
    reader, writer = waiting[0]
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(1), 0.1)
    turnstile.shut = False
    for reader, writer in waiting:
        async with asyncio.timeout(60):
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        writer.close()


async def test_without_room_to_wait_a_request_is_told_so(
    busy: tuple[tuple[str, int], Shut],
) -> None:
    """In the one shape of errors, with when to ask again; its connection stays."""
    address, turnstile = busy
    waiting = await crowd(address)
    reader, writer = await asyncio.open_connection(*address)
    refused = b""
    while not refused.startswith(b"HTTP/1.1 429"):
        # The crowd may still be on its way in.
        refused = await ask(reader, writer, GET)
    head, _, body = refused.partition(b"\r\n\r\n")
    assert b"retry-after: 1" in head
    assert re.search(rb"\r\nx-request-id: [0-9a-f]{32}(\r\n|$)", head)
    error = json.loads(body)["error"]
    assert (error["code"], error["status"]) == (429, "RESOURCE_EXHAUSTED")
    assert error["details"][0]["reason"] == "OVERLOADED"
    assert error["details"][1]["retryDelay"] == "1s"
    turnstile.shut = False
    assert (await ask(reader, writer, GET)).startswith(b"HTTP/1.1 200")
    for _, each in [*waiting, (reader, writer)]:
        each.close()


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"GET /healthz HTTP/1.1\r\nhost: h\r\n\r\n", id="health"),
        pytest.param(b"GET /metrics HTTP/1.1\r\nhost: h\r\n\r\n", id="metrics"),
        pytest.param(b"POST /a HTTP/1.1\r\nhost: h\r\ncontent-length: 2\r\n\r\nhi", id="body"),
        pytest.param(b"HEAD /a HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n", id="HEAD"),
    ],
)
async def test_some_are_let_in_all_the_same(
    busy: tuple[tuple[str, int], Shut], head: bytes
) -> None:
    """Who asks how the server is, and whose request must be read to know where it ends."""
    address, _ = busy
    reader, writer = await asyncio.open_connection(*address)
    writer.write(head)
    async with asyncio.timeout(60):
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
    writer.close()


@pytest.mark.parametrize(
    ("data", "may"),
    [
        (GET, True),
        (GET.replace(b"\r\n\r\n", b"\r\nConnection: keep-alive\r\n\r\n"), True),
        (GET.replace(b"GET", b"DELETE"), True),
        (GET + GET, False),
        (GET[:-2], False),
        (GET.replace(b"1.1", b"1.0"), False),
        (GET.replace(b"\r\nhost", b"\nhost"), False),
        (b"GET /a HTTP/1.1\n\nGET /b HTTP/1.1\r\n\r\n", False),
        (GET.replace(b"\r\n\r\n", b"\r\nContent-Length: 5\r\n\r\n"), False),
        (GET.replace(b"\r\n\r\n", b"\r\ncontent-length : 5\r\n\r\n"), False),
        (GET.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n"), False),
        (GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), False),
        (GET.replace(b"\r\n\r\n", b"\r\nConnection: keep-alive, close\r\n\r\n"), False),
        (GET.replace(b"GET", b"HEAD"), False),
        (GET.replace(b"GET", b"POST"), False),
    ],
)
def test_only_what_cannot_be_read_otherwise_is_answered_unread(data: bytes, *, may: bool) -> None:
    """One whole request without a body, on a connection that is kept."""
    assert _can_wait(data) is may
