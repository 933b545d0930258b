"""What goes in comes out: sample for sample in the WAV, to the sample in the MP3."""

import io
import struct
import wave
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unit.audio.wavs import wav
from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.g711 import decode_alaw, decode_mulaw
from voice_recordings.audio.speech import speak_call
from voice_recordings.client import RecordingsClient

PARENT = "projects/audio/calls/c1"
LOUD = struct.pack("<h", 16_000)


def through(client: RecordingsClient, file: bytes, folder: Path, **options: bool) -> bytes:
    """Imports a file, and gives the samples of the WAV that comes out."""
    path = folder / "in.wav"
    path.write_bytes(file)
    with path.open("rb") as opened:
        name = client.import_file(PARENT, opened, **options).name  # type: ignore[arg-type]
    recording = client.wait_until_ready(name)
    with wave.open(str(client.download(recording, folder / "out.wav"))) as opened_wav:
        pcm: bytes = opened_wav.readframes(opened_wav.getnframes())
        assert opened_wav.getsampwidth() == 2
        rate = opened_wav.getframerate()
        samples = opened_wav.getnframes()
    assert recording.duration.ToNanoseconds() == pytest.approx(samples * 10**9 / rate, abs=1000)
    assert recording.audio[0].size_bytes == len(pcm) + 44
    return pcm


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(pcm=st.binary(max_size=4000), channels=st.sampled_from([1, 2]))
def test_untrimmed_pcm_16_comes_out_as_it_went_in(
    client: RecordingsClient, tmp_path: Path, pcm: bytes, channels: int
) -> None:
    """Identical samples; a loud one in front keeps the file from being EMPTY."""
    whole = LOUD * channels + pcm[: len(pcm) - len(pcm) % (2 * channels)]
    assert through(client, wav(whole, channels=channels), tmp_path) == whole


@pytest.mark.parametrize(
    ("tag", "decode"), [(6, decode_alaw), (7, decode_mulaw)], ids=["A-law", "mu-law"]
)
def test_every_code_of_g711_comes_out_as_the_table_has_it(
    client: RecordingsClient, tmp_path: Path, tag: int, decode: Callable[[bytes], bytes]
) -> None:
    """All 256 codes, in stereo."""
    codes = bytes(range(256)) * 2
    file = wav(codes, tag=tag, bits=8, channels=2)
    assert through(client, file, tmp_path) == decode(codes)


@pytest.mark.parametrize("rate", [8000, 16_000, 44_100, 48_000])
def test_a_call_is_trimmed_to_where_somebody_speaks(
    client: RecordingsClient, tmp_path: Path, rate: int
) -> None:
    """What is left is one stretch of the call, to the sample."""
    pcm = b"".join(speak_call(PcmFormat(rate, 2), 4, seed=3))
    kept = through(client, wav(pcm, channels=2, rate=rate), tmp_path, trim_silence=True)
    assert kept
    assert len(kept) < len(pcm)
    assert kept in pcm


def test_an_hour_of_silence_in_the_middle_is_kept(client: RecordingsClient, tmp_path: Path) -> None:
    """Silence between words stays, however long; only the ends are cut."""
    word = LOUD * 800
    quiet = bytes(2 * 8000 * 600)
    file = wav(quiet[:32_000] + word + quiet + word + quiet)
    assert through(client, file, tmp_path, trim_silence=True) == word + quiet + word


def test_an_import_tells_its_times(client: RecordingsClient) -> None:
    """start_time is what was said, create_time is the server's."""
    start = datetime(2024, 2, 29, 12, 30, 0, 250_000, tzinfo=UTC)
    made = client.import_file(PARENT, io.BytesIO(wav(LOUD * 800)), start_time=start)
    ended = client.wait_until_ready(made.name)
    assert ended.start_time.ToDatetime(tzinfo=UTC) == start
    assert ended.create_time.ToDatetime(tzinfo=UTC) > start
    assert not made.HasField("start_time")
