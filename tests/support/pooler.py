"""A pooler in transaction mode, as unhelpful as one may be, before a PostgreSQL server.

Each transaction of a client goes to another server connection than the one before
it, so that whatever a client believes to have left in its session is not there.
"""

import asyncio
import itertools
import subprocess
import sys
from typing import Self

_ENCRYPTION_REQUESTS = (80877103, 80877104)
_CONNECTIONS = 3

Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Pooler:
    """Listens on loopback, in a process of its own."""

    def __init__(self, server_port: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(server_port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()


async def _pool(server_port: int) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        servers: list[Pair] = []
        client = _Client(reader, writer)
        try:
            opening = await _opening(reader, writer)
            for number in range(_CONNECTIONS):
                server = await asyncio.open_connection("127.0.0.1", server_port)
                servers.append(server)
                server[1].write(opening)
                await _answer(server, writer if number == 0 else None)
            for server in itertools.cycle(servers):
                await client.transaction(server)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client has gone
        finally:
            writer.transport.abort()
            for _, each in servers:
                each.transport.abort()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    sys.stdout.write(f"{listening.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await listening.serve_forever()


class _Client:
    """One client, whose next message is always being waited for."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._next: asyncio.Task[bytes] | None = None

    async def transaction(self, server: Pair) -> None:
        """Passes messages on until the server says that no transaction is open."""
        server[1].write(await self._asking())
        self._next = None
        answering = asyncio.create_task(_answer(server, self._writer))
        while not answering.done():
            asking = self._asking()
            await asyncio.wait({answering, asking}, return_when=asyncio.FIRST_COMPLETED)
            if asking.done() and not answering.done():
                server[1].write(asking.result())
                self._next = None
        await answering

    def _asking(self) -> "asyncio.Task[bytes]":
        if self._next is None:
            self._next = asyncio.create_task(_message(self._reader))
        return self._next


async def _opening(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    """The client's first message, once it has been told that nothing is encrypted here."""
    while True:
        length = await reader.readexactly(4)
        body = await reader.readexactly(int.from_bytes(length) - 4)
        if int.from_bytes(body[:4]) not in _ENCRYPTION_REQUESTS:
            return length + body
        writer.write(b"N")


async def _answer(server: Pair, writer: asyncio.StreamWriter | None) -> None:
    """Passes answers on until the server is ready with no transaction open."""
    while True:
        message = await _message(server[0])
        if writer is not None:
            writer.write(message)
        if message[:1] == b"Z" and message[5:6] == b"I":
            return


async def _message(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readexactly(5)
    return head + await reader.readexactly(int.from_bytes(head[1:]) - 4)


if __name__ == "__main__":
    asyncio.run(_pool(int(sys.argv[1])))
