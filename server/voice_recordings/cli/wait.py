"""`voice-recordings wait`."""

import sys

import click

from enfonica.voice.v1beta1 import recordings_pb2
from voice_recordings.cli.connection import endpoint_option, json_option
from voice_recordings.cli.output import print_recording
from voice_recordings.cli.parameters import Number
from voice_recordings.client import RecordingsClient


@click.command("wait")
@click.argument("name")
@click.option(
    "--timeout",
    "timeout_seconds",
    type=Number(min=0),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="Give up after this long.",
)
@json_option
@endpoint_option
def command(client: RecordingsClient, *, name: str, timeout_seconds: float, as_json: bool) -> None:
    """Wait until a recording has ended, and show it.

    Exits with 0 when it is SUCCEEDED or EMPTY, and with 1 when it is FAILED or
    not ready in time.
    """
    recording = client.wait_until_ready(name, timeout_seconds=timeout_seconds)
    print_recording(recording, as_json=as_json)
    if recording.state == recordings_pb2.Recording.FAILED:
        code = recordings_pb2.Recording.ErrorCode.Name(recording.error_code)
        click.echo(f"Error: {name} failed: {code}", err=True)
        sys.exit(1)
