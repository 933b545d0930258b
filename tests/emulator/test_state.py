"""Everything there is: forgotten, written down, put back, made to repeat."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty

from enfonica.voice.v1beta1 import recordings_pb2
from support.controls import Controls, seconds
from support.receiver import status
from support.receiving import receiving
from support.server import serving
from unit.audio.wavs import wav
from voicerecordings.emulator.v1 import (
    clock_pb2,
    emulator_pb2_grpc,
    fault_pb2,
    request_log_pb2,
    state_pb2,
)
from voicerecordings.recorder.v1 import recorder_pb2

Change = Callable[[str, bytes], bytes | None]

ZIP = {"content-type": "application/zip"}


def names(controls: Controls, parent: str) -> list[str]:
    """What is listed."""
    request = recordings_pb2.ListRecordingsRequest(parent=parent, page_size=100)
    return [each.name for each in controls.recordings.ListRecordings(request).recordings]


def export(controls: Controls) -> bytes:
    """The state as a file, over gRPC."""
    pieces = controls.emulator.ExportState(state_pb2.ExportStateRequest())
    return b"".join(piece.file.data for piece in pieces)


def live(controls: Controls, parent: str) -> str:
    """A live recording."""
    audio = recorder_pb2.AudioFormat(codec=recorder_pb2.AudioFormat.MULAW, sample_rate=8000)
    request = recorder_pb2.CreateRecordingRequest(
        parent=parent, recording=recorder_pb2.NewRecording(format=audio)
    )
    return controls.recorder.CreateRecording(request).name


def test_one_project_is_forgotten(own: Controls, project: str) -> None:
    """Recordings in every state, webhooks, faults and requests; another project keeps its own."""
    link = own.simulate(f"{project}/calls/c1").audio[0].uri
    own.simulate(f"{project}/calls/c1", end_after=seconds(60), ready_uri="http://127.0.0.1:9/")
    live(own, f"{project}/calls/c2")
    kept = own.simulate("projects/kept/calls/c1")
    own.plan(method="GetRecording", project=project, status={"code": 14})
    theirs = own.plan(method="GetRecording", project="projects/kept", status={"code": 14})
    answer = own.emulator.Reset(state_pb2.ResetRequest(project=project))
    assert answer.recording_count == 3
    assert names(own, project) == []
    assert own.fetch(link).status == 404
    assert list(own.faults()) == [theirs]
    assert names(own, "projects/kept") == [kept.name]
    requests = own.emulator.ListRequests(request_log_pb2.ListRequestsRequest(project=project))
    assert [each.method.rpartition("/")[2] for each in requests.requests] == [
        "ListRecordings",
        "Download",
    ]
    moved = own.advance(timedelta(seconds=120))
    assert moved.Event.SIMULATION_ENDED not in {event.kind for event in moved.events}
    live(own, f"{project}/calls/c2")


def test_everything_is_forgotten(own: Controls, project: str) -> None:
    """After which it is as it was at the start."""
    own.simulate(f"{project}/calls/c1")
    own.simulate("projects/another/calls/c1")
    own.plan(method="GetRecording", status={"code": 14})
    assert own.emulator.Reset(state_pb2.ResetRequest()).recording_count == 2
    assert names(own, project) == []
    assert own.faults() == {}
    assert not own.emulator.ListRequests(request_log_pb2.ListRequestsRequest()).requests[1:]


def test_a_reset_lets_go_of_calls_that_are_held(own: Controls, project: str) -> None:
    """They go on."""
    made = own.simulate(f"{project}/calls/c1")
    own.plan(method="GetRecording", always=True, stall=Empty())
    held = own.recordings.GetRecording.future(recordings_pb2.GetRecordingRequest(name=made.name))
    while not next(iter(own.faults().values())).fired_count:
        pass
    own.reset()
    with pytest.raises(grpc.RpcError) as gone:
        held.result(timeout=30)
    assert gone.value.code() is grpc.StatusCode.NOT_FOUND


def test_a_server_that_stops_lets_go_of_calls_that_are_held() -> None:
    """They are answered, like any call that runs when a server drains."""
    with serving(emulator=True) as server:
        channel = grpc.insecure_channel(server.grpc_address)
        held = Controls(server, channel)
        made = held.simulate("projects/demo/calls/c1")
        held.plan(method="GetRecording", always=True, stall=Empty())
        request = recordings_pb2.GetRecordingRequest(name=made.name)
        future = held.recordings.GetRecording.future(request)
        while not next(iter(held.faults().values())).fired_count:
            pass
    assert future.result(timeout=30).name == made.name
    channel.close()


def test_ids_repeat(own: Controls) -> None:
    """With the same seed, clock and calls, in another server too."""
    rounds = []
    for _ in range(2):
        own.rest("POST", "/emulator/v1/clock:set", {"time": "2100-01-01T00:00:00Z"})
        own.rest("POST", "/emulator/v1/ids:seed", {"seed": "7"})
        made = own.simulate("projects/seeded/calls/c1")
        rounds.append((made.name, made.audio[0].uri.partition("/media/")[2]))
        own.reset()
    assert rounds[0] == rounds[1]


def test_what_was_written_down_is_put_back(own: Controls, project: str) -> None:
    """In another server: files, links to be had, webhooks, what has yet to end."""
    with receiving(status(500)) as receiver:
        made = own.simulate(f"{project}/calls/c1", ready_uri=f"{receiver.url}/hook")
        wait = {"project": project}
        own.rest("POST", "/emulator/v1/webhookAttempts:wait", wait)
        later = own.simulate(f"{project}/calls/c1", end_after=seconds(60))
        gets = own.simulate(f"{project}/calls/c1", end_after_gets=1)
        own.advance(timedelta(days=2))
        counting = own.simulate(f"{project}/calls/c1", end_after=seconds(60))
        file = export(own)
    whole = own.fetch(own.get(made.name).audio[1].uri).body
    time = own.emulator.GetClock(clock_pb2.GetClockRequest()).time.ToDatetime()
    with (
        serving(emulator=True) as server,
        grpc.insecure_channel(server.grpc_address) as channel,
    ):
        other = Controls(server, channel)
        other.simulate("projects/before/calls/c1")
        answer = other.rest("POST", "/emulator/v1/state:import", file, ZIP)
        assert answer.json["recordingCount"] == 4
        assert names(other, "projects/before") == []
        assert names(other, project) == names(own, project)
        clock = other.emulator.GetClock(clock_pb2.GetClockRequest())
        assert clock.time.ToDatetime() >= time
        assert other.fetch(other.get(made.name).audio[1].uri).body == whole
        assert [other.state(name) for name in (later.name, gets.name, gets.name)] == [
            "SUCCEEDED",
            "PENDING",
            "SUCCEEDED",
        ]
        assert other.state(counting.name) == "PENDING"
        other.advance(timedelta(seconds=60))
        assert other.state(counting.name) == "SUCCEEDED"


def test_an_import_that_was_being_processed_is_finished(own: Controls, project: str) -> None:
    """A live recording goes on too."""
    name = live(own, f"{project}/calls/c1")
    audio = recorder_pb2.WriteAudioRequest(name=name, offset=0, audio=b"\x12\x93" * 8000)
    list(own.recorder.WriteAudio(iter([audio])))
    file = export(own)
    own.reset()
    own.rest("POST", "/emulator/v1/state:import", file, ZIP)
    assert own.state(name) == "PENDING"
    own.advance(timedelta(seconds=5))
    own.recorder.FinishRecording(recorder_pb2.FinishRecordingRequest(name=name))
    while own.state(name) == "PENDING":
        pass
    assert own.get(name).duration.seconds == 2


def test_a_state_without_what_was_deleted_is_put_back(own: Controls, project: str) -> None:
    """Deleted while it waited for its end, a recording leaves nothing in the file."""
    made = own.simulate(f"{project}/calls/c1", recording_id="gone", end_after=seconds(60))
    own.recordings.DeleteRecording(recordings_pb2.DeleteRecordingRequest(name=made.name))
    kept = own.simulate(f"{project}/calls/c1", end_after=seconds(60))
    file = export(own)
    own.reset()
    assert own.rest("POST", "/emulator/v1/state:import", file, ZIP).status == 200
    assert names(own, project) == [kept.name]
    own.advance(timedelta(seconds=60))
    assert own.state(kept.name) == "SUCCEEDED"


def damaged(file: bytes) -> dict[str, bytes]:
    """State files that are not whole, by what is wrong with them."""
    middle = len(file) // 2
    flipped = bytearray(file)
    flipped[middle] ^= 0xFF
    return {
        "nothing": b"",
        "not a file of ours": b"PK and then nothing",
        "a WAV": wav(bytes(400)),
        "cut off": file[:middle],
        "a bit flipped": bytes(flipped),
        "no documents": rewritten(file, _without("state.json")),
        "documents cut off": rewritten(file, _shorter("state.json")),
        "another format": rewritten(file, _replaced(b"emulator state", b"something")),
        "another version": rewritten(file, _replaced(b'"version":1', b'"version":99')),
        "not a recording": rewritten(file, _replaced(b'"recordings":[{', b'"recordings":[3,{')),
        "an ending missing": rewritten(file, _replaced(b'"ending":{', b'"ended":{')),
        "audio missing": rewritten(file, _without("/pcm")),
        "audio cut off": rewritten(file, _shorter("/pcm")),
        "audio of nobody": rewritten(file, _without("?"), {"media/nobody/pcm": b"x"}),
    }


def rewritten(file: bytes, change: Change, extra: dict[str, bytes] | None = None) -> bytes:
    """The file with each entry changed, or left out where that gives None."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            data = change(name, old.read(name))
            if data is not None:
                new.writestr(name, data)
        for name, data in (extra or {}).items():
            new.writestr(name, data)
    return buffer.getvalue()


def _replaced(old: bytes, new: bytes) -> Change:
    """Changes the documents, which must hold the old bytes."""

    def change(name: str, data: bytes) -> bytes:
        if name != "state.json":
            return data
        assert old in data
        return data.replace(old, new)

    return change


def _without(ending: str) -> Change:
    return lambda name, data: None if name.endswith(ending) else data


def _shorter(ending: str) -> Change:
    return lambda name, data: data[:-1] if name.endswith(ending) else data


def test_a_damaged_file_is_refused_and_changes_nothing(own: Controls, project: str) -> None:
    """Whatever the damage, with the field to blame."""
    made = own.simulate(f"{project}/calls/c1")
    file = export(own)
    for what, wrong in damaged(file).items():
        answer = own.rest("POST", "/emulator/v1/state:import", wrong, ZIP)
        assert answer.status == 400, what
        details = answer.json["error"]["details"]
        fields = [v["field"] for each in details for v in each.get("fieldViolations", ())]
        assert fields == ["file.data"], what
        assert names(own, project) == [made.name], what
    assert own.rest("POST", "/emulator/v1/state:import", file, ZIP).status == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/emulator/v1/clock", None),
        ("/emulator/v1/clock:advance", {"duration": "1s"}),
        ("/emulator/v1/faults", None),
        ("/emulator/v1/state:reset", {}),
        ("/emulator/v1/projects/demo/calls/c1/recordings:simulate", {}),
    ],
)
def test_without_the_flag_there_are_no_controls(path: str, body: object) -> None:
    """404 over REST, as any path that is not there; UNIMPLEMENTED over gRPC."""
    with serving() as server, grpc.insecure_channel(server.grpc_address) as channel:
        plain = Controls(server, channel)
        answer = plain.rest("GET" if body is None else "POST", path, body)
        assert answer.status == 404
        assert answer.json == plain.rest("GET", "/nothing").json
        with pytest.raises(grpc.RpcError) as refused:
            emulator_pb2_grpc.EmulatorStub(channel).ListFaults(fault_pb2.ListFaultsRequest())
        assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED
