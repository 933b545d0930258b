"""Unary gRPC calls written as bytes, for `open_load.py`: many at once on each connection."""

import asyncio
import struct
from typing import TYPE_CHECKING
from urllib.parse import SplitResult

if TYPE_CHECKING:
    from open_load import Load

CALLS_A_CONNECTION = 20

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _RESET, _SETTINGS, _PING, _GOAWAY, _WINDOW = 0, 1, 3, 4, 6, 7, 8
_END_STREAM, _ACK, _END_HEADERS = 1, 1, 4
_HEADER_TABLE_SIZE, _INITIAL_WINDOW_SIZE = 1, 4
_MOST = 2**31 - 1


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    head = struct.pack(">HBBBI", len(payload) >> 8, len(payload) & 255, kind, flags, stream)
    return head + payload


def _literal(name: str, value: str) -> bytes:
    """A header field that is not indexed (RFC 7541, 6.2.2)."""
    return b"\x00" + b"".join(bytes([len(each)]) + each.encode() for each in (name, value))


class GrpcCalls(asyncio.Protocol):
    """One connection, which is free so often as it may have one more call under way."""

    def __init__(self, load: "Load", address: SplitResult) -> None:
        self._load = load
        fields = [(":path", address.path), (":authority", address.netloc)]
        fields += [("content-type", "application/grpc"), ("te", "trailers")]
        # POST and http are the third and the sixth of the static table.
        self._head = b"\x83\x86" + b"".join(_literal(*field) for field in fields)
        message = bytes.fromhex(address.query)
        self._body = struct.pack(">BI", 0, len(message)) + message
        self._stream = 1
        # Stream → when its call was due.
        self._due: dict[int, float] = {}
        self._received = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # it is one
        """Is there to be used; no answer is held up by a window, nor refers to another."""
        self._transport = transport
        settings = struct.pack(">HIHI", _HEADER_TABLE_SIZE, 0, _INITIAL_WINDOW_SIZE, _MOST)
        window = struct.pack(">I", _MOST - 65_535)
        transport.write(
            _PREFACE + _frame(_SETTINGS, 0, 0, settings) + _frame(_WINDOW, 0, 0, window)
        )
        self._load.free.extend([self] * CALLS_A_CONNECTION)

    def send(self, due: float) -> None:
        """Makes the call that was due then."""
        stream, self._stream = self._stream, self._stream + 2
        self._due[stream] = due
        self._transport.write(
            _frame(_HEADERS, _END_HEADERS, stream, self._head)
            + _frame(_DATA, _END_STREAM, stream, self._body)
        )

    def data_received(self, data: bytes) -> None:
        """Reads frames, and of the headers in them the status."""
        received = self._received + data if self._received else data
        at = 0
        while len(received) - at >= 9:
            high, low, kind, flags, stream = struct.unpack_from(">HBBBI", received, at)
            end = at + 9 + (high << 8 | low)
            if end > len(received):
                break
            if kind == _HEADERS and flags & _END_STREAM:
                self._ended(stream, _status(received[at + 9 : end]))
            elif kind == _RESET and stream in self._due:
                self._ended(stream, f"reset {received[end - 1]}")
            elif kind in (_SETTINGS, _PING) and not flags & _ACK:
                payload = received[at + 9 : end] if kind == _PING else b""
                self._transport.write(_frame(kind, _ACK, 0, payload))
            at = end
        self._received = received[at:]

    def connection_lost(self, exc: Exception | None) -> None:
        """The server has closed it; what was under way is lost."""
        del exc
        self._load.open -= CALLS_A_CONNECTION
        for due in self._due.values():
            self._load.tally.answered("closed", due)

    @property
    def is_closed(self) -> bool:
        """Whether it cannot be used any more."""
        return self._transport.is_closing()

    def _ended(self, stream: int, status: str) -> None:
        self._load.tally.answered(status, self._due.pop(stream))
        self._load.done(self)


def _status(fields: bytes) -> str:
    """The grpc-status among them, in figures."""
    at = fields.index(b"grpc-status") + 11
    return fields[at + 1 : at + 1 + fields[at]].decode()
