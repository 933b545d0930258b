"""What every command that talks to a server shares: its address, and its no."""

import functools
import sys
from collections.abc import Callable
from typing import Any

import click

from voice_recordings.client import RecordingsClient, ServiceError

_DEFAULT_TARGET = "127.0.0.1:50051"


def endpoint_option(command: Callable[..., None]) -> Callable[..., None]:
    """Adds --endpoint, and answers a `ServiceError` with exit status 1."""

    @click.option(
        "--endpoint",
        envvar="VOICE_RECORDINGS_EMULATOR_HOST",
        default=_DEFAULT_TARGET,
        show_default=True,
        metavar="HOST:PORT",
        help="The server's gRPC address; also VOICE_RECORDINGS_EMULATOR_HOST.",
    )
    @functools.wraps(command)
    def connected(*args: Any, endpoint: str, **values: Any) -> None:
        try:
            with RecordingsClient(endpoint) as client:
                command(client, *args, **values)
        except ServiceError as error:
            click.echo(f"Error: {error}", err=True)
            sys.exit(1)

    return connected


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
