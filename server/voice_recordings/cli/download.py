"""`voice-recordings download`."""

from pathlib import Path

import click

from voice_recordings.cli.connection import endpoint_option, json_option
from voice_recordings.cli.output import print_json, progress_bar
from voice_recordings.client import RecordingsClient

_MIME_TYPES = {"wav": "audio/x-wav", "mp3": "audio/mpeg"}


@click.command("download")
@click.argument("name")
@click.option(
    "--format",
    "suffix",
    type=click.Choice([*_MIME_TYPES, "both"]),
    default="wav",
    show_default=True,
    help="Which file.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="A file, or a folder to save into; the current folder unless given.",
)
@click.option("--mix", is_flag=True, help="Mix both channels down to one; of the WAV only.")
@click.option(
    "--channel",
    type=click.IntRange(0, 1),
    help="Take one channel, 0 the parent leg or 1 the child leg; of the WAV only.",
)
@json_option
@endpoint_option
def command(
    client: RecordingsClient,
    *,
    name: str,
    suffix: str,
    output: Path | None,
    mix: bool,
    channel: int | None,
    as_json: bool,
) -> None:
    """Save a recording's audio. One that broke off goes on where it was.

    NAME is projects/PROJECT/calls/CALL/recordings/RECORDING.
    """
    suffixes = list(_MIME_TYPES) if suffix == "both" else [suffix]
    if len(suffixes) > 1 and output is not None and not output.is_dir():
        raise click.UsageError("--format both saves two files: --output must be a folder")
    if mix and channel is not None:
        raise click.UsageError("--mix and --channel exclude each other")
    if (mix or channel is not None) and suffix != "wav":
        raise click.UsageError("--mix and --channel are of the WAV only: leave out --format")
    recording = client.get(name)
    saved = []
    for each in suffixes:
        folder = output if output is not None and output.is_dir() else Path()
        default = folder / f"{name.rpartition('/')[2]}.{each}"
        to = default if output is None or output.is_dir() else output
        with progress_bar(to.name, None) as progress:
            client.download(
                recording,
                to,
                mime_type=_MIME_TYPES[each],
                mix=mix,
                channel=channel,
                progress=progress,
            )
        saved.append({"path": str(to), "bytes": to.stat().st_size})
        if not as_json:
            click.echo(f"{to} ({to.stat().st_size:,} bytes)")
    if as_json:
        print_json(saved)
