"""`voice-recordings list`."""

import itertools

import click

from voice_recordings.cli.connection import endpoint_option, json_option
from voice_recordings.cli.output import as_dict, print_json, print_table
from voice_recordings.client import RecordingsClient


@click.command("list")
@click.argument("parent")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    help="Stop after this many; all unless given.",
)
@click.option("--links", is_flag=True, help="With --json: include download links.")
@json_option
@endpoint_option
def command(
    client: RecordingsClient, *, parent: str, limit: int | None, links: bool, as_json: bool
) -> None:
    """List recordings, newest first.

    PARENT is projects/PROJECT, or projects/PROJECT/calls/CALL.
    """
    found = itertools.islice(client.list(parent, full=links), limit)
    if as_json:
        print_json([as_dict(recording) for recording in found])
    else:
        print_table(found)
