"""A receiver to watch webhooks with: prints and verifies what arrives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from voice_recordings.errors import WebhookNotVerified
from voice_recordings.webhooks import Webhook, verify

_MAX_BODY_BYTES = 1024 * 1024
_READ_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request: a webhook that was verified, or why it was not."""

    url: str
    webhook: Webhook | None
    refusal: str = ""


# The request's body -> the keys it may be signed with.
KeysFor = Callable[[bytes], Sequence[bytes | str]]


class Listener(ThreadingHTTPServer):
    """Answers every POST and tells of it; any HTTP client may be on the other side."""

    daemon_threads = True

    def __init__(
        self,
        address: tuple[str, int],
        *,
        keys: KeysFor,
        tell: Callable[[Arrival], None],
        url: str | None,
        status: int,
    ) -> None:
        """`url` is the one webhooks are sent to, where a proxy stands in between."""
        super().__init__(address, _Handler)
        self.keys = keys
        self.tell = tell
        self.public_url = url
        self.status = status

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing: connections that break are the other side's business."""
        del request, client_address


class _Handler(BaseHTTPRequestHandler):
    server: Listener
    protocol_version = "HTTP/1.1"
    timeout = _READ_SECONDS

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > _MAX_BODY_BYTES:
            self.send_error(HTTPStatus.LENGTH_REQUIRED)
            return
        body = self.rfile.read(int(length))
        url = self.server.public_url or f"http://{self.headers.get('Host', '')}{self.path}"
        arrival = self._verified(url, body)
        self.send_response(self.server.status if arrival.webhook else HTTPStatus.UNAUTHORIZED)
        self.send_header("Content-Length", "0")
        self.end_headers()
        # Answered first: the last one told of ends the program.
        self.server.tell(arrival)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as inherited
        """Nothing: arrivals are told of instead."""

    def _verified(self, url: str, body: bytes) -> Arrival:
        try:
            keys = self.server.keys(body)
            return Arrival(url, verify(url, self.headers.items(), body, keys))
        except (WebhookNotVerified, ValueError) as error:
            return Arrival(url, None, str(error))
