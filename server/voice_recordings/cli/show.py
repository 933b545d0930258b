"""`voice-recordings show`."""

import math
import shutil

import click

from voice_recordings.cli.connection import endpoint_option, json_option
from voice_recordings.cli.output import as_dict, duration_text, print_json, state_name
from voice_recordings.client import RecordingsClient
from voicerecordings.recorder.v1.session_pb2 import Session
from voicerecordings.recorder.v1.waveform_pb2 import Waveform

_BLOCKS = " ▁▂▃▄▅▆▇█"
_ROWS = 4
_QUIETEST_DBFS = -60.0
_FULL_SCALE = 32768
_MIN_COLUMNS = 20
_MARK_COLUMNS = 12
_LEGS = ("parent leg", "child leg")


@click.command("show")
@click.argument("name")
@click.option(
    "--width",
    type=click.IntRange(_MIN_COLUMNS),
    metavar="COLUMNS",
    help="How wide to draw; as wide as the terminal unless given.",
)
@json_option
@endpoint_option
def command(client: RecordingsClient, *, name: str, width: int | None, as_json: bool) -> None:
    """Draw a recording: time, channels and level.

    NAME is projects/PROJECT/calls/CALL/recordings/RECORDING.
    """
    columns = width or shutil.get_terminal_size().columns
    waveform = client.waveform(name, bucket_count=columns)
    if as_json:
        print_json(as_dict(waveform))
        return
    recording = client.get(name, full=False)
    click.echo(f"{name}  {state_name(recording)}  {duration_text(recording)}")
    for line in drawing(waveform, client.session(name)):
        click.echo(line)


def drawing(waveform: Waveform, session: Session) -> list[str]:
    """The lines of each channel, loudest at the top, and the time below them."""
    lines = []
    for number, channel in enumerate(waveform.channels):
        peaks = [max(-low, high) for low, high in zip(channel.lowest, channel.highest, strict=True)]
        label = _LEGS[number] if len(waveform.channels) > 1 else "the only channel"
        lines += [f"{number}  {label}{_loudness(session, number)}", *_bars(peaks)]
    lines.append(_time_line(waveform))
    return [line.rstrip() for line in lines]


def _loudness(session: Session, number: int) -> str:
    if number >= len(session.levels):
        return ""
    level = session.levels[number]
    clipped = f", {level.clipped_samples:,} samples clipped" if level.clipped_samples else ""
    return f": peak {level.peak_dbfs:.1f} dBFS, loudness {level.loudness_dbfs:.1f} dBFS{clipped}"


def _bars(peaks: list[int]) -> list[str]:
    """One bar a peak, on a scale of decibels: as the ear hears it, down to -60 dBFS."""
    steps = _ROWS * (len(_BLOCKS) - 1)
    heights = [math.ceil(_height(peak) * steps) for peak in peaks]
    return [
        "".join(
            _BLOCKS[min(max(height - row * (len(_BLOCKS) - 1), 0), len(_BLOCKS) - 1)]
            for height in heights
        )
        for row in reversed(range(_ROWS))
    ]


def _height(peak: int) -> float:
    if not peak:
        return 0.0
    dbfs = 20 * math.log10(peak / _FULL_SCALE)
    return max(1 - dbfs / _QUIETEST_DBFS, 0.0)


def _time_line(waveform: Waveform) -> str:
    """Marks every dozen columns, each with the time its column begins."""
    seconds = waveform.duration.seconds + waveform.duration.nanos / 1e9
    columns = waveform.bucket_count
    return "".join(
        f"╵{_clock(seconds * column / columns)}".ljust(_MARK_COLUMNS)
        for column in range(0, columns, _MARK_COLUMNS)
    )


def _clock(seconds: float) -> str:
    # Rounded first: no minute has sixty seconds.
    minutes, tenths = divmod(round(seconds * 10), 600)
    hours, minutes = divmod(minutes, 60)
    rest = f"{tenths / 10:04.1f}"
    return f"{hours}:{minutes:02}:{rest}" if hours else f"{minutes}:{rest}"
