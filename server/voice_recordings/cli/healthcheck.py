"""`voice-recordings healthcheck`."""

import sys

import click
import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from voice_recordings.cli.connection import channel_options
from voice_recordings.client import Tls
from voice_recordings.client.synchronous.transport import open_channel
from voice_recordings.client.tls import split_endpoint

_TIMEOUT_SECONDS = 5.0


@click.command("healthcheck")
@channel_options
def command(*, endpoint: str, tls: Tls | None) -> None:
    """Exit with 0 when the server takes work, and with 1 when it does not."""
    address, tls = split_endpoint(endpoint, tls)
    with open_channel(address, tls.credentials() if tls else None, None, []) as channel:
        try:
            check = health_pb2_grpc.HealthStub(channel).Check  # type: ignore[attr-defined]  # grpcio makes it
            answer = check(health_pb2.HealthCheckRequest(), timeout=_TIMEOUT_SECONDS)
        except grpc.RpcError as error:
            click.echo(f"{endpoint}: {error.code().name}: {error.details()}", err=True)
            sys.exit(1)
    status = health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)
    click.echo(status)
    sys.exit(0 if answer.status == health_pb2.HealthCheckResponse.SERVING else 1)
