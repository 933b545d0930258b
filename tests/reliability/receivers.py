"""Receivers of webhooks on loopback that count what they were sent, some of it refused at first."""

import http.server
import threading
from collections import Counter
from http import HTTPStatus
from typing import Any, Self


class _Listener(http.server.ThreadingHTTPServer):
    """One that is not surprised when a sender is killed."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing."""


class Receivers:
    """Several listeners with one memory.

    `sent` counts the attempts of each webhook id, `taken` those answered well.
    Of the ids in `reluctant` the first two attempts are refused.
    """

    def __init__(self, count: int, reluctant: frozenset[str]) -> None:
        self.sent: Counter[str] = Counter()
        self.taken: Counter[str] = Counter()
        self._reluctant = reluctant
        self._lock = threading.Lock()
        self._servers = [
            http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler()) for _ in range(count)
        ]
        self.urls = [f"http://127.0.0.1:{server.server_port}/ready" for server in self._servers]

    def __enter__(self) -> Self:
        for server in self._servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def take(self, webhook_id: str) -> bool:
        """Counts an attempt; whether it is answered well."""
        with self._lock:
            self.sent[webhook_id] += 1
            well = webhook_id not in self._reluctant or self.sent[webhook_id] > 2
            if well:
                self.taken[webhook_id] += 1
            return well

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        memory = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                well = memory.take(self.headers["webhook-id"])
                self.send_response(HTTPStatus.OK if well else HTTPStatus.INTERNAL_SERVER_ERROR)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        return Handler
