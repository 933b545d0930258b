"""Live calls through the whole service: streamed in, cut off, taken up again, finished."""

import os
import random
from pathlib import Path

import pytest

from support.live import Stream, begin, recorder
from support.server import call
from unit.audio.wavs import read
from voice_recordings.app import Running
from voice_recordings.audio import g711
from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.speech import speak_call
from voice_recordings.client import RecordingsClient


def spoken(seconds: float) -> bytes:
    """A call in G.711 µ-law, mono, 8 kHz."""
    return g711.encode_mulaw(b"".join(speak_call(PcmFormat(8000, 1), seconds)))


def wav_samples(client: RecordingsClient, server: Running, name: str) -> bytes:
    """The PCM of the recording's WAV once it has ended."""
    recording = client.wait_until_ready(name)
    (uri,) = [audio.uri for audio in recording.audio if audio.mime_type == "audio/x-wav"]
    return call(server.http_url, uri.removeprefix(server.http_url)).body[44:]


def streamed_with_cuts(server: Running, call_id: str, audio: bytes, seed: int) -> str:
    """Streams µ-law, the connection cut ten times at random offsets; the recording's name."""
    rng = random.Random(seed)
    cuts = sorted(rng.sample(range(1, len(audio)), 10))
    with recorder(server.grpc_address) as stub:
        name = begin(stub, f"projects/live/calls/{call_id}").name
        for cut in cuts:
            stream = Stream(stub, name)
            stream.read()
            for start in range(stream.committed, cut, 1600):
                stream.send(start, audio[start : min(start + 1600, cut)])
            stream.wait_for(rng.randint(stream.committed, cut))
            stream.cut()
        stream = Stream(stub, name)
        stream.read()
        for start in range(stream.committed, len(audio), 1600):
            stream.send(start, audio[start : start + 1600])
        stream.send(len(audio), b"", finish=True).rest()
        assert stream.committed == len(audio)
    return name


def test_a_call_cut_ten_times_loses_not_one_sample(
    server: Running, client: RecordingsClient
) -> None:
    """The producer goes on at the committed offset; the WAV is the decoded input."""
    audio = spoken(20)
    name = streamed_with_cuts(server, "cuts", audio, seed=7)
    assert wav_samples(client, server, name) == g711.decode_mulaw(audio)


@pytest.mark.check
def test_a_prompt_cut_ten_times_loses_not_one_sample(
    server: Running, client: RecordingsClient
) -> None:
    """The same with a person's voice, from Debian's asterisk-core-sounds-en-wav."""
    prompts = sorted(Path("/usr/share/asterisk/sounds/en_US_f_Allison").glob("*.wav"))
    if not prompts and "CI" not in os.environ:
        pytest.skip("missing: asterisk-core-sounds-en-wav")
    longest = max(prompts, key=lambda path: path.stat().st_size)
    pcm, _ = read(longest.read_bytes())
    audio = g711.encode_mulaw(pcm)
    name = streamed_with_cuts(server, "prompt", audio, seed=8)
    assert wav_samples(client, server, name) == g711.decode_mulaw(audio)
