"""What a producer may do wrong: a precise status each, and what is committed stays."""

import time
from typing import cast

import grpc
import pytest
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo
from grpc_status import rpc_status

from support.live import Stream, begin, recorder
from support.server import call
from voice_recordings.app import Running
from voice_recordings.audio import g711
from voice_recordings.client import RecordingsClient
from voicerecordings.recorder.v1 import recorder_pb2

STEREO16 = recorder_pb2.AudioFormat(codec="LINEAR16", sample_rate=16000, channel_count=2)
AUDIO = bytes(range(256)) * 20


def said(refused: pytest.ExceptionInfo[grpc.RpcError]) -> tuple[str, str, str]:
    """Status, reason and the field to blame."""
    error = cast("grpc.Call", refused.value)
    info, bad = ErrorInfo(), BadRequest()
    status = rpc_status.from_call(error)
    for detail in status.details if status else ():
        detail.Unpack(info)
        detail.Unpack(bad)
    field = bad.field_violations[0].field if bad.field_violations else ""
    return error.code().name, info.reason, field


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"offset": 6400, "audio": AUDIO}, ("OUT_OF_RANGE", "OFFSET_OUT_OF_RANGE", "offset")),
        ({"audio": AUDIO}, ("INVALID_ARGUMENT", "INVALID_ARGUMENT", "offset")),
        ({"offset": 5120, "audio": b"abc"}, ("INVALID_ARGUMENT", "INVALID_ARGUMENT", "audio")),
        ({"offset": 5118, "audio": AUDIO}, ("INVALID_ARGUMENT", "INVALID_ARGUMENT", "offset")),
        ({"offset": -4, "audio": AUDIO}, ("INVALID_ARGUMENT", "INVALID_ARGUMENT", "offset")),
        (
            {"offset": 5120, "audio": bytes(256 * 1024 + 4)},
            ("INVALID_ARGUMENT", "MESSAGE_TOO_LARGE", "audio"),
        ),
        (
            {"name": "projects/live/calls/bad/recordings/other"},
            ("INVALID_ARGUMENT", "INVALID_ARGUMENT", "name"),
        ),
    ],
    ids=[
        "a gap",
        "no offset",
        "an odd number of bytes of 16-bit stereo",
        "an odd offset",
        "a negative offset",
        "a message over the limit",
        "another recording's name",
    ],
)
def test_a_bad_message_ends_the_stream_and_nothing_else(
    server: Running,
    client: RecordingsClient,
    message: dict[str, object],
    expected: tuple[str, str, str],
) -> None:
    """The producer comes back and finishes; the audio is what was good."""
    with recorder(server.grpc_address) as stub:
        name = begin(
            stub, f"projects/live/calls/bad{time.monotonic_ns()}", audio_format=STEREO16
        ).name
        stream = Stream(stub, name).send(0, AUDIO)
        stream._messages.put(recorder_pb2.WriteAudioRequest(**message))  # type: ignore[arg-type]
        with pytest.raises(grpc.RpcError) as refused:
            stream.rest()
        assert said(refused) == expected
        stub.FinishRecording(recorder_pb2.FinishRecordingRequest(name=name))
    assert wav(client, server, name) == AUDIO


def wav(client: RecordingsClient, server: Running, name: str) -> bytes:
    """The PCM of the recording's WAV, once it has ended."""
    recording = client.wait_until_ready(name)
    (uri,) = [audio.uri for audio in recording.audio if audio.mime_type == "audio/x-wav"]
    return call(server.http_url, uri.removeprefix(server.http_url)).body[44:]


def test_what_was_sent_before_is_dropped(server: Running, client: RecordingsClient) -> None:
    """Behind what is there and across its edge."""
    with recorder(server.grpc_address) as stub:
        name = begin(stub, "projects/live/calls/twice").name
        stream = Stream(stub, name).send(0, AUDIO[:1000]).send(200, AUDIO[200:400])
        stream.send(900, AUDIO[900:]).send(0, b"", finish=True).rest()
        assert stream.committed == len(AUDIO)
    assert wav(client, server, name) == g711.decode_mulaw(AUDIO)


def test_of_two_producers_the_newer_writes(server: Running, client: RecordingsClient) -> None:
    """The older is told ABORTED."""
    with recorder(server.grpc_address) as stub:
        name = begin(stub, "projects/live/calls/two").name
        older = Stream(stub, name).send(0, AUDIO[:1000]).wait_for(1000)
        newer = Stream(stub, name).wait_for(1000)
        with pytest.raises(grpc.RpcError) as refused:
            older.rest()
        assert said(refused) == ("ABORTED", "PRODUCER_REPLACED", "")
        newer.send(1000, AUDIO[1000:], finish=True).rest()
    assert wav(client, server, name) == g711.decode_mulaw(AUDIO)


def test_nothing_is_taken_after_the_end(server: Running, client: RecordingsClient) -> None:
    """A new stream is refused; finishing again is no error."""
    with recorder(server.grpc_address) as stub:
        name = begin(stub, "projects/live/calls/after").name
        Stream(stub, name).send(0, AUDIO, finish=True).rest()
        with pytest.raises(grpc.RpcError) as refused:
            Stream(stub, name).send(len(AUDIO), AUDIO).rest()
        assert said(refused) == ("FAILED_PRECONDITION", "RECORDING_FINISHED", "")
        again = stub.FinishRecording(recorder_pb2.FinishRecordingRequest(name=name))
        assert again.name == name
    assert wav(client, server, name) == g711.decode_mulaw(AUDIO)


def test_a_pause_lies_no_further_ahead_than_a_recording_is_long(
    server: Running, client: RecordingsClient
) -> None:
    """Refused with the field; nothing of it is kept, and the session can still be read."""
    with recorder(server.grpc_address) as stub:
        name = begin(stub, "projects/live/calls/ahead").name
        far = recorder_pb2.PauseRecordingRequest(name=name, at_offset=2**63 - 1)
        with pytest.raises(grpc.RpcError) as refused:
            stub.PauseRecording(far)
        assert said(refused) == ("INVALID_ARGUMENT", "INVALID_ARGUMENT", "at_offset")
        assert not client.session(name).live.pauses
        paused = stub.PauseRecording(recorder_pb2.PauseRecordingRequest(name=name))
        assert len(paused.live.pauses) == 1
        resume = recorder_pb2.ResumeRecordingRequest(name=name, at_offset=2**62)
        with pytest.raises(grpc.RpcError) as refused:
            stub.ResumeRecording(resume)
        assert said(refused) == ("INVALID_ARGUMENT", "INVALID_ARGUMENT", "at_offset")
        Stream(stub, name).send(0, AUDIO, finish=True).rest()
    assert client.session(name).live.pauses[0].end_offset == len(AUDIO)


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ("", ("INVALID_ARGUMENT", "INVALID_ARGUMENT", "name")),
        ("recordings/r", ("INVALID_ARGUMENT", "INVALID_ARGUMENT", "name")),
        (
            "projects/live/calls/none/recordings/none",
            ("NOT_FOUND", "RECORDING_NOT_FOUND", ""),
        ),
    ],
    ids=["no name", "a bad name", "no such recording"],
)
def test_a_stream_says_first_whose_it_is(
    server: Running, first: str, expected: tuple[str, str, str]
) -> None:
    """Otherwise nothing is taken from it."""
    with recorder(server.grpc_address) as stub, pytest.raises(grpc.RpcError) as refused:
        list(stub.WriteAudio(iter([recorder_pb2.WriteAudioRequest(name=first)])))
    assert said(refused) == expected


def test_a_stream_that_ends_before_it_began_is_refused(server: Running) -> None:
    """Without one message."""
    with recorder(server.grpc_address) as stub, pytest.raises(grpc.RpcError) as refused:
        list(stub.WriteAudio(iter([])))
    assert said(refused) == ("INVALID_ARGUMENT", "INVALID_ARGUMENT", "name")


def test_a_producer_that_reads_nothing_is_recorded(
    server: Running, client: RecordingsClient
) -> None:
    """Acknowledgements that nobody reads hold nothing up and pile up nowhere."""
    audio = AUDIO * 400
    with recorder(server.grpc_address) as stub:
        name = begin(stub, "projects/live/calls/deaf").name
        stream = Stream(stub, name)
        for start in range(0, len(audio), 16000):
            stream.send(start, audio[start : start + 16000])
        stream.half_close()
        while client.session(name).live.committed_bytes < len(audio):
            pass
        client.finish(name)
    assert wav(client, server, name) == g711.decode_mulaw(audio)
