"""`voice-recordings migrate`: brings a database up to this version."""

from typing import Any

import click

from voice_recordings.cli.settings import settings_from, settings_options
from voice_recordings.errors import ConfigurationError
from voice_recordings.storage.opening import migrate


@click.command("migrate")
@settings_options
def command(**values: Any) -> None:
    """Bring the database up to this version, with the flags the server is started with.

    Servers must be stopped, and a backup made: there is no way back but that.
    """
    settings = settings_from(values)
    try:
        click.echo(migrate(settings.store_address))
    except ConfigurationError as error:
        raise click.UsageError(error.message) from error
