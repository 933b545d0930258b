"""What every command that talks to a server shares: its address, and its no."""

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from voice_recordings.client import RecordingsClient, ServiceError, Tls, read_credentials

_DEFAULT_TARGET = "127.0.0.1:50051"


_PREFIX = "VOICE_RECORDINGS_"


_Decorator = Callable[[Callable[..., None]], Callable[..., None]]


def _file_option(flag: str, meaning: str) -> _Decorator:
    variable = _PREFIX + flag.removeprefix("--").replace("-", "_").upper()
    return click.option(
        flag,
        type=click.Path(path_type=Path, dir_okay=False),
        envvar=variable,
        metavar="FILE",
        help=f"{meaning}; also {variable}.",
    )


_ENDPOINT: _Decorator = click.option(
    "--endpoint",
    envvar=f"{_PREFIX}EMULATOR_HOST",
    default=_DEFAULT_TARGET,
    show_default=True,
    metavar="HOST:PORT",
    help=f"The server's gRPC address, https://HOST:PORT for TLS; also {_PREFIX}EMULATOR_HOST.",
)
_TLS = (
    _file_option("--ca-file", "Trust these authorities, in PEM, and speak TLS"),
    _file_option("--client-cert", "The certificate to show a server that asks for one"),
    _file_option("--client-key", "Its private key"),
)
_CREDENTIALS = _file_option("--credentials", "A service account's key file, or one with a token")


def channel_options(command: Callable[..., None]) -> Callable[..., None]:
    """Adds --endpoint and what TLS needs, and gives the command `endpoint` and `tls`."""

    @functools.wraps(command)
    def connected(
        *args: Any,
        ca_file: Path | None,
        client_cert: Path | None,
        client_key: Path | None,
        **values: Any,
    ) -> None:
        tls = Tls(ca_file, client_cert, client_key) if ca_file or client_cert else None
        try:
            command(*args, tls=tls, **values)
        except ServiceError as error:
            click.echo(f"Error: {error}", err=True)
            sys.exit(1)

    with_options: Callable[..., None] = connected
    for option in (*reversed(_TLS), _ENDPOINT):
        with_options = option(with_options)
    return with_options


def endpoint_option(command: Callable[..., None]) -> Callable[..., None]:
    """Adds where the server is and who calls; answers a `ServiceError` with exit status 1."""

    @_CREDENTIALS
    @channel_options
    @functools.wraps(command)
    def connected(
        *args: Any, endpoint: str, tls: Tls | None, credentials: Path | None, **values: Any
    ) -> None:
        who = read_credentials(credentials, tls=tls) if credentials else None
        with RecordingsClient(endpoint, credentials=who, tls=tls) as client:
            command(client, *args, **values)

    return connected


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
