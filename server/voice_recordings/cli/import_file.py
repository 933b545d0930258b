"""`voice-recordings import`."""

from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import click

from voice_recordings.cli.connection import endpoint_option, json_option
from voice_recordings.cli.output import print_recording, progress_bar
from voice_recordings.cli.parameters import time
from voice_recordings.cli.recording_options import making_options, parent_option
from voice_recordings.client import RecordingsClient


@click.command("import")
@click.argument("file", type=click.File("rb"))
@parent_option
@click.option(
    "--recording-id",
    default="",
    metavar="ID",
    help="The recording's id; with one, an import may be repeated safely.",
)
@making_options
@click.option(
    "--start-time",
    type=time,
    metavar="TIME",
    help="When recording began on the call, as 2026-03-01T09:30:00Z; now unless given.",
)
@click.option("--wait", is_flag=True, help="Wait until it has ended.")
@json_option
@endpoint_option
def command(
    client: RecordingsClient,
    *,
    file: BinaryIO,
    parent: str,
    recording_id: str,
    trim_silence: bool,
    source: str,
    ready_uri: str,
    start_time: datetime | None,
    wait: bool,
    as_json: bool,
) -> None:
    """Make a recording of an audio FILE; - reads standard input."""
    size = _size(file)
    with progress_bar("importing", size) as progress:
        recording = client.import_file(
            parent,
            file,
            recording_id=recording_id,
            trim_silence=trim_silence,
            source=source,
            ready_uri=ready_uri,
            start_time=start_time,
            progress=lambda done: progress(done, size),
        )
    if wait:
        recording = client.wait_until_ready(recording.name)
    print_recording(recording, as_json=as_json)


def _size(file: BinaryIO) -> int | None:
    """The length of a regular file; None for a pipe."""
    path = Path(file.name) if isinstance(getattr(file, "name", None), str) else None
    return path.stat().st_size if path and path.is_file() else None
