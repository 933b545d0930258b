"""Streams: arrays, lines and raw bytes; their errors, their ends, their back-pressure."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import orjson
import pytest

from gateway_support.asgi import call, scope_of
from gateway_support.kitchen import Kitchen, SyncKitchen, gateway_of

BOTH = pytest.mark.parametrize(
    "servicer", [pytest.param(Kitchen, id="async"), pytest.param(SyncKitchen, id="sync")]
)
LINES = [(b"accept", b"application/x-ndjson")]


@BOTH
@pytest.mark.parametrize("count", [0, 1, 3])
async def test_an_array(servicer: Any, count: int) -> None:
    """A stream is a JSON array, each element sent when it is there."""
    response = await call(gateway_of(servicer()), "GET", f"/v1/watch?count={count}")
    assert response.status == 200
    assert response.header("content-type") == "application/json; charset=utf-8"
    assert response.json == [{"int32Field": index + 1} for index in range(count)]
    assert len(response.pieces) == count + 1
    assert response.complete


@BOTH
async def test_lines(servicer: Any) -> None:
    """One JSON text a line, where the client accepts that."""
    response = await call(gateway_of(servicer()), "GET", "/v1/watch?count=2", headers=LINES)
    assert response.header("content-type") == "application/x-ndjson"
    assert response.pieces == [b'{"int32Field":1}\n', b'{"int32Field":2}\n']
    assert response.complete


@BOTH
async def test_an_error_before_the_first_message(servicer: Any) -> None:
    """It is an answer like any other error."""
    response = await call(gateway_of(servicer()), "GET", "/v1/watch?failCode=5")
    assert response.status == 404
    assert response.json["error"]["status"] == "NOT_FOUND"


@BOTH
async def test_an_error_midway(servicer: Any) -> None:
    """It is the last element, and the answer is never ended."""
    response = await call(gateway_of(servicer()), "GET", "/v1/watch?count=2&failCode=14")
    assert response.status == 200
    assert not response.complete
    *messages, error = orjson.loads(response.body + b"]")
    assert messages == [{"int32Field": 1}, {"int32Field": 2}]
    assert error == {"error": {"code": 503, "message": "told to", "status": "UNAVAILABLE"}}


async def test_an_error_among_lines() -> None:
    """It is the last line, and the answer is never ended."""
    target = "/v1/watch?count=1&failCode=14"
    response = await call(gateway_of(), "GET", target, headers=LINES)
    assert not response.complete
    assert orjson.loads(response.pieces[-1])["error"]["code"] == 503


async def test_raw_bytes() -> None:
    """A stream of HttpBody is its bytes, of the first one's type."""
    response = await call(gateway_of(), "GET", "/v1/download?count=3&contentType=audio/mpeg")
    assert response.header("content-type") == "audio/mpeg"
    assert response.pieces == [b"0;", b"1;", b"2;"]
    assert response.complete
    broken = await call(gateway_of(), "GET", "/v1/download?count=1&failCode=14")
    assert (broken.status, broken.body, broken.complete) == (200, b"0;", False)


async def test_head_of_a_stream() -> None:
    """Has the headers alone, and ends although the stream does not."""
    kitchen = Kitchen()
    response = await call(gateway_of(kitchen), "HEAD", "/v1/watch?count=2&hang=true")
    assert (response.status, response.body) == (200, b"")
    assert response.complete


async def test_a_deadline_in_the_middle() -> None:
    """The last element says so."""
    kitchen = Kitchen()
    headers = [(b"grpc-timeout", b"500m")]
    response = await call(
        gateway_of(kitchen), "GET", "/v1/watch?count=1&hang=true", headers=headers
    )
    assert not response.complete
    assert orjson.loads(response.body + b"]")[-1]["error"]["status"] == "DEADLINE_EXCEEDED"
    assert kitchen.cancelled.is_set()


async def test_a_client_that_goes() -> None:
    """The servicer is cancelled."""
    kitchen = Kitchen()
    gone = asyncio.Event()
    asyncio.get_running_loop().call_soon(gone.set)
    await call(gateway_of(kitchen), "GET", "/v1/watch?count=1&hang=true", gone=gone)
    assert kitchen.cancelled.is_set()


async def test_a_client_that_goes_from_a_unary_call() -> None:
    """The servicer is cancelled, in a thread it is told."""
    kitchen, gone = Kitchen(), asyncio.Event()
    going = asyncio.ensure_future(kitchen.waiting.wait())
    going.add_done_callback(lambda _: gone.set())
    await call(gateway_of(kitchen), "GET", "/v1/wait", gone=gone)
    assert kitchen.cancelled.is_set()
    gone = asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, gone.set)
    await call(gateway_of(SyncKitchen()), "GET", "/v1/wait", gone=gone)


async def test_a_slow_client_holds_the_servicer_back() -> None:
    """No message is asked of the servicer before the last one has been taken."""
    sent: list[MutableMapping[str, Any]] = []
    taken = asyncio.Semaphore(0)
    requests = [{"type": "http.request"}]

    async def receive() -> MutableMapping[str, Any]:
        if not requests:
            await asyncio.Event().wait()
        return requests.pop()

    async def send(event: MutableMapping[str, Any]) -> None:
        sent.append(event)
        await taken.acquire()

    request = asyncio.ensure_future(
        gateway_of()(scope_of("GET", "/v1/watch?count=1000", []), receive, send)
    )
    for step in range(1, 6):
        for _ in range(20):
            await asyncio.sleep(0)
        assert len(sent) == step
        taken.release()
    request.cancel()
    await asyncio.wait({request})


@BOTH
async def test_an_uploaded_file(servicer: Any) -> None:
    """A servicer in a thread reads the same messages."""
    body = [b"a" * 70_000, b"b"]
    response = await call(gateway_of(servicer()), "POST", "/v1/upload/f", body)
    assert response.json == {"messages": 3, "totalBytes": "70001", "names": ["f", "", ""]}


@pytest.mark.parametrize(
    ("target", "body", "names"),
    [
        pytest.param("/v1/collect", b'[{"stringField":"a"},{},{"stringField":"c"}]', ["a", "", "c"], id="everything"),
        pytest.param("/v1/collect", b"[]", [], id="empty-list"),
        pytest.param("/v1/collect", b"", [], id="nothing"),
        pytest.param("/v1/collect/p?int32Field=1", b"[{},{}]", ["p", ""], id="fields-bind-to-the-first"),
    ],
)  # fmt: skip
async def test_a_streamed_request(target: str, body: bytes, names: list[str]) -> None:
    """A JSON array is a stream of messages."""
    response = await call(gateway_of(), "POST", target, body)
    assert response.json.get("names", []) == names


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param(b"{}", None, id="no-array"),
        pytest.param(b'[{},{"nope":1}]', "[1].nope", id="unknown-field"),
    ],
)
async def test_a_streamed_request_that_is_refused(body: bytes, field: str | None) -> None:
    """It is 400, though the servicer has been called already."""
    response = await call(gateway_of(), "POST", "/v1/collect", body)
    assert response.status == 400
    assert list(response.violations) == ([field] if field else [])
