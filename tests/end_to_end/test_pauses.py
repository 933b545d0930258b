"""What is said in a pause, looked for wherever a server writes."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from support.live import Stream, begin, recorder
from support.server import serving
from voice_recordings.audio import g711
from voice_recordings.client import RecordingsClient
from voicerecordings.recorder.v1 import recorder_pb2

HEARD = b"\x00\x30\x00\xd0" * 16000
# A sound that is nowhere in the rest of the call; so long that no chance repeats it.
SECRET = b"4929 1234 5678 9012 secret words" * 200
MARK = SECRET[:16]
Coder = Callable[[bytes], bytes]
CODECS: dict[str, Coder] = {
    "LINEAR16": lambda pcm: pcm,
    "MULAW": g711.encode_mulaw,
    "ALAW": g711.encode_alaw,
}
DECODERS: dict[str, Coder] = {
    "LINEAR16": lambda sent: sent,
    "MULAW": g711.decode_mulaw,
    "ALAW": g711.decode_alaw,
}


def written(folder: Path) -> bytes:
    """Every byte of every file of the server: database, log of the database, audio, audit."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return b"".join(path.read_bytes() for path in files)


@pytest.mark.parametrize("mode", ["SKIP", "SILENCE"])
@pytest.mark.parametrize("codec", CODECS)
def test_nothing_said_in_a_pause_is_on_the_disk(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, mode: str, codec: str
) -> None:
    """Neither as it was sent nor as it would have been kept; during the pause and after it."""
    caplog.set_level(logging.DEBUG)
    before, secret = CODECS[codec](HEARD), SECRET
    marks = {MARK, DECODERS[codec](MARK)}
    audio_format = recorder_pb2.AudioFormat(codec=codec, sample_rate=8000, channel_count=2)
    with (
        serving(data_dir=tmp_path) as server,
        recorder(server.grpc_address) as stub,
        RecordingsClient(server.grpc_address) as client,
    ):
        name = begin(stub, "projects/live/calls/pause", audio_format=audio_format).name
        stream = Stream(stub, name).send(0, before).wait_for(len(before))
        paused = recorder_pb2.PauseRecordingRequest(name=name, mode=mode)
        stub.PauseRecording(paused)
        end = len(before) + len(secret)
        stream.send(len(before), secret).wait_for(end)
        during = written(tmp_path)
        stub.ResumeRecording(recorder_pb2.ResumeRecordingRequest(name=name))
        stream.send(end, before, finish=True).rest()
        recording = client.wait_until_ready(name)
        wav = client.download(recording, tmp_path.with_suffix(".wav")).read_bytes()[44:]
    after = written(tmp_path)
    heard = DECODERS[codec](before)
    # It would have been found: what was heard is.
    assert heard in during
    between = bytes(len(DECODERS[codec](secret))) if mode == "SILENCE" else b""
    assert wav == heard + between + heard
    for mark in marks:
        assert mark not in during
        assert mark not in after
        assert repr(mark)[2:-1] not in caplog.text
