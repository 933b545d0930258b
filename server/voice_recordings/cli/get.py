"""`voice-recordings get`."""

import click

from voice_recordings.cli.connection import endpoint_option, json_option
from voice_recordings.cli.output import as_dict, print_json, print_recording
from voice_recordings.client import RecordingsClient


@click.command("get")
@click.argument("name")
@click.option("--session", is_flag=True, help="Show how it was made instead.")
@json_option
@endpoint_option
def command(client: RecordingsClient, *, name: str, session: bool, as_json: bool) -> None:
    """Show a recording, with links to download its audio.

    NAME is projects/PROJECT/calls/CALL/recordings/RECORDING.
    """
    if session:
        print_json(as_dict(client.session(name)))
    else:
        print_recording(client.get(name), as_json=as_json)
