"""`voice-recordings openapi`."""

from pathlib import Path

import click
import orjson

from voice_recordings.app import api_description
from voice_recordings.cli.api import described_gateway
from voice_recordings.gateway import document


@click.command("openapi")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where to write it; standard output if left out.",
)
def command(*, out: Path | None) -> None:
    """Write the OpenAPI 3.1 document of the REST API."""
    made = document(described_gateway().bindings, api_description())
    text = orjson.dumps(made, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_bytes(text)
