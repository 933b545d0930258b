"""Calls and connections by the thousand leave nothing behind."""

import http.client
import time
from pathlib import Path
from urllib.parse import urlsplit

import grpc
import pytest

from end_to_end.processes import Served, resident_bytes
from enfonica.voice.v1beta1 import recordings_pb2, recordings_pb2_grpc

GROWTH_BYTES = 5 * 1024 * 1024
# Allocators may fill up once more; what leaks grows every time.
_ROUNDS = 3
_MORE_FILES = 8
NAME = "projects/leaks/calls/c1/recordings/none"


def open_files(process_id: int) -> int:
    """How many file descriptors a process holds."""
    return len(list(Path(f"/proc/{process_id}/fd").iterdir()))


def play(served: Served, calls: int, connections: int) -> None:
    """Half the calls at each door, each door's over so many connections in all."""
    a_connection = max(1, calls // connections)
    for _ in range(connections // 2):
        with grpc.insecure_channel(
            served.grpc_address, options=[("grpc.use_local_subchannel_pool", 1)]
        ) as channel:
            stub = recordings_pb2_grpc.RecordingsStub(channel)
            for _ in range(a_connection):
                stub.ListRecordings(recordings_pb2.ListRecordingsRequest(parent="projects/leaks"))
        connection = http.client.HTTPConnection(urlsplit(served.http_url).netloc, timeout=30)
        for _ in range(a_connection):
            connection.request("GET", f"/v1beta1/{NAME}")
            assert connection.getresponse().read()
        connection.close()


def settled(served: Served, files: int) -> int:
    """How many descriptors more there are when connections are closed, a little later."""
    for _ in range(600):
        more_files = open_files(served.process.pid) - files
        if more_files <= _MORE_FILES:
            break
        time.sleep(0.1)
    return more_files


def check(calls: int, connections: int) -> None:
    """Memory and descriptors are where they were once warm."""
    with Served() as served:
        play(served, calls // 5, connections // 5)
        files = open_files(served.process.pid)
        for _ in range(_ROUNDS):
            memory = resident_bytes(served.process)
            play(served, calls, connections)
            more_files = settled(served, files)
            grown = resident_bytes(served.process) - memory
            if grown <= GROWTH_BYTES:
                break
    print(
        f"{calls} calls, {connections} connections: RSS +{grown / 2**20:.1f} MiB, fds +{more_files}"
    )
    assert grown <= GROWTH_BYTES
    assert more_files <= _MORE_FILES


def test_calls_and_connections_leave_nothing_behind() -> None:
    """1,000 calls over 100 connections."""
    check(1000, 100)


@pytest.mark.chaos
def test_thousands_of_calls_and_connections_leave_nothing_behind() -> None:
    """10,000 calls over 1,000 connections."""
    check(10_000, 1000)
