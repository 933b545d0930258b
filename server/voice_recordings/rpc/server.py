"""The gRPC door: a grpc.aio server with health and reflection."""

from collections.abc import Callable, Sequence
from typing import Any

import grpc
from grpc.aio import Server, ServerInterceptor
from grpc_reflection.v1alpha import reflection

from voice_recordings.rpc.health import Health

MAX_MESSAGE_BYTES = 1024 * 1024

# Room for what surrounds the bytes of a message at the limit.
_ENVELOPE_BYTES = 64 * 1024


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
            # Two servers on one port would share its calls without anybody noticing.
            ("grpc.so_reuseport", 0),
        ],
    )
    for register in registrations:
        register(server)
    health.register(server)
    names = [*service_names, health.service_name, reflection.SERVICE_NAME]
    reflection.enable_server_reflection(names, server)
    return server
