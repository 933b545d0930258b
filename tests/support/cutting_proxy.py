"""A TCP relay that breaks connections off, as networks do."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_PIECE_BYTES = 4096


@dataclass
class CuttingProxy:
    """Relays each connection; `cuts` says after how many answered bytes the next ones break.

    Once the list is used up, connections live. `requests` keeps what was asked.
    """

    url: str
    target: tuple[str, int] = ("", 0)
    cuts: list[int] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)

    def relay_to(self, url: str) -> None:
        """Sets where connections lead."""
        parts = urlsplit(url)
        assert parts.hostname
        assert parts.port
        self.target = (parts.hostname, parts.port)

    def serve(self, connection: socket.socket) -> None:
        """Relays one connection of one request."""
        with connection, suppress(OSError):
            request = b""
            while b"\r\n\r\n" not in request:
                piece = connection.recv(_PIECE_BYTES)
                if not piece:
                    return
                request += piece
            self.requests.append(request)
            left = self.cuts.pop(0) if self.cuts else None
            head, _, rest = request.partition(b"\r\n")
            with socket.create_connection(self.target) as upstream:
                upstream.sendall(head + b"\r\nConnection: close\r\n" + rest)
                while answer := upstream.recv(_PIECE_BYTES):
                    if left is not None and len(answer) >= left:
                        connection.sendall(answer[:left])
                        return
                    left = None if left is None else left - len(answer)
                    connection.sendall(answer)


@contextmanager
def cutting_proxy() -> Iterator[CuttingProxy]:
    """A relay on a free port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = CuttingProxy(f"http://127.0.0.1:{listener.getsockname()[1]}")

        def accept() -> None:
            with suppress(OSError):
                while True:
                    proxy.serve(listener.accept()[0])

        thread = threading.Thread(target=accept, name="cutting-proxy")
        thread.start()
        try:
            yield proxy
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
