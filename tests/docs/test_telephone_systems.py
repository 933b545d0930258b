"""The script on the page about telephone systems, on files as those lay them out."""

import os
import re
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from support.server import serving
from voice_recordings.app import Running
from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.speech import speak_call
from voice_recordings.audio.wav import wav_header
from voice_recordings.client import RecordingsClient

pytestmark = pytest.mark.check

PAGE = Path(__file__).parents[2] / "docs" / "telephone-systems.md"
UUID = "8f1e2c9a-3b77-4c55-9f64-0d2a1b7c8e90"
STARTED = 1_711_036_800
NOBODY = "http://127.0.0.1:2"


def call(channels: int) -> bytes:
    """Four seconds of a call as a WAV file of 8 kHz."""
    audio = PcmFormat(sample_rate_hertz=8000, channel_count=channels)
    pcm = b"".join(speak_call(audio, 4, seed=1))
    return wav_header(audio, len(pcm)) + pcm


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """The page's first block of code."""
    found = re.search(r"^```sh\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    assert found
    path = tmp_path / "store-recordings"
    path.write_text(found[1])
    path.chmod(0o755)
    return path


def store(
    script: Path, what: Path, url: str, **variables: str
) -> "subprocess.CompletedProcess[str]":
    """Runs the script as a telephone system's hook or timer does."""
    environment = {"PATH": os.environ["PATH"], "RECORDINGS_PROJECT": "pbx", "RECORDINGS_URL": url}
    return subprocess.run(
        [script, what], env=environment | variables, capture_output=True, text=True, check=False
    )


def written(path: Path, content: bytes, *, seconds_ago: float = 120) -> Path:
    """A file that was last written to some time ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    then = time.time() - seconds_ago
    os.utime(path, (then, then))
    return path


def names(folder: Path) -> list[str]:
    """The files in a folder and below it."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    "row",
    [
        (f"monitor/{STARTED}.42.wav", 1, f"calls/{STARTED}.42/recordings/{STARTED}.42"),
        (
            f"monitor/{STARTED}.42--{STARTED}.wav",
            1,
            f"calls/{STARTED}.42/recordings/{STARTED}.42--{STARTED}",
        ),
        (
            f"recordings/{STARTED}.{UUID}.wav",
            2,
            f"calls/{STARTED}.{UUID}/recordings/{STARTED}.{UUID}",
        ),
    ],
    ids=["MixMonitor", "MixMonitor-again", "record_session"],
)
def test_the_hook_takes_a_recording_in(
    server: Running, script: Path, tmp_path: Path, row: tuple[str, int, str]
) -> None:
    """Under its file's name, with the time it began at, trimmed; the file is put away."""
    file, channels, name = row
    path = written(tmp_path / "spool" / file, call(channels), seconds_ago=0)
    stored = store(script, path, server.http_url)
    assert stored.returncode == 0, stored.stderr
    assert names(tmp_path / "spool") == [str(Path(file).parent / "stored" / path.name)]
    with RecordingsClient(server.grpc_address) as client:
        recording = client.wait_until_ready(f"projects/pbx/{name}")
    assert recording.channel_count == channels
    assert 0 < recording.duration.ToTimedelta().total_seconds() < 4
    assert recording.start_time.ToDatetime(tzinfo=UTC) == datetime.fromtimestamp(STARTED, UTC)


def test_the_timer_takes_what_is_over_and_leaves_what_is_not(
    server: Running, script: Path, tmp_path: Path
) -> None:
    """Folders below it too; nothing that is still being written, and nothing twice."""
    spool = tmp_path / "monitor"
    for path in ("a.wav", "2024/03/b.wav", "name with blanks.wav"):
        written(spool / path, call(1))
    written(spool / "going-on.wav", call(1)[:9000], seconds_ago=0)
    written(spool / "empty.wav", b"")
    written(spool / "notes.txt", b"not for us")
    project = {"RECORDINGS_PROJECT": "pbx-timer"}
    assert store(script, spool, server.http_url, **project).returncode == 0
    assert names(spool) == [
        "2024/03/stored/b.wav",
        "empty.wav",
        "going-on.wav",
        "notes.txt",
        "stored/a.wav",
        "stored/name with blanks.wav",
    ]
    assert store(script, spool, server.http_url, **project).returncode == 0
    with RecordingsClient(server.grpc_address) as client:
        ids = sorted(each.name.rpartition("/")[2] for each in client.list("projects/pbx-timer"))
    assert ids == ["a", "b", "name_with_blanks"]


def test_a_run_that_died_half_way_is_made_good(
    server: Running, script: Path, tmp_path: Path
) -> None:
    """Sent but not put away: sent again, it is the same recording."""
    project = {"RECORDINGS_PROJECT": "pbx-again"}
    path = written(tmp_path / "spool" / "a.wav", call(1))
    assert store(script, path, server.http_url, **project).returncode == 0
    (tmp_path / "spool" / "stored" / "a.wav").rename(path)
    assert store(script, path, server.http_url, **project).returncode == 0
    with RecordingsClient(server.grpc_address) as client:
        assert len(list(client.list("projects/pbx-again"))) == 1


def test_what_will_never_be_taken_is_set_aside(
    server: Running, script: Path, tmp_path: Path
) -> None:
    """With the service's answer beside it: a file that is no audio, another one of a name."""
    spool = tmp_path / "spool"
    project = {"RECORDINGS_PROJECT": "pbx-refused"}
    written(spool / "a.wav", call(1))
    written(spool / "noise.wav", b"not audio at all" * 100)
    assert store(script, spool, server.http_url, **project).returncode == 1
    written(spool / "a.wav", call(2))
    assert store(script, spool, server.http_url, **project).returncode == 1
    assert names(spool) == [
        "refused/a.json",
        "refused/a.wav",
        "refused/noise.json",
        "refused/noise.wav",
        "stored/a.wav",
    ]
    assert "ALREADY_EXISTS" in (spool / "refused" / "a.json").read_text()
    assert "NOT_AUDIO" in (spool / "refused" / "noise.json").read_text()


def test_while_the_service_is_down_files_stay(script: Path, tmp_path: Path) -> None:
    """The next run, once it is up, takes them."""
    spool = tmp_path / "spool"
    written(spool / "a.wav", call(1))
    # curl's own retries would only make this test wait.
    script.write_text(script.read_text().replace("--retry 4", "--retry 0"))
    down = store(script, spool, NOBODY)
    assert down.returncode == 1
    assert "a.wav stays for later" in down.stderr
    assert names(spool) == ["a.wav"]
    with serving() as server:
        assert store(script, spool, server.http_url).returncode == 0
    assert names(spool) == ["stored/a.wav"]


def test_a_project_must_be_named(script: Path, tmp_path: Path) -> None:
    """Before anything is sent."""
    refused = store(script, tmp_path, NOBODY, RECORDINGS_PROJECT="")
    assert refused.returncode != 0
    assert "the project that recordings belong to" in refused.stderr
