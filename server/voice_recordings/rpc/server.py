"""The gRPC door: a grpc.aio server with health and reflection."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import grpc
from grpc.aio import Server, ServerInterceptor
from grpc_reflection.v1alpha import reflection

from voice_recordings.rpc.health import Health

MAX_MESSAGE_BYTES = 1024 * 1024

_METADATA_BYTES = 16 * 1024
_STREAMS_A_CONNECTION = 1000
# Calls wait until Python takes them up, one by one: at 2,000 a second, half a second at most.
_WAITING_CALLS = 500
_MOST_WAITING_CALLS = 1000
_CONNECTION_AGE_MS = 60 * 60 * 1000
_PING_INTERVAL_MS = 30_000

# Room for what surrounds the bytes of a message at the limit.
_ENVELOPE_BYTES = 64 * 1024

_HEALTH_METHODS = ("Check", "Watch")

# Calls a generated add_<Service>Servicer_to_server with its servicer; what is
# passed is anything that takes services: a grpc server, or the gateway.
Registration = Callable[[Any], None]


def make_server(
    interceptors: Sequence[ServerInterceptor],
    registrations: Sequence[Registration],
    service_names: Sequence[str],
    health: Health,
) -> Server:
    """A server with the services, their health and reflection; not yet started."""
    server = grpc.aio.server(
        interceptors=interceptors,
        options=[
            ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES + _ENVELOPE_BYTES),
            # Credentials and request parameters are small; the hard limit is for all of them.
            ("grpc.max_metadata_size", _METADATA_BYTES),
            ("grpc.absolute_max_metadata_size", _METADATA_BYTES),
            ("grpc.max_concurrent_streams", _STREAMS_A_CONNECTION),
            # From the first on the likelier a call is refused the more wait already, from
            # the second on each is. gRPC's core does that; to refuse in Python would cost
            # a third of serving.
            ("grpc.server.max_pending_requests", _WAITING_CALLS),
            ("grpc.server.max_pending_requests_hard_limit", _MOST_WAITING_CALLS),
            # Connections are moved on now and then, so that clients find other nodes;
            # what runs on them may end in its own time: a call may be long.
            ("grpc.max_connection_age_ms", _CONNECTION_AGE_MS),
            ("grpc.max_connection_idle_ms", _CONNECTION_AGE_MS),
            # Clients that are gone without a word are noticed within 80 s.
            ("grpc.keepalive_time_ms", 60_000),
            ("grpc.keepalive_timeout_ms", 20_000),
            # The published clients ping every 60 s, calls or none; gRPC's own
            # tolerance is 300 s, after which it would break their connections.
            ("grpc.http2.min_ping_interval_without_data_ms", _PING_INTERVAL_MS),
            ("grpc.keepalive_permit_without_calls", 1),
            ("grpc.http2.max_ping_strikes", 2),
            # Two servers on one port would share its calls without anybody noticing.
            ("grpc.so_reuseport", 0),
        ],
    )
    door: Any = _Door(server)
    for register in registrations:
        register(door)
    health.register(door)
    names = [*service_names, health.service_name, reflection.SERVICE_NAME]
    reflection.enable_server_reflection(names, server)
    return server


class _Door:
    """Takes services as grpcio's server does, but each method under its generic handler alone.

    Generated code registers methods a second time, one by one, and grpcio's
    loop then waits for all of them anew with every call: with twenty methods
    that was a sixth of what a call costs. The handlers are the same.

    A method that is registered has a queue of its own, so those of health are:
    nobody who asks for it stands behind calls for which there is no room.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self.add_generic_rpc_handlers = server.add_generic_rpc_handlers

    def add_registered_method_handlers(
        self, service_name: str, method_handlers: Mapping[str, Any]
    ) -> None:
        """Leaves it at the generic handlers, but for health."""
        if service_name == Health.service_name:
            some = {name: method_handlers[name] for name in _HEALTH_METHODS}
            self._server.add_registered_method_handlers(service_name, some)
