"""Hears of recordings that are ready."""

import base64
import hmac
import json
import threading
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Inbox:
    """Takes webhooks, each recording once, and refuses those that are not genuine."""

    def __init__(self, key: str) -> None:
        self.heard: dict[str, str] = {}
        self.refused = 0
        self.failing = 0
        self._key = base64.b64decode(key)
        inbox = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(inbox.take(self, body))
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/ready"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def take(self, request: BaseHTTPRequestHandler, body: bytes) -> int:
        """The status to answer with."""
        if self.failing:
            self.failing -= 1
            return 503
        signed = self.url.encode() + request.headers["X-Enfonica-Event"].encode() + body
        expected = base64.b64encode(hmac.digest(self._key, signed, sha256)).decode()
        if not hmac.compare_digest(expected, request.headers["X-Enfonica-Signature"]):
            self.refused += 1
            return 403
        recording = json.loads(body)
        self.heard[recording["name"]] = recording["state"]
        return 204

    def close(self) -> None:
        """Hears no more."""
        self._server.shutdown()
        self._server.server_close()
