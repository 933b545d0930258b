"""`voice-recordings healthcheck`."""

import sys

import click
import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

_TIMEOUT_SECONDS = 5.0


@click.command("healthcheck")
@click.option(
    "--endpoint",
    envvar="VOICE_RECORDINGS_EMULATOR_HOST",
    default="127.0.0.1:50051",
    show_default=True,
    metavar="HOST:PORT",
    help="The server's gRPC address.",
)
def command(*, endpoint: str) -> None:
    """Exit with 0 when the server takes work, and with 1 when it does not."""
    with grpc.insecure_channel(endpoint) as channel:
        try:
            check = health_pb2_grpc.HealthStub(channel).Check  # type: ignore[attr-defined]  # grpcio makes it
            answer = check(health_pb2.HealthCheckRequest(), timeout=_TIMEOUT_SECONDS)
        except grpc.RpcError as error:
            click.echo(f"{endpoint}: {error.code().name}: {error.details()}", err=True)
            sys.exit(1)
    status = health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)
    click.echo(status)
    sys.exit(0 if answer.status == health_pb2.HealthCheckResponse.SERVING else 1)
