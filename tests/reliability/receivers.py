"""Receivers of webhooks on loopback that verify and count, some of it refused at first."""

import http.server
import threading
from collections import Counter
from http import HTTPStatus
from typing import Any, Self

from voice_recordings.webhooks import verify


class _Listener(http.server.ThreadingHTTPServer):
    """One that is not surprised when a sender is killed."""

    request_queue_size = 1024

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing."""


class Receivers:
    """Several listeners with one memory.

    `sent` counts the attempts of each webhook id, `taken` those answered well,
    and `of` has the recordings the ids spoke of. Of three ids in ten the first
    attempts are refused.
    """

    def __init__(self, count: int, key: bytes, *, refusals: int = 2) -> None:
        self.sent: Counter[str] = Counter()
        self.taken: Counter[str] = Counter()
        self.of: dict[str, set[str]] = {}
        self._key = key
        self._refusals = refusals
        self._changed = threading.Condition()
        self._servers = [_Listener(("127.0.0.1", 0), self._handler()) for _ in range(count)]
        self.urls = [f"http://127.0.0.1:{server.server_port}/ready" for server in self._servers]

    def __enter__(self) -> Self:
        for server in self._servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    @property
    def again(self) -> int:
        """How many were delivered well more often than once."""
        return self.taken.total() - len(self.taken)

    def wait_for(self, count: int, seconds: float) -> bool:
        """Waits until so many different webhooks have been taken; whether they were in time."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self.taken) >= count, seconds)

    def take(self, webhook_id: str, recording: str) -> bool:
        """Counts an attempt; whether it is answered well."""
        with self._changed:
            self.sent[webhook_id] += 1
            self.of.setdefault(webhook_id, set()).add(recording)
            reluctant = sum(webhook_id.encode()) % 10 < 3
            if reluctant and self.sent[webhook_id] <= self._refusals:
                return False
            self.taken[webhook_id] += 1
            self._changed.notify_all()
            return True

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        memory, key = self, self._key

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                url = f"http://{self.headers['host']}{self.path}"
                webhook = verify(url, self.headers.items(), body, key)
                assert webhook.id is not None
                well = memory.take(webhook.id, webhook.recording["name"])
                self.send_response(HTTPStatus.OK if well else HTTPStatus.INTERNAL_SERVER_ERROR)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        return Handler
