"""The addresses a server is reached at."""

import socket

import grpc

from voice_recordings.access.tls import Tls
from voice_recordings.config import Settings, join_address, parse_address
from voice_recordings.errors import ConfigurationError
from voice_recordings.rpc.tls import server_credentials

_LISTEN_BACKLOG = 2048


def listen(settings: Settings) -> socket.socket:
    """The HTTP address, bound. Raises `ConfigurationError`."""
    host, port = parse_address("http_address", settings.http_address)
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=_LISTEN_BACKLOG)
    except OSError as error:
        raise ConfigurationError(
            f"--http-address {settings.http_address} cannot be bound: {error.strerror}"
        ) from error


def bound(listener: socket.socket) -> str:
    """Where a listener is, with the port it was given."""
    host, port = listener.getsockname()[:2]
    return join_address(host, port)


def bind(server: grpc.aio.Server, settings: Settings, tls: Tls | None) -> str:
    """Binds the gRPC address and gives it with its port. Raises `ConfigurationError`."""
    host, port = parse_address("grpc_address", settings.grpc_address)
    address = join_address(host, port)
    try:
        if tls:
            return join_address(host, server.add_secure_port(address, server_credentials(tls)))
        return join_address(host, server.add_insecure_port(address))
    except RuntimeError as error:
        raise ConfigurationError(
            f"--grpc-address {settings.grpc_address} cannot be bound; is it in use?"
        ) from error
