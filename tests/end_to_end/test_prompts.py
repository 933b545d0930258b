"""Real telephony speech through the whole service, with ffmpeg and sox as judges.

The prompts are Debian's asterisk-core-sounds-en-wav: 8 kHz, mono, recorded by a
person. Where judges or prompts are missing the tests are skipped with that
reason, but fail where CI is set.
"""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from support.server import call
from voice_recordings.app import Running
from voice_recordings.client import RecordingsClient

pytestmark = pytest.mark.check

PROMPTS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
PARENT = "projects/prompts/calls/c1"


@pytest.fixture(scope="module", autouse=True)
def judges() -> None:
    """What these tests need beside Python."""
    missing = [tool for tool in ("ffmpeg", "sox", "soxi") if shutil.which(tool) is None]
    if not PROMPTS.is_dir():
        missing.append("asterisk-core-sounds-en-wav")
    if missing and "CI" in os.environ:
        pytest.fail(f"missing: {', '.join(missing)}")
    if missing:
        pytest.skip(f"missing: {', '.join(missing)}")


def prompts() -> list[Path]:
    """A dozen prompts from all over the alphabet."""
    found = sorted(PROMPTS.glob("*.wav"))
    return found[:: max(1, len(found) // 12)]


def samples(*command: str) -> bytes:
    """The PCM 16 a judge makes of a file."""
    return subprocess.run(command, check=True, capture_output=True).stdout


def decoded(path: Path) -> bytes:
    """The file's samples, as ffmpeg has them."""
    return samples("ffmpeg", "-v", "error", "-i", str(path), "-f", "s16le", "-")


def test_a_prompt_posted_by_curl_succeeds(server: Running) -> None:
    """The README's own command."""
    made = subprocess.run(
        ["curl", "--silent", "--fail", "--data-binary", f"@{prompts()[0]}",
         "-H", "Content-Type: audio/wav",
         f"{server.http_url}/v1/{PARENT}/recordings:import?postProcessing=TRIM_SILENCE"],
        check=True, capture_output=True,
    )  # fmt: skip
    name = made.stdout.decode().partition('"name":"')[2].partition('"')[0]
    for _ in range(3000):
        recording = call(server.http_url, f"/v1beta1/{name}").json
        if recording["state"] != "PENDING":
            break
        time.sleep(0.02)
    assert recording["state"] == "SUCCEEDED"


@pytest.mark.parametrize("trim", [False, True], ids=["whole", "trimmed"])
def test_judges_read_what_we_made_of_a_prompt(
    client: RecordingsClient,
    tmp_path: Path,
    trim: bool,  # noqa: FBT001 - a parameter of a test
) -> None:
    """The WAV's samples are the prompt's; the MP3 has as many, give or take one."""
    for prompt in prompts():
        with prompt.open("rb") as file:
            made = client.import_file(PARENT, file, trim_silence=trim)
        recording = client.wait_until_ready(made.name)
        assert recording.State.Name(recording.state) == "SUCCEEDED"
        wav = client.download(recording, tmp_path / "out.wav")
        mp3 = client.download(recording, tmp_path / "out.mp3", mime_type="audio/mpeg")
        original, kept = decoded(prompt), decoded(wav)
        assert kept in original if trim else kept == original
        assert samples("sox", "-D", str(wav), "-t", "raw", "-") == kept
        count = recording.duration.ToNanoseconds() * 8000 // 10**9
        assert abs(len(kept) // 2 - count) <= 1
        assert abs(len(decoded(mp3)) // 2 - count) <= 1
        assert samples("soxi", "-s", str(wav)).strip() == str(len(kept) // 2).encode()
