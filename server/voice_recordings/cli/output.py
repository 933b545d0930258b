"""Recordings on the screen: JSON for programs, a table or lines for people."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from enfonica.voice.v1beta1 import recordings_pb2
from voice_recordings.client import Progress

# Names are there to be copied: where a row is too long for the terminal, the terminal
# breaks it, and no column does.
_ANY_WIDTH = 1000
# Given too because rich takes a width alone for no width on a dumb terminal.
_ANY_HEIGHT = 25


def as_dict(message: Message) -> dict[str, Any]:
    """The message as REST shows it."""
    shown: dict[str, Any] = MessageToDict(message)
    return shown


def print_json(value: object) -> None:
    """One JSON document."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def print_recording(recording: recordings_pb2.Recording, *, as_json: bool) -> None:
    """One recording."""
    if as_json:
        print_json(as_dict(recording))
        return
    click.echo(recording.name)
    rows = [("state", state_name(recording))]
    if recording.state == recordings_pb2.Recording.FAILED:
        rows.append(("error", recordings_pb2.Recording.ErrorCode.Name(recording.error_code)))
    if recording.HasField("duration"):
        rows.append(("duration", duration_text(recording)))
    rows += [
        ("channels", str(recording.channel_count)),
        ("created", recording.create_time.ToJsonString()),
    ]
    for audio in recording.audio:
        rows.append((audio.mime_type, f"{audio.size_bytes:,} bytes, {audio.sample_rate} Hz"))
        if audio.uri:
            rows.append(("", audio.uri))
    for label, text in rows:
        click.echo(f"  {label:<12} {text}")


def print_table(recordings: Iterable[recordings_pb2.Recording]) -> None:
    """A row a recording: a drawn table on a terminal, tabs between columns elsewhere."""
    if not sys.stdout.isatty():
        for recording in recordings:
            click.echo("\t".join(_row(recording)))
        return
    from rich.console import Console  # noqa: PLC0415 - only where a person looks on
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=None, header_style="bold")
    for column, right in (
        ("NAME", False),
        ("STATE", False),
        ("DURATION", True),
        ("CREATED", False),
    ):
        table.add_column(column, justify="right" if right else "left", no_wrap=True)
    for recording in recordings:
        table.add_row(*_row(recording))
    Console(width=_ANY_WIDTH, height=_ANY_HEIGHT).print(table)


def state_name(recording: recordings_pb2.Recording) -> str:
    """The state's name."""
    return recordings_pb2.Recording.State.Name(recording.state)


def duration_text(recording: recordings_pb2.Recording) -> str:
    """The duration in hours, minutes and seconds; empty when there is none."""
    if not recording.HasField("duration"):
        return ""
    # Rounded first: no minute has sixty seconds.
    minutes, milliseconds = divmod(round(recording.duration.ToNanoseconds() / 1e6), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{milliseconds / 1000:06.3f}"


@contextmanager
def progress_bar(label: str, total: int | None) -> Iterator[Progress]:
    """A bar on standard error where a person looks on; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console  # noqa: PLC0415 - only where a person looks on
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TransferSpeedColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as shown:
        task = shown.add_task(label, total=total)
        yield lambda done, total: shown.update(task, completed=done, total=total)


def _row(recording: recordings_pb2.Recording) -> tuple[str, str, str, str]:
    return (
        recording.name,
        state_name(recording),
        duration_text(recording),
        recording.create_time.ToJsonString(),
    )
