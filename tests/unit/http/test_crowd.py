"""Many who come at once."""

import asyncio
import socket

import uvloop

from voice_recordings.http.asgi import Receive, Scope, Send, respond
from voice_recordings.http.server import HttpServer

MANY = 200


def test_all_who_have_come_are_accepted_in_a_few_rounds() -> None:
    """Uvloop alone would need a round for each."""
    answered = 0

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal answered
        del scope, receive
        answered += 1
        await respond(send, 200, [(b"content-length", b"0")])

    async def rounds() -> int:
        listener = socket.create_server(("127.0.0.1", 0), backlog=MANY)
        server = HttpServer(app, listener, grace_seconds=1)
        await server.start()
        # While the loop stands still, the kernel has them wait.
        clients = [socket.create_connection(listener.getsockname()) for _ in range(MANY)]
        for client in clients:
            client.sendall(b"GET / HTTP/1.1\r\nhost: h\r\n\r\n")
        count = 0
        while answered < MANY:
            await asyncio.sleep(0)
            count += 1
        for client in clients:
            client.close()
        await server.stop()
        listener.close()
        return count

    assert uvloop.run(rounds()) < MANY // 2
