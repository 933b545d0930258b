"""A TCP proxy on loopback that behaves as badly as it is told to, for what speaks HTTP."""

import socket
import threading
import time
from typing import Self

_PIECE_BYTES = 64 * 1024
_REFUSAL = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class FaultyProxy:
    """Forwards to a port until `mode` says otherwise.

    `refuse` answers 503, `cut` drops connections in the middle of what the
    server answers, `slow` holds each piece up, `gone` drops connections at once.
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self.mode = "forward"
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            if self.mode == "gone":
                return
            if self.mode == "refuse":
                client.recv(_PIECE_BYTES)
                client.sendall(_REFUSAL)
                return
            with socket.create_connection(("127.0.0.1", self._target)) as server:
                back = threading.Thread(target=self._pump, args=(server, client), daemon=True)
                back.start()
                self._pump(client, server)
                back.join()
        except OSError:
            pass
        finally:
            client.close()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(_PIECE_BYTES):
                if self.mode in ("refuse", "gone"):
                    break
                if self.mode == "slow":
                    time.sleep(0.2)
                if self.mode == "cut" and sink.getsockname()[1] == self.port:
                    sink.sendall(data[: len(data) // 2])
                    break
                sink.sendall(data)
        except OSError:
            pass
        finally:
            for end in (source, sink):
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue
