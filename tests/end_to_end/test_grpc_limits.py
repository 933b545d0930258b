"""What one gRPC connection may ask of the server."""

import select
import socket
import struct
import time

import grpc
import pytest

from enfonica.voice.v1beta1 import recordings_pb2, recordings_pb2_grpc
from support.server import serving
from voice_recordings.app import Running

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_SETTINGS, _PING, _GOAWAY = 4, 6, 7
_MAX_CONCURRENT_STREAMS, _MAX_HEADER_LIST_SIZE = 3, 6
_ENHANCE_YOUR_CALM = 11


class Connection:
    """HTTP/2 by hand, as far as settings and pings go (RFC 9113)."""

    def __init__(self, server: Running) -> None:
        host, _, port = server.grpc_address.rpartition(":")
        self._socket = socket.create_connection((host, int(port)), timeout=30)
        self._socket.sendall(_PREFACE)
        self.send(_SETTINGS, b"")

    def send(self, kind: int, payload: bytes, flags: int = 0) -> None:
        """A frame of the connection itself."""
        head = struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + bytes(4)
        self._socket.sendall(head + payload)

    def receive(self) -> tuple[int, int, bytes]:
        """The next frame: kind, flags, payload."""
        head = self._exactly(9)
        return head[3], head[4], self._exactly(int.from_bytes(head[:3]))

    def ping(self) -> bool:
        """Whether a ping is answered; not if the server says goodbye first."""
        try:
            self.send(_PING, bytes(8))
            while not self._answer():
                pass
        except ConnectionError:
            return False
        return True

    def idle(self, seconds: float) -> None:
        """Does nothing but answer the server's own pings."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if select.select([self._socket], [], [], left)[0]:
                self._answer()

    def _answer(self) -> bool:
        """Takes one frame in; whether it answers a ping."""
        kind, flags, payload = self.receive()
        if kind == _GOAWAY:
            assert int.from_bytes(payload[4:8]) == _ENHANCE_YOUR_CALM
            raise ConnectionAbortedError
        acknowledged = bool(flags & 1)
        if kind in (_SETTINGS, _PING) and not acknowledged:
            self.send(kind, payload if kind == _PING else b"", 1)
        return kind == _PING and acknowledged

    def close(self) -> None:
        """Hangs up."""
        self._socket.close()

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            piece = self._socket.recv(size - len(data))
            if not piece:
                raise ConnectionResetError
            data += piece
        return data


def test_streams_and_headers_of_a_connection_are_bounded(server: Running) -> None:
    """As the server's settings say."""
    connection = Connection(server)
    kind, _, payload = connection.receive()
    connection.close()
    assert kind == _SETTINGS
    settings = dict(struct.iter_unpack(">HI", payload))
    assert settings[_MAX_CONCURRENT_STREAMS] == 1000
    assert settings[_MAX_HEADER_LIST_SIZE] == 16 * 1024


@pytest.mark.parametrize("size", [20_000, 100_000])
def test_large_metadata_is_refused(server: Running, size: int) -> None:
    """Before a servicer sees it."""
    with grpc.insecure_channel(server.grpc_address) as channel:
        with pytest.raises(grpc.RpcError) as refused:
            recordings_pb2_grpc.RecordingsStub(channel).ListRecordings(
                recordings_pb2.ListRecordingsRequest(parent="projects/demo"),
                metadata=(("x-large", "a" * size),),
            )
        assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_large_messages_are_refused(server: Running) -> None:
    """One of a mebibyte and a bit."""
    with grpc.insecure_channel(server.grpc_address) as channel:
        with pytest.raises(grpc.RpcError) as refused:
            recordings_pb2_grpc.RecordingsStub(channel).ListRecordings(
                recordings_pb2.ListRecordingsRequest(parent="p" * 1_200_000)
            )
        assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_a_flood_of_pings_ends_the_connection(server: Running) -> None:
    """With the word that HTTP/2 has for it."""
    connection = Connection(server)
    assert not all(connection.ping() for _ in range(10))
    connection.close()


@pytest.mark.chaos
def test_the_published_clients_pings_are_borne() -> None:
    """One a minute on an idle connection, for longer than gRPC's own patience of two strikes."""
    with serving() as server:
        connection = Connection(server)
        for _ in range(5):
            assert connection.ping()
            connection.idle(60)
        assert connection.ping()
        connection.close()
