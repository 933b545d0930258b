"""Behind a real HTTP server: what only a connection can show."""

import asyncio

import pytest

from gateway_support.kitchen import Kitchen, gateway_of
from gateway_support.servers import served


async def exchanged(port: int, request: bytes) -> bytes:
    """Everything a connection gives after a request, until it is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await asyncio.wait_for(reader.read(), 60)
    writer.close()
    return answer


async def test_an_error_midway_breaks_the_connection_off() -> None:
    """The client has the error as the last element, and no end of the body."""
    async with served(gateway_of()) as port:
        target = b"/v1/watch?count=2&failCode=14"
        broken = await exchanged(port, b"GET " + target + b" HTTP/1.1\r\nhost: x\r\n\r\n")
        assert broken.startswith(b"HTTP/1.1 200")
        assert b'"status":"UNAVAILABLE"' in broken
        assert not broken.endswith(b"0\r\n\r\n")
        whole = await exchanged(
            port, b"GET /v1/watch?count=2 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        )
        assert whole.endswith(b"0\r\n\r\n")


@pytest.mark.parametrize("target", ["/v1/wait", "/v1/watch?count=1&hang=true"])
async def test_a_connection_that_is_closed_cancels_the_servicer(target: str) -> None:
    """At once, for a single answer and for a stream."""
    kitchen = Kitchen()
    async with served(gateway_of(kitchen)) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET {target} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
        if "watch" in target:
            await reader.readuntil(b"int32Field")
        else:
            await kitchen.waiting.wait()
        writer.close()
        await asyncio.wait_for(kitchen.cancelled.wait(), 60)


async def test_two_requests_on_one_connection() -> None:
    """A refused body does not spoil the connection for the next request."""
    async with served(gateway_of()) as port:
        first = b"POST /v1/echo HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\n{"
        second = b"GET /v1/ints/5 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        answer = await exchanged(port, first + second)
        assert answer.startswith(b"HTTP/1.1 400")
        assert answer.endswith(b'{"int32Field":5}')
