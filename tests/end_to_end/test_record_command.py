"""`voice-recordings record`: a file played in as a live call."""

import json
import subprocess
import time
from pathlib import Path

import pytest

from end_to_end.processes import COMMAND, Killed, Served
from support.ports import free_port
from support.server import call
from unit.audio.wavs import wav
from voice_recordings.app import Running
from voice_recordings.audio import g711
from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.speech import speak_call
from voice_recordings.cli.live_view import bar, lines
from voice_recordings.client import LiveProgress, RecordingsClient, ServiceError

PCM = b"".join(speak_call(PcmFormat(8000, 2), 12))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A call of twelve seconds, in stereo."""
    path = tmp_path / "call.wav"
    path.write_bytes(wav(PCM, channels=2))
    return path


def record(endpoint: str, file: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    """Starts the command."""
    return subprocess.Popen(
        [*COMMAND, "record", str(file), "--endpoint", endpoint, "--json", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def pcm_of(recording: dict[str, object]) -> bytes:
    """The samples of a recording's WAV."""
    uri: str = recording["audio"][0]["uri"]  # type: ignore[index] # from JSON
    base, slash, path = uri.partition("/media/")
    return call(base, slash + path).body[44:]


@pytest.mark.parametrize("codec", ["LINEAR16", "MULAW", "ALAW"])
def test_a_file_is_played_in(server: Running, file: Path, codec: str) -> None:
    """Every sample arrives, as its codec has it."""
    parent = f"projects/record/calls/{codec}"
    running = record(
        server.grpc_address, file, "--parent", parent, "--speed", "60", "--codec", codec, "--wait"
    )
    out, errors = running.communicate(timeout=120)
    assert running.returncode == 0, errors
    expected = {
        "LINEAR16": PCM,
        "MULAW": g711.decode_mulaw(g711.encode_mulaw(PCM)),
        "ALAW": g711.decode_alaw(g711.encode_alaw(PCM)),
    }
    assert pcm_of(json.loads(out)) == expected[codec]


def test_a_limit_ends_it(server: Running, client: RecordingsClient, file: Path) -> None:
    """The producer stops, and it is no error."""
    running = record(
        server.grpc_address, file, "--parent", "projects/record/calls/limit", "--speed", "60",
        "--max-duration", "2.5", "--wait",
    )  # fmt: skip
    out, errors = running.communicate(timeout=120)
    assert running.returncode == 0, errors
    recording = json.loads(out)
    assert recording["duration"] == "2.500s"
    assert client.session(recording["name"]).reason == 11


def test_it_outlives_a_server(file: Path, tmp_path: Path) -> None:
    """Killed and started again, the server is sent what it had not made safe, and no more."""
    address = f"127.0.0.1:{free_port()}"
    arguments = ("--data-dir", str(tmp_path / "data"), "--grpc-address", address)
    parent = "projects/record/calls/killed"
    with Killed(*arguments):
        running = record(
            address, file, "--parent", parent, "--recording-id", "r1", "--speed", "2", "--wait"
        )
        with RecordingsClient(address) as client:
            while not committed(client, f"{parent}/recordings/r1"):
                assert running.poll() is None
                time.sleep(0.01)
    with Served(*arguments):
        out, errors = running.communicate(timeout=120)
        assert running.returncode == 0, errors
        assert pcm_of(json.loads(out)) == PCM


def committed(client: RecordingsClient, name: str) -> int:
    """How much of a recording is safe; 0 when there is none yet."""
    try:
        return client.session(name).live.committed_bytes
    except ServiceError:
        return 0


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--parent", "projects/record/calls/c"], 2),
        (["--parent", "nonsense"], 1),
    ],
    ids=["a file that is no audio", "a parent that is none"],
)
def test_what_cannot_be_recorded_says_so(
    server: Running, file: Path, tmp_path: Path, arguments: list[str], status: int
) -> None:
    """On standard error, with the exit status of its kind."""
    if status == 2:
        file = tmp_path / "text.wav"
        file.write_bytes(b"no audio at all" * 10)
    running = record(server.grpc_address, file, *arguments)
    _, errors = running.communicate(timeout=120)
    assert running.returncode == status
    assert errors


@pytest.mark.parametrize("flag", ["--max-duration", "--silence-timeout"])
@pytest.mark.parametrize("seconds", ["nan", "inf", "1e300"])
def test_a_span_that_is_none_is_wrong_usage(
    server: Running, file: Path, flag: str, seconds: str
) -> None:
    """Told in a line that names the flag."""
    running = record(
        server.grpc_address, file, "--parent", "projects/record/calls/c", flag, seconds
    )
    _, errors = running.communicate(timeout=60)
    assert running.returncode == 2
    assert flag in errors.decode().splitlines()[-1]


def test_the_view_shows_time_levels_and_what_is_safe() -> None:
    """One line of figures, and a meter for each channel."""
    audio = PcmFormat(8000, 2)
    loud_left = b"\x00\x40\x00\x00" * 1600
    progress = LiveProgress(committed_bytes=32000, connected=True, reconnections=1, reason="")
    shown = lines(audio, 75.0, 61.0, loud_left, progress)
    assert shown[0] == "1:01 / 1:15  recording  32,000 bytes safe, 1 times taken up again"
    assert shown[1].endswith("  -6.0 dBFS")
    assert shown[2] == "  channel 1 " + bar(-100.0)


def test_a_meter_is_empty_at_60_dbfs_below_and_full_at_none() -> None:
    """In between it is even."""
    assert bar(-60.0).startswith("░" * 30)
    assert bar(-30.0).startswith("█" * 15 + "░" * 15)
    assert bar(0.0).startswith("█" * 30)
