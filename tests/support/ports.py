"""Ports that nobody has right now."""

import socket


def free_port() -> int:
    """A free port of this machine; somebody else may take it before it is used."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
