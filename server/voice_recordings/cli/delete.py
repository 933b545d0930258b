"""`voice-recordings delete`."""

import click

from voice_recordings.cli.connection import endpoint_option, json_option
from voice_recordings.cli.output import as_dict, print_json
from voice_recordings.client import RecordingsClient


@click.command("delete")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@json_option
@endpoint_option
def command(client: RecordingsClient, *, names: tuple[str, ...], as_json: bool) -> None:
    """Delete recordings and their audio.

    Each NAME is projects/PROJECT/calls/CALL/recordings/RECORDING.
    """
    for name in names:
        deleted = client.delete(name)
        if as_json:
            print_json(as_dict(deleted))
        else:
            click.echo(f"deleted {deleted.name}")
