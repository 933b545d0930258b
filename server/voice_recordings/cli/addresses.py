"""HOST:PORT on the command line."""

import click

from voice_recordings.config import parse_address
from voice_recordings.errors import ConfigurationError


def address(_: click.Context, parameter: click.Parameter, text: str) -> tuple[str, int]:
    """A click callback that splits an address, or says how it is used."""
    try:
        return parse_address(parameter.name or "address", text)
    except ConfigurationError as error:
        raise click.UsageError(str(error)) from error
