"""What ffmpeg and sox, which know nothing of us, make of our files and we of theirs.

Debian's packages ffmpeg, sox and asterisk-core-sounds-en-wav. Where they are
missing the tests are skipped, but fail where CI is set.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from unit.audio.wavs import read
from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.mp3 import Mp3Encoder
from voice_recordings.audio.mp3_frame import SAMPLE_RATES_HERTZ
from voice_recordings.audio.speech import speak_call
from voice_recordings.audio.wav import wav_header

pytestmark = pytest.mark.check

PROMPTS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")


def judge(*command: str, stdin: bytes = b"") -> bytes:
    """What a judge answers."""
    if shutil.which(command[0]) is None:
        if "CI" in os.environ:
            pytest.fail(f"{command[0]} is missing")
        pytest.skip(f"{command[0]} is missing")
    return subprocess.run(command, input=stdin, check=True, capture_output=True).stdout


def ffmpeg_pcm(path: Path) -> bytes:
    """A file's samples as ffmpeg reads them."""
    return judge("ffmpeg", "-v", "error", "-i", str(path), "-f", "s16le", "-")


def sox_pcm(path: Path) -> bytes:
    """A file's samples as sox reads them, without dither."""
    return judge("sox", "-D", str(path), "-t", "raw", "-e", "signed", "-b", "16", "-")


def prompts(count: int) -> list[Path]:
    """Some of Asterisk's prompts: real speech at 8 kHz."""
    found = sorted(PROMPTS.glob("*.wav"))
    if not found and "CI" in os.environ:
        pytest.fail("asterisk-core-sounds-en-wav is missing")
    if not found:
        pytest.skip("asterisk-core-sounds-en-wav is missing")
    return found[:: max(len(found) // count, 1)]


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", SAMPLE_RATES_HERTZ)
def test_ffmpeg_gives_back_every_sample_of_the_mp3(
    rate: int, channels: int, tmp_path: Path
) -> None:
    """Not one more, not one less, and in the same place."""
    audio = PcmFormat(rate, channels)
    pcm = b"".join(speak_call(audio, 3.0123, seed=rate))
    encoder = Mp3Encoder(audio)
    body = encoder.encode(pcm) + encoder.finish()
    path = tmp_path / "call.mp3"
    path.write_bytes(encoder.info_frame() + body)
    assert len(ffmpeg_pcm(path)) == len(pcm)


@pytest.mark.parametrize("samples", [48, 575, 576, 577, 1152, 8001])
def test_ffmpeg_gives_back_short_mp3s(samples: int, tmp_path: Path) -> None:
    """From 6 ms on; below that ffmpeg does not cut twice in the same frame."""
    audio = PcmFormat(8000, 1)
    encoder = Mp3Encoder(audio)
    body = encoder.encode(bytes(2 * samples)) + encoder.finish()
    path = tmp_path / "short.mp3"
    path.write_bytes(encoder.info_frame() + body)
    assert len(ffmpeg_pcm(path)) == 2 * samples


@pytest.mark.parametrize("read_back", [ffmpeg_pcm, sox_pcm], ids=["ffmpeg", "sox"])
def test_they_read_our_wav(read_back: Callable[[Path], bytes], tmp_path: Path) -> None:
    """The same samples, as both see it."""
    audio = PcmFormat(8000, 2)
    pcm = b"".join(speak_call(audio, 3.0))
    path = tmp_path / "call.wav"
    path.write_bytes(wav_header(audio, len(pcm)) + pcm)
    assert read_back(path) == pcm


@pytest.mark.parametrize(
    ("codec", "tolerance"),
    [
        ("pcm_u8", 0),
        ("pcm_s16le", 0),
        ("pcm_mulaw", 0),
        ("pcm_alaw", 0),
        ("pcm_f32le", 0),
        ("pcm_f64le", 0),
        # ffmpeg cuts the lower bits off; we round.
        ("pcm_s24le", 1),
        ("pcm_s32le", 1),
    ],
)
@pytest.mark.parametrize("channels", [1, 2])
def test_we_read_their_wav_as_they_do(
    codec: str, tolerance: int, channels: int, tmp_path: Path
) -> None:
    """Files ffmpeg writes, to a file and to a pipe, against its own reading of them."""
    path = tmp_path / "theirs.wav"
    source = "aevalsrc=0.9*sin(440*2*PI*t)*random(0):s=11025:d=1.5" + ":c=stereo" * (channels > 1)
    if channels > 1:
        source = source.replace("random(0)", "random(0)|0.5*random(1)")
    make = ("ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, "-c:a", codec)
    judge(*make, str(path))
    expected = ffmpeg_pcm(path)
    pcm, reader = read(path.read_bytes())
    assert reader.notes == []
    assert len(pcm) == len(expected) > 0
    assert max_difference(pcm, expected) <= tolerance
    piped, reader = read(judge(*make, "-f", "wav", "-"))
    assert piped == pcm
    assert [note.kind.name for note in reader.notes] == ["LENGTH_REPAIRED"]


def max_difference(pcm: bytes, expected: bytes) -> int:
    """How far two streams of samples are apart at most."""
    pairs = zip(memoryview(pcm).cast("h"), memoryview(expected).cast("h"), strict=True)
    return max(abs(ours - theirs) for ours, theirs in pairs)


def test_we_read_real_prompts_as_they_do() -> None:
    """Telephone speech comes out bit by bit as ffmpeg reads it."""
    for path in prompts(40):
        pcm, reader = read(path.read_bytes())
        assert reader.notes == []
        assert pcm == ffmpeg_pcm(path) == sox_pcm(path)
