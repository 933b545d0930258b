"""One HTTP connection, with an eye on its pace: nobody holds one open by being slow.

uvicorn has no deadline for what a client sends, nor for how it reads. The times
here are the wire's own, taken from the event loop and not from the service's
clock: a socket does not stand still when a test's clock does.
"""

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from voice_recordings.http.refusal import TurningAway, refusal
from voice_recordings.http.turnstile import Turnstile

_LOOK_SECONDS = 1.0
_EXEMPT = (b"GET /healthz ", b"GET /readyz ", b"GET /metrics ")
_CLOSES = re.compile(rb"\r\nconnection:(?![ \t]*keep-alive\r)")
_UPGRADE = re.compile(rb"\r\nupgrade:[^\r\n]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Pace:
    """What is asked of a client; rates are averages over `window_seconds`."""

    head_seconds: float = 10.0
    head_bytes: int = 128 * 1024
    window_seconds: float = 10.0
    bytes_a_second: int = 1024
    look_seconds: float = _LOOK_SECONDS


class Connection(HttpToolsProtocol):
    """uvicorn's protocol, which closes a connection that falls behind its pace."""

    def __init__(
        self,
        *args: Any,
        pace: Pace,
        turnstile: Turnstile,
        turning_away: TurningAway,
        **values: Any,
    ) -> None:
        super().__init__(*args, **values)
        # uvicorn decides by the logger's handlers, and pytest gives it some: its
        # line holds the query, in which links have their signature.
        self.access_log = False
        self._pace = pace
        self._turnstile = turnstile
        self._turning_away = turning_away
        self._head_since: float | None = None
        self._head_bytes = 0
        self._received_bytes = 0
        self._window = (0.0, 0)
        self._turned_away_at: float | None = None
        self._looking: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Begins to look."""
        self._counted = _CountedTransport(transport)
        super().connection_made(self._counted)  # type: ignore[arg-type]  # all a transport has, it has
        self._head_since = self.loop.time()
        self._mark()
        self._look_later()

    def connection_lost(self, exc: Exception | None) -> None:
        """Looks no more."""
        if self._looking is not None:
            self._looking.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Counts what comes in; refuses a head that does not end, and what there is no time for."""
        if self._is_between_requests() and _can_wait(data):
            self._turnstile.watch(self.loop)
            if not self._turnstile.is_open:
                self._wait_or_turn_away(data)
                return
        self._take(data)

    def _take(self, data: bytes) -> None:
        self._turned_away_at = None
        request = self._request
        if self._head_since is None and (request is None or not request.more_body):
            # The first bytes of another request on a connection that was kept.
            self._head_since = self.loop.time()
        self._received_bytes += len(data)
        begins = self._head_since is not None and not self._head_bytes
        super().data_received(_without_upgrade(data) if begins else data)
        if self._head_since is not None:
            self._head_bytes += len(data)
            if self._head_bytes > self._pace.head_bytes and not self.transport.is_closing():
                self._refuse(431, "INVALID_ARGUMENT", "HEAD_TOO_LARGE", "the head is too large")

    def on_headers_complete(self) -> None:
        """The head is in; now the body is timed."""
        self._head_since = None
        self._head_bytes = 0
        self._mark()
        super().on_headers_complete()

    def _is_between_requests(self) -> bool:
        """Whether all that came before has been answered."""
        request: RequestResponseCycle | None = self.cycle
        return not self._head_bytes and (request is None or request.response_complete)

    def _wait_or_turn_away(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        self._head_since = None
        if self._turnstile.has_room:
            self._turnstile.queue(partial(self._take_in_turn, data))
            self.transport.pause_reading()
            return
        # Answered unread; the connection stays. All that is done here is done for each
        # that is refused, and so taken from those who are served.
        self._turnstile.refuse()
        self.transport.write(self._turning_away.answer(data))
        # uvicorn's timer of idle connections would cost as much as all the rest.
        self._turned_away_at = self.loop.time()

    def _take_in_turn(self, data: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.resume_reading()
            self._take(data)

    def send_400_response(self, msg: str) -> None:
        """Answers what is no HTTP in the one shape of errors."""
        self._refuse(400, "INVALID_ARGUMENT", "MALFORMED_HTTP", msg)

    @property
    def _request(self) -> RequestResponseCycle | None:
        """The request of the moment; uvicorn's type does not say that there may be none."""
        return self.cycle

    def _look_later(self) -> None:
        self._looking = self.loop.call_later(self._pace.look_seconds, self._look)

    def _look(self) -> None:
        if self.transport.is_closing():
            self._finish_closing()
        elif self._turned_away_at is not None:
            if self.loop.time() - self._turned_away_at > self.timeout_keep_alive:
                self.transport.close()
        elif self._head_since is not None:
            if self.loop.time() - self._head_since > self._pace.head_seconds:
                self._close_slow("the head did not arrive in time")
        elif self._is_unread():
            if self._fell_behind(self._counted.sent_bytes):
                self._counted.abort()
        elif self._is_unsent():
            if self._fell_behind(self._received_bytes):
                self._close_slow("the body comes too slowly")
        else:
            self._mark()
        self._look_later()

    def _is_unread(self) -> bool:
        """Whether the client has not taken what was sent."""
        return self._counted.unsent_bytes > 0

    def _is_unsent(self) -> bool:
        """Whether a body is to come and nobody but the client holds it up."""
        request = self._request
        if request is None or not request.more_body or request.response_complete:
            return False
        return not bool(self.flow.read_paused)

    def _fell_behind(self, done_bytes: int) -> bool:
        since, already = self._window
        elapsed = self.loop.time() - since
        if elapsed < self._pace.window_seconds:
            return False
        behind = done_bytes - already < self._pace.bytes_a_second * elapsed
        self._mark()
        return behind

    def _mark(self) -> None:
        """Begins a window."""
        moved = self._counted.sent_bytes if self._is_unread() else self._received_bytes
        self._window = (self.loop.time(), moved)

    def _finish_closing(self) -> None:
        """A connection that is to close once all is sent, but is not read, is cut."""
        if self._is_unread() and self._fell_behind(self._counted.sent_bytes):
            self._counted.abort()

    def _close_slow(self, message: str) -> None:
        if self._head_bytes or self._received_bytes:
            self._refuse(408, "DEADLINE_EXCEEDED", "REQUEST_TIMEOUT", message)
        else:
            self.transport.close()

    def _refuse(self, status: int, code: str, reason: str, message: str) -> None:
        request = self._request
        if request is not None and request.response_started:
            self._counted.abort()
            return
        self.transport.write(
            refusal(status, code, reason, message, headers="connection: close\r\n")
        )
        self.transport.close()


def _can_wait(data: bytes) -> bool:
    """Whether this is one whole request without a body, of a client that keeps its connection.

    Others are let in: to know where they end they must be read, which is half
    the work. Health and metrics are for those who want to know just now.
    """
    if not data.startswith((b"GET ", b"DELETE ")) or data.startswith(_EXEMPT):
        return False
    if data.find(b"\r\n\r\n") != len(data) - 4 or b" HTTP/1.1\r\n" not in data:
        return False
    lowered = data.lower()
    # A pattern, or a loop, that looks for these costs half of what turning away does.
    if (
        b"\r\ncontent-length" in lowered
        or b"\r\ntransfer-encoding" in lowered
        or b"\r\nexpect" in lowered
        or b"\r\nupgrade" in lowered
        or (b"\r\nconnection:" in lowered and _CLOSES.search(lowered))
    ):
        return False
    # A line end that some take for one and some do not.
    return data.count(b"\n") == data.count(b"\r\n")


def _without_upgrade(data: bytes) -> bytes:
    """The head without its wish for another protocol, which a server may ignore (RFC 9110 §7.8).

    httptools takes what follows such a head for that protocol, and the body is
    lost. Java's HttpClient wishes for h2c with every first request.
    """
    head, end, rest = data.partition(b"\r\n\r\n")
    return _UPGRADE.sub(b"", head) + end + rest


class _CountedTransport:
    """A transport that knows how many bytes it has handed to the network."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._written_bytes = 0

    @property
    def sent_bytes(self) -> int:
        """What has left the buffer."""
        return self._written_bytes - self.unsent_bytes

    @property
    def unsent_bytes(self) -> int:
        """What waits in the buffer."""
        return self._transport.get_write_buffer_size()

    def write(self, data: bytes) -> None:
        """Sends, or buffers, the bytes."""
        self._written_bytes += len(data)
        self._transport.write(data)

    def writelines(self, pieces: Iterable[bytes]) -> None:
        """Sends, or buffers, the pieces."""
        self.write(b"".join(pieces))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
