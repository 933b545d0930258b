"""A receiver in a process of its own: as fast as it can be, with listeners beside that hang.

    python webhook_receiver.py FILE HANGING

Prints its ports as JSON, the answering one first. Writes to FILE the monotonic
time of each arrival and its webhook-id, a line each, when it is told to end.
"""

import asyncio
import json
import signal
import sys
import time
from pathlib import Path

_ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"


class Fast(asyncio.Protocol):
    """Answers as soon as a request is whole."""

    def __init__(self, arrivals: list[tuple[float, str]]) -> None:
        """Takes the list that arrivals are added to."""
        self._arrivals = arrivals
        self._data = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answers every whole request."""
        self._data += data
        while (head_end := self._data.find(b"\r\n\r\n")) >= 0:
            head = self._data[:head_end].lower()
            length = int(_field(head, b"content-length:"))
            if len(self._data) < head_end + 4 + length:
                return
            self._arrivals.append((time.monotonic(), _field(head, b"webhook-id:").decode()))
            self._data = self._data[head_end + 4 + length :]
            assert self._transport is not None
            self._transport.write(_ANSWER)


def _field(head: bytes, name: bytes) -> bytes:
    start = head.index(name) + len(name)
    return head[start:].split(b"\r\n", 1)[0].strip()


async def main(hanging: int) -> list[tuple[float, str]]:
    """Listens until SIGTERM, and gives what has arrived."""
    loop = asyncio.get_running_loop()
    arrivals: list[tuple[float, str]] = []
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    factories = [lambda: Fast(arrivals), *[asyncio.Protocol] * hanging]
    servers = [
        await loop.create_server(factory, "127.0.0.1", 0, backlog=1024) for factory in factories
    ]
    ports = [server.sockets[0].getsockname()[1] for server in servers]
    print(json.dumps(ports), flush=True)
    await stop.wait()
    return arrivals


if __name__ == "__main__":
    log = asyncio.run(main(int(sys.argv[2])))
    Path(sys.argv[1]).write_text("".join(f"{when} {which}\n" for when, which in log))
