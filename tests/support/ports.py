"""Ports for servers that cannot be told to take any port."""

import atexit
import random
import socket
from collections.abc import Iterator
from pathlib import Path

_EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOWEST, _HIGHEST = 16_000, 32_000
_BLOCK = 16


def free_ports(count: int) -> list[int]:
    """Ports of this process until it ends, so that a server may be stopped and started again.

    The system gives none of them to an outgoing connection, and no other test process takes them.
    """
    assert count < _BLOCK
    for first in _blocks():
        holder = _bound(first)
        if holder is None:
            continue
        probes = [_bound(port) for port in range(first + 1, first + 1 + count)]
        for probe in filter(None, probes):
            probe.close()
        if None not in probes:
            # Bound and never listened on, it keeps the block from other processes.
            atexit.register(holder.close)
            return list(range(first + 1, first + 1 + count))
        holder.close()
    raise AssertionError("no ports are free")


def free_port() -> int:
    """One such port."""
    return free_ports(1)[0]


def _blocks() -> Iterator[int]:
    """Where blocks begin, below what outgoing connections are given; in no order."""
    highest = _HIGHEST
    if _EPHEMERAL.exists():
        ephemeral = int(_EPHEMERAL.read_text().split()[0])
        # A system that gives out nearly all ports leaves no room below.
        highest = min(highest, ephemeral) if ephemeral > _LOWEST + _BLOCK else highest
    blocks = range(_LOWEST, highest - _BLOCK + 1, _BLOCK)
    # Its own generator: tests seed the shared one alike in every process.
    yield from random.Random().sample(blocks, len(blocks))


def _bound(port: int) -> socket.socket | None:
    probe = socket.socket()
    try:
        probe.bind(("127.0.0.1", port))
    except OSError:
        probe.close()
        return None
    return probe
