"""A webhook receiver on loopback that behaves as badly as its path says."""

import asyncio
import contextlib
import ssl
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field

Write = asyncio.StreamWriter
Behaviour = Callable[["Request", Write], Awaitable[None]]


@dataclass(frozen=True)
class Request:
    """What arrived."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Receiver:
    """Counts what it accepts and keeps what it was sent.

    `plan` holds what to do next for a target, `default` what to do with none left.
    """

    url: str = ""
    accepts: int = 0
    requests: list[Request] = field(default_factory=list)
    plan: dict[str, deque[Behaviour]] = field(default_factory=dict)
    default: Behaviour = field(default_factory=lambda: status(200))
    _serving: set[asyncio.Future[None]] = field(default_factory=set)

    def will(self, target: str, *behaviours: Behaviour) -> None:
        """Adds to the plan."""
        self.plan.setdefault(target, deque()).extend(behaviours)

    async def serve(self, reader: asyncio.StreamReader, writer: Write) -> None:
        """Answers one connection until the other side has enough, or `close`."""
        self.accepts += 1
        self._serving.add(asyncio.ensure_future(self._answer(reader, writer)))

    async def close(self) -> None:
        """Drops every connection."""
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _answer(self, reader: asyncio.StreamReader, writer: Write) -> None:
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                while not writer.is_closing():
                    request = await _read(reader)
                    self.requests.append(request)
                    planned = self.plan.get(request.target)
                    await (planned.popleft() if planned else self.default)(request, writer)
        finally:
            writer.transport.abort()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


def status(code: int, **headers: str) -> Behaviour:
    """Answers with a status; underscores in header names stand for hyphens."""

    async def answer(_: Request, writer: Write) -> None:
        lines = [f"HTTP/1.1 {code} Text", "Content-Length: 2"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        if code == 204:
            lines.remove("Content-Length: 2")
        body = "" if code == 204 else "ok"
        writer.write(("\r\n".join(lines) + "\r\n\r\n" + body).encode("latin-1"))
        await writer.drain()

    return answer


async def hang(_: Request, __: Write) -> None:
    """Never answers."""
    await asyncio.Event().wait()


async def reset(_: Request, writer: Write) -> None:
    """Breaks the connection off."""
    writer.transport.abort()


async def slow_trickle(_: Request, writer: Write) -> None:
    """Sends a header that never ends, a byte at a time."""
    writer.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while not writer.is_closing():
        writer.write(b"a")
        await writer.drain()
        await asyncio.sleep(0.01)


async def trickling_body(_: Request, writer: Write) -> None:
    """Answers 200, then sends a body that never ends, a byte at a time."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"a")
        await writer.drain()
        await asyncio.sleep(0.01)


async def endless_body(_: Request, writer: Write) -> None:
    """Answers 200, then sends chunks for as long as anybody reads."""
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    chunk = b"10000\r\n" + b"a" * 65536 + b"\r\n"
    while not writer.is_closing():
        writer.write(chunk)
        await writer.drain()


async def endless_header(_: Request, writer: Write) -> None:
    """Sends header fields for as long as anybody reads."""
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while not writer.is_closing():
        writer.write(b"X-More: of the same\r\n" * 100)
        await writer.drain()


async def not_http(_: Request, writer: Write) -> None:
    """Answers in another language."""
    writer.write(b"220 mail.example ESMTP\r\n")
    await writer.drain()


@contextlib.asynccontextmanager
async def listening(
    host: str = "127.0.0.1", *, port: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Receiver]:
    """Starts a receiver on a free port."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, host, port, ssl=tls)
    number = server.sockets[0].getsockname()[1]
    name = f"[{host}]" if ":" in host else host
    receiver.url = f"{'https' if tls else 'http'}://{name}:{number}"
    try:
        yield receiver
    finally:
        server.close()
        await receiver.close()


async def _read(reader: asyncio.StreamReader) -> Request:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
    lower = {name.lower(): value for name, value in headers.items()}
    body = await reader.readexactly(int(lower.get("content-length", "0")))
    return Request(method, target, headers, body)
