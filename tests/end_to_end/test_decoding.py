"""Decoding processes that come to harm, and a server that does."""

import contextlib
import io
import os
import signal
import time
import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from end_to_end.processes import Served
from enfonica.voice.v1beta1.recordings_pb2 import Recording
from support.encoded_files import encode, flac_of_silence, speech
from voice_recordings.audio.format import PcmFormat
from voice_recordings.client import RecordingsClient

PARENT = "projects/decoding/calls/c1"
STEREO = PcmFormat(8000, 2)
SPEECH = speech(STEREO, 5.0)
# Minutes of audio, which take a moment to decode, in a few kilobytes.
LONG = flac_of_silence(900 * 48_000)
_PATIENCE_SECONDS = 60
_LOOK_SECONDS = 10
_IMPORTS = 5


def decoder_of(server: Served) -> int | None:
    """The process the server has started to decode a file, once it has; None if none is seen.

    It is stopped, so that it is not over before the test has done with it what it will.
    """
    until = time.monotonic() + _LOOK_SECONDS
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    while time.monotonic() < until:
        for child in children.read_text().split():
            # One that has ended since has no command line any more.
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                if b"decoding.worker" in Path(f"/proc/{child}/cmdline").read_bytes():
                    os.kill(int(child), signal.SIGSTOP)
                    return int(child)
        time.sleep(0.005)
    return None


def import_watched(client: RecordingsClient, server: Served) -> tuple[Recording, int]:
    """Imports a long file, and catches the process that decodes it.

    On a machine that is busy with other things it may be over before anybody
    looks; then another is imported.
    """
    for _ in range(_IMPORTS):
        with ThreadPoolExecutor(1) as watcher:
            caught = watcher.submit(decoder_of, server)
            made = client.import_file(PARENT, io.BytesIO(LONG))
            decoder = caught.result()
        if decoder is not None:
            return made, decoder
    raise AssertionError("no decoder was seen")


def is_there(pid: int) -> bool:
    """Whether a process is there, ended ones that nobody has waited for included."""
    return Path(f"/proc/{pid}").exists()


def samples(client: RecordingsClient, recording: Recording, folder: Path) -> bytes:
    """The PCM of a recording's WAV."""
    with wave.open(str(client.download(recording, folder / "out.wav"))) as opened:
        pcm: bytes = opened.readframes(opened.getnframes())
    return pcm


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        pytest.param(signal.SIGKILL, "ended by SIGKILL", id="killed"),
        # Half a minute and more of real time.
        pytest.param(
            signal.SIGSTOP, "no progress for 30 seconds", id="hangs", marks=pytest.mark.chaos
        ),
    ],
)
def test_a_decoder_that_comes_to_harm_costs_one_recording(
    tmp_path: Path, harm: signal.Signals, told: str
) -> None:
    """FAILED with its reason, nothing left behind, and the next file is decoded."""
    with (
        Served(
            "--data-dir", str(tmp_path / "data"), environment={"TMPDIR": str(tmp_path)}
        ) as server,
        RecordingsClient(server.grpc_address) as client,
    ):
        made, decoder = import_watched(client, server)
        os.kill(decoder, harm)
        ended = client.wait_until_ready(made.name, timeout_seconds=_PATIENCE_SECONDS)
        assert ended.state == Recording.FAILED
        assert ended.error_code == Recording.INTERNAL_ERROR
        session = client.session(made.name)
        assert session.reason == session.DECODE_FAILED
        assert told in session.detail
        assert not is_there(decoder)
        again = client.import_file(PARENT, io.BytesIO(encode("flac", STEREO, SPEECH)))
        ended = client.wait_until_ready(again.name, timeout_seconds=_PATIENCE_SECONDS)
        assert ended.state == Recording.SUCCEEDED, client.session(again.name)
        assert samples(client, ended, tmp_path) == SPEECH
    assert {path.name for path in tmp_path.iterdir()} == {"data", "out.wav"}


def test_a_deleted_recordings_decoder_ends(tmp_path: Path) -> None:
    """At once, with its recording."""
    with (
        Served("--data-dir", str(tmp_path)) as server,
        RecordingsClient(server.grpc_address) as client,
    ):
        made, decoder = import_watched(client, server)
        client.delete(made.name)
        assert not is_there(decoder)


def test_a_file_is_decoded_after_the_server_was_killed(tmp_path: Path) -> None:
    """What was acknowledged becomes a recording, sample for sample, and no decoder stays behind."""
    data = str(tmp_path / "data")
    server = Served("--data-dir", data).start()
    with RecordingsClient(server.grpc_address) as client:
        long, decoder = import_watched(client, server)
        short = client.import_file(PARENT, io.BytesIO(encode("flac", STEREO, SPEECH)))
        os.kill(decoder, signal.SIGCONT)
        server.process.kill()
        server.process.communicate()
    with Served("--data-dir", data) as again, RecordingsClient(again.grpc_address) as client:
        ended = client.wait_until_ready(short.name, timeout_seconds=2 * _PATIENCE_SECONDS)
        assert ended.state == Recording.SUCCEEDED
        assert samples(client, ended, tmp_path) == SPEECH
        ended = client.wait_until_ready(long.name, timeout_seconds=_PATIENCE_SECONDS)
        assert ended.state == Recording.EMPTY
    assert not is_there(decoder)
