"""`voice-recordings demo`: the whole story, played on a server of its own."""

import base64
import contextlib
import io
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import wave
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Self

import click

from enfonica.voice.v1beta1 import recordings_pb2
from voice_recordings.access.keys import SECRET_BYTES, Keyring
from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.speech import speak_call
from voice_recordings.audio.wav import wav_header
from voice_recordings.cli.output import duration_text, state_name
from voice_recordings.cli.webhook_listener import Arrival, Listener
from voice_recordings.client import RecordingsClient, ServiceError
from voice_recordings.config import read_secret
from voice_recordings.webhooks import Webhook

_PARENT = "projects/demo/calls/first-call"
_CALL_SECONDS = 12
_START_SECONDS = 20
_WEBHOOK_SECONDS = 30
_SEED = 7


@click.command("demo")
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Keep the downloaded files here, to listen to.",
)
def command(*, keep: Path | None) -> None:
    """Make a call, import it, get its webhook, list, download, check, delete; show each step."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            downloads = keep or Path(folder)
            downloads.mkdir(parents=True, exist_ok=True)
            secret = Path(folder, "secret")
            secret.write_bytes(base64.b64encode(os.urandom(SECRET_BYTES)))
            keyring = Keyring(read_secret(secret))
            with _server(Path(folder), secret) as target, _Receiver(keyring) as receiver:
                _play(target, receiver, downloads)
    except (ServiceError, _StoryError) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
    if keep:
        click.echo(f"The files are in {keep}.")


class _StoryError(Exception):
    """Something came out differently than promised."""


class _Receiver:
    """An app's webhook receiver, which knows its project's key."""

    def __init__(self, keyring: Keyring) -> None:
        self._arrived: queue.SimpleQueue[Arrival] = queue.SimpleQueue()
        self._listener = Listener(
            ("127.0.0.1", 0),
            keys=lambda _: [keyring.webhook_key("demo", 1)],
            tell=self._arrived.put,
            url=None,
            status=HTTPStatus.NO_CONTENT,
        )
        self.url = f"http://127.0.0.1:{self._listener.server_address[1]}/ready"

    def __enter__(self) -> Self:
        threading.Thread(target=self._listener.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown()
        self._listener.server_close()

    def next(self) -> Webhook:
        """The next webhook, which must be genuine."""
        try:
            arrival = self._arrived.get(timeout=_WEBHOOK_SECONDS)
        except queue.Empty:
            raise _StoryError("the ready webhook arrives") from None
        if arrival.webhook is None:
            raise _StoryError(f"the ready webhook is genuine: {arrival.refusal}")
        return arrival.webhook


def _play(target: str, receiver: _Receiver, folder: Path) -> None:
    _say("a server is up", f"gRPC on {target}, everything in memory")
    call = PcmFormat(sample_rate_hertz=8000, channel_count=2)
    pcm = b"".join(speak_call(call, _CALL_SECONDS, seed=_SEED))
    _say("a call was made", f"two people, {_CALL_SECONDS} s at 8 kHz, silence before and after")
    with RecordingsClient(target) as client:
        file = io.BytesIO(wav_header(call, len(pcm)) + pcm)
        recording = client.import_file(_PARENT, file, trim_silence=True, ready_uri=receiver.url)
        _say("imported", f"{recording.name} is {state_name(recording)}")
        webhook = receiver.next()
        _check(webhook.recording["name"] == recording.name, "the webhook tells of the recording")
        recording = client.get(recording.name)
        _check(webhook.recording["state"] == state_name(recording), "the webhook says how it ended")
        _say("processed", f"{state_name(recording)}, {duration_text(recording)} after trimming")
        _say("told", f"{webhook.event} at {receiver.url}, its signature verified")
        listed = [found.name for found in client.list(_PARENT)]
        _check(listed == [recording.name], "the list holds the recording")
        _say("listed", f"{len(listed)} recording in {_PARENT}")
        wav = client.download(recording, folder / "call.wav")
        mp3 = client.download(recording, folder / "call.mp3", mime_type="audio/mpeg")
        _say("downloaded", f"WAV {wav.stat().st_size:,} bytes, MP3 {mp3.stat().st_size:,} bytes")
        _check_files(recording, wav, mp3, pcm)
        _say("checked", "every sample of the WAV is the call's own; the MP3 is whole")
        link = recording.audio[0].uri
        client.delete(recording.name)
        _check(not list(client.list(_PARENT)), "a deleted recording is not listed")
        _check_dead(client, recording, folder)
        _say("deleted", f"its links are dead: {link.partition('?')[0]}")
    click.echo("That is the whole story. `make run` starts a server to play with.")


def _check_files(recording: recordings_pb2.Recording, wav: Path, mp3: Path, pcm: bytes) -> None:
    with wave.open(str(wav)) as opened:
        samples, rate = opened.getnframes(), opened.getframerate()
        kept = opened.readframes(samples)
    seconds = recording.duration.seconds + recording.duration.nanos / 1e9
    _check(abs(samples / rate - seconds) < 1 / rate, "the WAV is as long as the recording says")
    _check(kept in pcm and len(kept) < len(pcm), "the WAV is a part of the call, sample for sample")
    head = mp3.read_bytes()[:4096]
    _check(head[:2] == b"\xff\xfb" or head[:1] == b"\xff", "the MP3 begins with an MPEG frame")
    _check(b"Info" in head, "the MP3 says how many samples it holds")


def _check_dead(
    client: RecordingsClient, recording: recordings_pb2.Recording, folder: Path
) -> None:
    try:
        client.download(recording, folder / "dead.wav")
    except ServiceError as error:
        _check(error.code == "NOT_FOUND", "the link of a deleted recording is NOT_FOUND")
    else:
        raise _StoryError("a deleted recording could still be downloaded")


@contextlib.contextmanager
def _server(folder: Path, secret: Path) -> Iterator[str]:
    """A server in a process of its own, on free ports; gives its gRPC address."""
    command_line = [sys.executable, "-m", "voice_recordings", "serve"]
    command_line += ["--grpc-address", "127.0.0.1:0", "--http-address", "127.0.0.1:0"]
    command_line += ["--secret-file", str(secret)]
    log = folder / "server.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(  # noqa: S603 - our own program
            command_line, stdout=subprocess.PIPE, stderr=errors, text=True
        )
    try:
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise _StoryError(f"the server did not start:\n{log.read_text()}")
        yield json.loads(line)["grpc"]
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_START_SECONDS)


def _say(step: str, what: str) -> None:
    click.echo(f"  {click.style('✓', fg='green')} {step:<16} {what}")


def _check(holds: bool, promise: str) -> None:  # noqa: FBT001 - reads as an assertion
    if not holds:
        raise _StoryError(f"this does not hold: {promise}")
