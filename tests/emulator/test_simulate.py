"""Recordings without calls."""

import io
import wave
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest

from enfonica.voice.v1beta1 import recordings_pb2
from enfonica.voice.v1beta1.call_recording_config_pb2 import TRIM_SILENCE
from support.controls import Controls, seconds, violations
from unit.audio.wavs import wav

Recording = recordings_pb2.Recording


def test_one_call_makes_a_recording_with_both_files(controls: Controls, project: str) -> None:
    """Real WAV and MP3 behind real links."""
    made = controls.simulate(f"{project}/calls/c1")
    assert made.state == Recording.SUCCEEDED
    assert made == controls.get(made.name) or made.name == controls.get(made.name).name
    assert made.channel_count == 2
    assert made.duration.ToTimedelta() == timedelta(seconds=2)
    assert [audio.mime_type for audio in made.audio] == ["audio/x-wav", "audio/mpeg"]
    files = [controls.fetch(audio.uri).body for audio in made.audio]
    assert [len(file) for file in files] == [audio.size_bytes for audio in made.audio]
    with wave.open(io.BytesIO(files[0])) as opened:
        assert (opened.getnchannels(), opened.getframerate(), opened.getnframes()) == (
            2,
            8000,
            16000,
        )
    assert b"Info" in files[1][:200]


@pytest.mark.parametrize(
    ("outcome", "state", "error"),
    [
        ("SUCCEEDED", "SUCCEEDED", "ERROR_CODE_UNSPECIFIED"),
        ("EMPTY", "EMPTY", "ERROR_CODE_UNSPECIFIED"),
        ("FAILED_TIMEOUT", "FAILED", "TIMEOUT"),
        ("FAILED_INTERNAL_ERROR", "FAILED", "INTERNAL_ERROR"),
        ("PENDING", "PENDING", "ERROR_CODE_UNSPECIFIED"),
    ],
)
def test_it_comes_to_what_is_asked(
    controls: Controls, project: str, outcome: str, state: str, error: str
) -> None:
    """Every outcome that the contract has."""
    made = controls.simulate(f"{project}/calls/c1", outcome=outcome)
    assert Recording.State.Name(made.state) == state
    assert Recording.ErrorCode.Name(made.error_code) == error
    assert bool(made.audio) == (state == "SUCCEEDED")


def test_it_is_made_of_what_is_asked(controls: Controls, project: str) -> None:
    """Source, channels, rate, length, sound, id and time of making."""
    created = datetime(2025, 5, 5, tzinfo=UTC)
    made = controls.simulate(
        f"{project}/calls/c1",
        recording_id="mine",
        source="RECORD_ACTION",
        channel_count=1,
        sample_rate=16000,
        duration=seconds(0.5),
        sound="TONE",
        create_time=created,
        ready_uri="http://127.0.0.1:9/hook",
    )
    assert made.name == f"{project}/calls/c1/recordings/mine"
    assert made.source == Recording.RECORD_ACTION
    assert made.channel_count == 1
    assert made.audio[0].sample_rate == 16000
    assert made.audio[0].size_bytes == 44 + 16000
    assert made.create_time.ToDatetime(tzinfo=UTC) == created
    assert made.start_time.ToDatetime(tzinfo=UTC) == created


def test_it_is_made_of_a_file(controls: Controls, project: str) -> None:
    """Sample for sample."""
    pcm = b"\x00\x40\x00\xc0" * 2000
    made = controls.simulate(f"{project}/calls/c1", file=wav(pcm))
    assert controls.fetch(made.audio[0].uri).body[44:] == pcm


def test_silence_is_trimmed_from_it(controls: Controls, project: str) -> None:
    """By the same pipeline as any audio."""
    pcm = bytes(16000) + b"\x00\x40\x00\xc0" * 2000 + bytes(16000)
    made = controls.simulate(f"{project}/calls/c1", file=wav(pcm), post_processing=[TRIM_SILENCE])
    assert 44 + 8000 <= made.audio[0].size_bytes < 44 + len(pcm) // 2


def test_it_ends_after_a_span_of_the_clock(own: Controls, project: str) -> None:
    """Not before."""
    own.rest("POST", "/emulator/v1/clock:freeze", {})
    made = own.simulate(f"{project}/calls/c1", end_after=seconds(60))
    assert made.state == Recording.PENDING
    own.advance(timedelta(seconds=59))
    assert own.state(made.name) == "PENDING"
    moved = own.advance(timedelta(seconds=1))
    assert own.state(made.name) == "SUCCEEDED"
    assert [(e.kind, e.subject) for e in moved.events if e.subject] == [
        (moved.Event.SIMULATION_ENDED, made.name)
    ]


def test_it_ends_after_so_many_gets(controls: Controls, project: str) -> None:
    """Each of them saw it pending."""
    made = controls.simulate(f"{project}/calls/c1", end_after_gets=2)
    seen = [controls.state(made.name) for _ in range(4)]
    assert seen == ["PENDING", "PENDING", "SUCCEEDED", "SUCCEEDED"]


def test_it_ends_on_command(controls: Controls, project: str) -> None:
    """Once."""
    made = controls.simulate(f"{project}/calls/c1", outcome="EMPTY", end_on_command=True)
    assert controls.state(made.name) == "PENDING"
    ended = controls.rest("POST", f"/emulator/v1/{made.name}:end", {})
    assert ended.json["state"] == "EMPTY"
    again = controls.rest("POST", f"/emulator/v1/{made.name}:end", {})
    assert again.json["error"]["status"] == "FAILED_PRECONDITION"
    unknown = controls.rest("POST", f"/emulator/v1/{made.name}x:end", {})
    assert unknown.json["error"]["status"] == "NOT_FOUND"


def test_a_pending_one_stays_so_for_a_hundred_years(own: Controls, project: str) -> None:
    """Nothing takes it over, nothing times it out."""
    made = own.simulate(f"{project}/calls/c1", outcome="PENDING")
    own.advance(timedelta(days=36_500))
    assert own.state(made.name) == "PENDING"


def test_a_deleted_one_does_not_end(own: Controls, project: str) -> None:
    """Its time comes and goes."""
    made = own.simulate(f"{project}/calls/c1", end_after=seconds(60))
    own.recordings.DeleteRecording(recordings_pb2.DeleteRecordingRequest(name=made.name))
    own.advance(timedelta(seconds=120))
    with pytest.raises(grpc.RpcError) as refused:
        own.get(made.name)
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize("end", [{"end_on_command": True}, {"outcome": "PENDING"}], ids=str)
def test_one_in_a_deleted_ones_place_does_not_end_in_its_time(
    own: Controls, project: str, end: dict[str, Any]
) -> None:
    """The name is the same, the recording is another."""
    made = own.simulate(f"{project}/calls/c1", recording_id="again", end_after=seconds(60))
    own.recordings.DeleteRecording(recordings_pb2.DeleteRecordingRequest(name=made.name))
    own.simulate(f"{project}/calls/c1", recording_id="again", **end)
    own.advance(timedelta(seconds=120))
    assert own.state(made.name) == "PENDING"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"parent": "projects/p"}, "parent"),
        ({"parent": "projects/demo/calls/-"}, "parent"),
        ({"recording_id": "a b"}, "recording_id"),
        ({"outcome": 99}, "outcome"),
        ({"source": 99}, "source"),
        ({"sound": 99}, "sound"),
        ({"outcome": "EMPTY", "sound": "TONE"}, "sound"),
        ({"outcome": "SUCCEEDED", "sound": "SILENCE"}, "sound"),
        ({"outcome": "SUCCEEDED", "file": wav(bytes(4000))}, "outcome"),
        ({"outcome": "EMPTY", "file": wav(b"\x00\x40" * 4000)}, "outcome"),
        ({"outcome": "FAILED_TIMEOUT", "sound": "TONE"}, "sound"),
        ({"outcome": "PENDING", "duration": seconds(1)}, "duration"),
        ({"outcome": "PENDING", "end_after": seconds(1)}, "end_after"),
        ({"outcome": "PENDING", "end_on_command": True}, "end_on_command"),
        ({"end_on_command": False}, "end_on_command"),
        ({"end_after": seconds(-1)}, "end_after"),
        ({"end_after_gets": 0}, "end_after_gets"),
        ({"end_after_gets": -1}, "end_after_gets"),
        ({"channel_count": 3}, "channel_count"),
        ({"channel_count": -1}, "channel_count"),
        ({"sample_rate": 7999}, "sample_rate"),
        ({"duration": seconds(0)}, "duration"),
        ({"duration": seconds(-1)}, "duration"),
        ({"duration": seconds(601)}, "duration"),
        ({"file": b"no audio"}, "file"),
        ({"file": wav(b"\x00\x40" * 4000), "channel_count": 1}, "channel_count"),
        ({"post_processing": [7]}, "post_processing"),
        ({"ready_uri": "ftp://example.com"}, "ready_uri"),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused(
    controls: Controls, fields: dict[str, Any], field: str
) -> None:
    """With the field to blame, and nothing made."""
    with pytest.raises(grpc.RpcError) as refused:
        controls.simulate(**{"parent": "projects/nonsense/calls/c1"} | fields)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert violations(refused.value) == [field]
    request = recordings_pb2.ListRecordingsRequest(parent="projects/nonsense")
    assert not controls.recordings.ListRecordings(request).recordings


def test_a_recording_of_tomorrow_is_refused(controls: Controls, project: str) -> None:
    """By the emulator's clock."""
    with pytest.raises(grpc.RpcError) as refused:
        controls.simulate(f"{project}/calls/c1", create_time=datetime(2999, 1, 1, tzinfo=UTC))
    assert violations(refused.value) == ["create_time"]


def test_a_name_that_is_taken_is_refused(controls: Controls, project: str) -> None:
    """Like any other."""
    controls.simulate(f"{project}/calls/c1", recording_id="r")
    with pytest.raises(grpc.RpcError) as refused:
        controls.simulate(f"{project}/calls/c1", recording_id="r")
    assert refused.value.code() is grpc.StatusCode.ALREADY_EXISTS
