"""Live recordings are begun, paused, resumed and finished alike at both doors."""

from typing import Any

import pytest

from parity.requests import Request, over_grpc, over_rest
from support.live import Stream, recorder
from voice_recordings.app import Running

MULAW = {"codec": "MULAW", "sampleRate": 8000}
ABSENT = "projects/parity/calls/live/recordings/none"


def create(recording_id: str = "", *, call: str = "live", **recording: Any) -> Request:
    """CreateRecording; over REST the recording is the body."""
    parent = f"projects/parity/calls/{call}"
    asked = {"format": MULAW} | recording
    fields: dict[str, Any] = {"parent": parent, "recording": asked}
    query = {"recordingId": recording_id} if recording_id else {}
    return Request(
        "CreateRecording", fields | query, "POST", f"/v1/{parent}/recordings", query, asked
    )


def action(method: str, name: str, **fields: Any) -> Request:
    """Finish, pause or resume."""
    verb = method.removesuffix("Recording").lower()
    return Request(method, {"name": name} | fields, "POST", f"/v1/{name}:{verb}", {}, fields)


def finish(name: str) -> Request:
    """FinishRecording."""
    return action("FinishRecording", name)


def pause(name: str, **fields: Any) -> Request:
    """PauseRecording."""
    return action("PauseRecording", name, **fields)


def resume(name: str, **fields: Any) -> Request:
    """ResumeRecording."""
    return action("ResumeRecording", name, **fields)


REFUSED = [
    pytest.param(create(format={}), "INVALID_ARGUMENT", "format.codec", id="no codec"),
    pytest.param(
        create(format={"codec": "MULAW", "sampleRate": 7999}),
        "INVALID_ARGUMENT", "format.sample_rate", id="too few samples a second",
    ),
    pytest.param(
        create(format={"codec": "MULAW", "sampleRate": 48001}),
        "INVALID_ARGUMENT", "format.sample_rate", id="too many samples a second",
    ),
    pytest.param(
        create(format=MULAW | {"channelCount": 3}),
        "INVALID_ARGUMENT", "format.channel_count", id="three channels",
    ),
    pytest.param(
        create(maxDuration="0s"), "INVALID_ARGUMENT", "max_duration", id="no time at all"
    ),
    pytest.param(
        create(maxDuration="86401s"), "INVALID_ARGUMENT", "max_duration", id="more than a day"
    ),
    pytest.param(
        create(silenceTimeout="0.05s"), "INVALID_ARGUMENT", "silence_timeout", id="no silence"
    ),
    pytest.param(create(readyUri="ftp://x"), "INVALID_ARGUMENT", "ready_uri", id="a bad URI"),
    pytest.param(create("-"), "INVALID_ARGUMENT", "recording_id", id="a bad id"),
    pytest.param(create(call="-"), "INVALID_ARGUMENT", "parent", id="a bad call"),
    pytest.param(finish(ABSENT), "NOT_FOUND", "RECORDING_NOT_FOUND", id="finish what is absent"),
    pytest.param(pause(ABSENT), "NOT_FOUND", "RECORDING_NOT_FOUND", id="pause what is absent"),
    pytest.param(resume(ABSENT), "NOT_FOUND", "RECORDING_NOT_FOUND", id="resume what is absent"),
]  # fmt: skip


@pytest.mark.parametrize(("request_", "code", "blamed"), REFUSED)
def test_what_is_refused_is_so_in_the_same_words(
    server: Running, request_: Request, code: str, blamed: str
) -> None:
    """The status, the message and every detail."""
    refused = over_grpc(server, request_)
    assert refused.code == code
    assert blamed in " ".join(refused.details)
    assert over_rest(server, request_) == refused


def test_the_whole_life_of_a_call_over_rest(server: Running) -> None:
    """Begun, paused, resumed and finished; the stream itself is gRPC's."""
    made = over_rest(server, create("life", call="life", source="RECORD_ACTION"))
    assert made.response is not None
    name = made.response["name"]
    assert over_grpc(server, create("life", call="life", source="RECORD_ACTION")) == made
    with recorder(server.grpc_address) as stub:
        stream = Stream(stub, name).send(0, bytes(800)).wait_for(800)
        paused = over_rest(server, pause(name, mode="SILENCE", atOffset="1600"))
        assert paused.response is not None
        (listed,) = paused.response["live"]["pauses"]
        assert listed == {
            "mode": "SILENCE", "startOffset": "1600", "endOffset": "1600",
            "position": "0.200s", "duration": "0s", "open": True,
        }  # fmt: skip
        again = over_grpc(server, pause(name))
        assert again.code == "FAILED_PRECONDITION"
        assert over_rest(server, pause(name)) == again
        assert over_rest(server, resume(name, atOffset="2400")).code == "OK"
        unpaused = over_grpc(server, resume(name))
        assert unpaused.code == "FAILED_PRECONDITION"
        assert over_rest(server, resume(name)) == unpaused
        late = over_grpc(server, pause(name, atOffset="80"))
        assert late.code == "OUT_OF_RANGE"
        assert over_rest(server, pause(name, atOffset="80")) == late
        finished = over_rest(server, finish(name))
        assert finished.response is not None
        assert finished.response["name"] == name
        stream.rest()
        closed = over_grpc(server, pause(name))
        assert closed.code == "FAILED_PRECONDITION"
        assert "RECORDING_FINISHED" in closed.details[0]
        assert over_rest(server, pause(name)) == closed


def test_a_second_call_recording_names_the_first(server: Running) -> None:
    """At both doors, with the name where a program finds it."""
    first = over_rest(server, create("first", call="second"))
    assert first.code == "OK"
    refused = over_grpc(server, create("other", call="second"))
    assert refused.code == "ALREADY_EXISTS"
    assert "projects/parity/calls/second/recordings/first" in refused.details[0]
    assert over_rest(server, create("other", call="second")) == refused
