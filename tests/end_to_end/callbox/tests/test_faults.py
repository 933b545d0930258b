"""The service's faults fire as they are planned: each kind, each method, each way in."""

import http.client
import threading

import grpc
import pytest

from enfonica.voice.v1beta1 import recordings_pb2, recordings_pb2_grpc
from voicerecordings.emulator.v1 import fault_pb2

KINDS = {
    "status": lambda faults, *a, **k: faults.fail(*a, "UNAVAILABLE", **k),
    "delay": lambda faults, *a, **k: faults.delay(*a, 0.02, **k),
    "stall": lambda faults, *a, **k: faults.stall(*a, **k),
    "cut": lambda faults, *a, **k: faults.cut(*a, 1, **k),
    "corrupt": lambda faults, *a, **k: faults.corrupt(*a, **k),
    "drop": lambda faults, *a, **k: faults.drop(*a, **k),
}
METHODS = ("GetRecording", "ListRecordings", "DeleteRecording")


def over_grpc(stub, method, project, name):
    request = {
        "GetRecording": recordings_pb2.GetRecordingRequest(name=name),
        "ListRecordings": recordings_pb2.ListRecordingsRequest(parent=project.name),
        "DeleteRecording": recordings_pb2.DeleteRecordingRequest(name=name),
    }[method]
    try:
        getattr(stub, method)(request, timeout=60)
    except grpc.RpcError as error:
        return error.code().name
    return "OK"


def over_rest(rest, method, project, name):
    try:
        if method == "DeleteRecording":
            answer = rest.delete(f"/v1beta1/{name}")
        else:
            path = name if method == "GetRecording" else f"{project.name}/recordings"
            answer = rest.get(f"/v1beta1/{path}")
        answer.json()
    except (http.client.HTTPException, ConnectionError):
        return "BROKEN"
    except ValueError:
        return "GARBLED"
    return answer.status


def release(fault):
    """Lets a stalled call go on once it is held."""

    def when_it_is_held():
        while not fault.fired:
            pass
        fault.delete()

    thread = threading.Thread(target=when_it_is_held)
    thread.start()
    return thread


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("door", ["GRPC", "REST"])
@pytest.mark.parametrize("method", METHODS)
def test_a_fault_fires_exactly_as_planned(
    method, door, kind, voice_recordings, voice_recordings_project
):
    project = voice_recordings_project
    rest = voice_recordings.rest()
    made = [project.simulate(sound="TONE").name for _ in range(4)]
    stub = recordings_pb2_grpc.RecordingsStub(voice_recordings.channel())
    fault = KINDS[kind](project.faults, method, first=2, times=2, door=door)
    ways = {
        "GRPC": lambda name: over_grpc(stub, method, project, name),
        "REST": lambda name: over_rest(rest, method, project, name),
    }
    other = ways["REST" if door == "GRPC" else "GRPC"]
    assert ways[door](made[0]) in ("OK", 200)
    if kind == "stall":
        thread = release(fault)
        assert ways[door](made[1]) in ("OK", 200)
        thread.join()
        assert other(made[3]) in ("OK", 200)
        return
    went_wrong = {
        "status": ("UNAVAILABLE", 503),
        "delay": ("OK", 200),
        "cut": ("UNAVAILABLE", "BROKEN"),
        "corrupt": ("INTERNAL", "GARBLED"),
        "drop": ("UNAVAILABLE", "BROKEN"),
    }[kind][door == "REST"]
    assert [ways[door](made[number]) for number in (1, 2)] == [went_wrong] * 2
    assert other(made[3]) in ("OK", 200)
    account = fault.account()
    assert (account.matched_count, account.fired_count, account.pending) == (3, 2, False)
    assert [(each.method, each.door, each.call) for each in account.firings] == [
        (f"enfonica.voice.v1beta1.Recordings/{method}", fault_pb2.Door.Value(door), call)
        for call in (2, 3)
    ]
    project.faults.check_all_fired()


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_of_downloads_fires_exactly_as_planned(
    kind, voice_recordings_project, voice_recordings_rest
):
    project = voice_recordings_project
    link = project.simulate(sound="TONE").audio[0].uri
    whole = voice_recordings_rest.get(link).body
    fault = KINDS[kind](project.faults, "Download", first=2)
    assert voice_recordings_rest.get(link).body == whole
    if kind == "stall":
        thread = release(fault)
        assert voice_recordings_rest.get(link).body == whole
        thread.join()
        return
    if kind in ("cut", "drop"):
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            voice_recordings_rest.get(link)
    else:
        assert (voice_recordings_rest.get(link).body == whole) == (kind == "delay")
    assert voice_recordings_rest.get(link).body == whole
    account = fault.account()
    assert (account.matched_count, account.fired_count, account.pending) == (3, 1, False)
