"""`voice-recordings record`: a file, played in as a live call."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import click

from voice_recordings.audio import g711
from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.wav_reader import WavReader
from voice_recordings.cli.connection import endpoint_option, json_option
from voice_recordings.cli.live_view import live_view
from voice_recordings.cli.output import print_recording
from voice_recordings.cli.parameters import Number
from voice_recordings.cli.recording_options import making_options, parent_option
from voice_recordings.client import LiveRecording, RecordingsClient
from voice_recordings.errors import NotAudio

_MESSAGE_SECONDS = 0.2
_PIECE_BYTES = 64 * 1024
_CODECS: dict[str, Callable[[bytes], bytes]] = {
    "LINEAR16": lambda pcm: pcm,
    "MULAW": g711.encode_mulaw,
    "ALAW": g711.encode_alaw,
}


@click.command("record")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@parent_option
@click.option(
    "--recording-id",
    default="",
    metavar="ID",
    help="The recording's id; with one, a recording that was broken off is gone on with.",
)
@click.option(
    "--speed",
    type=Number(0.0, min_open=True),
    default=1.0,
    show_default=True,
    help="How many times as fast as it was spoken.",
)
@click.option(
    "--codec",
    type=click.Choice(list(_CODECS)),
    default="LINEAR16",
    show_default=True,
    help="How the audio is sent.",
)
@making_options
@click.option(
    "--max-duration", type=float, metavar="SECONDS", help="Finish when it holds so much audio."
)
@click.option(
    "--silence-timeout", type=float, metavar="SECONDS", help="Finish after so much silence."
)
@click.option("--wait", is_flag=True, help="Wait until it has ended.")
@json_option
@endpoint_option
def command(
    client: RecordingsClient,
    *,
    file: Path,
    parent: str,
    recording_id: str,
    speed: float,
    codec: str,
    trim_silence: bool,
    source: str,
    ready_uri: str,
    max_duration: float | None,
    silence_timeout: float | None,
    wait: bool,
    as_json: bool,
) -> None:
    """Play a WAV FILE in as a live call, as fast as it was spoken.

    A connection that breaks is taken up again where the server has the audio
    safe.
    """
    audio, length = _opened(file)
    made = client.create_live(
        parent,
        codec=codec,
        sample_rate=audio.sample_rate_hertz,
        channel_count=audio.channel_count,
        recording_id=recording_id,
        trim_silence=trim_silence,
        source=source,
        ready_uri=ready_uri,
        max_duration=_span(max_duration, "--max-duration"),
        silence_timeout=_span(silence_timeout, "--silence-timeout"),
    )
    begun = time.monotonic()
    played = 0.0
    with LiveRecording(client, made.name) as live, live_view(audio, length) as view:
        for pcm in _messages(file, audio):
            played += len(pcm) / (audio.frame_bytes * audio.sample_rate_hertz)
            time.sleep(max(0.0, begun + played / speed - time.monotonic()))
            going_on = live.write(_CODECS[codec](pcm))
            view(played, pcm, live.progress)
            if not going_on:
                break
        live.finish()
        view(played, b"", live.progress)
    recording = client.wait_until_ready(made.name) if wait else client.get(made.name)
    print_recording(recording, as_json=as_json)


def _span(seconds: float | None, flag: str) -> timedelta | None:
    try:
        return None if seconds is None else timedelta(seconds=seconds)
    except (ValueError, OverflowError) as error:
        raise click.BadParameter(f"{seconds} is no span of seconds", param_hint=flag) from error


def _opened(file: Path) -> tuple[PcmFormat, float]:
    """The format of the file, and roughly how many seconds it lasts."""
    reader = WavReader()
    try:
        with file.open("rb") as opened:
            while reader.source is None and (piece := opened.read(_PIECE_BYTES)):
                reader.feed(piece)
        if reader.source is None:
            reader.finish()
    except NotAudio as error:
        raise click.BadParameter(error.violations[0].description, param_hint="FILE") from error
    if reader.source is None:
        raise click.BadParameter("is not a WAV file", param_hint="FILE")
    audio = reader.source.pcm
    seconds = file.stat().st_size / (audio.frame_bytes * audio.sample_rate_hertz)
    return audio, seconds


def _messages(file: Path, audio: PcmFormat) -> Iterator[bytes]:
    """The file's samples as PCM 16, 200 ms at a time."""
    size = audio.samples_to_bytes(round(audio.sample_rate_hertz * _MESSAGE_SECONDS))
    reader, rest = WavReader(), b""
    with file.open("rb") as opened:
        while piece := opened.read(_PIECE_BYTES):
            rest += reader.feed(piece)
            while len(rest) >= size:
                yield rest[:size]
                rest = rest[size:]
    rest += reader.finish()
    for start in range(0, len(rest), size):
        yield rest[start : start + size]
