"""Faults by plan: each kind on each method at both doors, and the account of what fired."""

import http.client
import itertools
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import grpc
import pytest
from google.api import httpbody_pb2
from google.protobuf.duration_pb2 import Duration
from google.protobuf.empty_pb2 import Empty
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc import code_pb2, status_pb2

from enfonica.voice.v1beta1 import recordings_pb2
from support.controls import Controls, seconds, violations
from support.server import Answer
from unit.audio.wavs import wav
from voicerecordings.emulator.v1 import fault_pb2, request_log_pb2
from voicerecordings.recorder.v1 import recorder_pb2, webhooks_pb2

FILE = wav(b"\x00\x40\x00\xc0" * 20_000)
UNAVAILABLE = status_pb2.Status(code=14, message="away for a moment")


LIVE = recorder_pb2.NewRecording(
    format=recorder_pb2.AudioFormat(codec=recorder_pb2.AudioFormat.MULAW, sample_rate=8000)
)
_CALLS = itertools.count(1)


def call_of(name: str) -> str:
    """The call that a recording is of."""
    return name.partition("/recordings")[0]


def project_of(name: str) -> str:
    """The project that something belongs to."""
    return name.partition("/calls")[0]


def ended(controls: Controls, project: str) -> str:
    """A recording to read, whose webhook nobody takes."""
    parent = f"{project}/calls/c{next(_CALLS)}"
    return controls.simulate(parent, ready_uri="http://127.0.0.1:9/").name


def live(controls: Controls, project: str) -> str:
    """A recording that takes audio."""
    parent = f"{project}/calls/c{next(_CALLS)}"
    request = recorder_pb2.CreateRecordingRequest(parent=parent, recording=LIVE)
    return controls.recorder.CreateRecording(request).name


def paused(controls: Controls, project: str) -> str:
    """A recording that would take audio if it were not paused."""
    name = live(controls, project)
    controls.recorder.PauseRecording(recorder_pb2.PauseRecordingRequest(name=name, mode="SKIP"))
    return name


def delivery(controls: Controls, project: str) -> str:
    """A webhook to send again."""
    request = webhooks_pb2.ListDeliveriesRequest(parent=ended(controls, project))
    return controls.webhooks.ListDeliveries(request).deliveries[0].name


def imports(parent: str) -> list[recorder_pb2.ImportRecordingRequest]:
    """A file in three messages."""
    pieces = [FILE[:30_000], FILE[30_000:60_000], FILE[60_000:]]
    requests = [recorder_pb2.ImportRecordingRequest(parent=parent) for _ in pieces]
    for request, piece in zip(requests, pieces, strict=True):
        request.file.data = piece
    return requests


@dataclass(frozen=True)
class Way:
    """How a method is called, on something made ready for it.

    `over_rest` is method, path and body; a path's {0} is what is called, {1} its
    call, {2} its project.
    """

    over_grpc: Callable[[Controls, str], Any]
    over_rest: tuple[str, str, Any] | None
    ready: Callable[[Controls, str], str] = ended


WAYS = {
    "GetRecording": Way(
        lambda c, name: c.get(name),
        ("GET", "/v1beta1/{0}", None),
    ),
    "ListRecordings": Way(
        lambda c, name: c.recordings.ListRecordings(
            recordings_pb2.ListRecordingsRequest(parent=call_of(name))
        ),
        ("GET", "/v1beta1/{1}/recordings", None),
    ),
    "DeleteRecording": Way(
        lambda c, name: c.recordings.DeleteRecording(
            recordings_pb2.DeleteRecordingRequest(name=name)
        ),
        ("DELETE", "/v1beta1/{0}", None),
    ),
    "ImportRecording": Way(
        lambda c, name: c.recorder.ImportRecording(iter(imports(call_of(name)))),
        ("POST", "/v1/{1}/recordings:import", FILE),
    ),
    "CreateRecording": Way(
        lambda c, name: c.recorder.CreateRecording(
            recorder_pb2.CreateRecordingRequest(parent=call_of(name), recording=LIVE)
        ),
        ("POST", "/v1/{1}/recordings", {"format": {"codec": "MULAW", "sampleRate": 8000}}),
    ),
    "WriteAudio": Way(
        lambda c, name: list(
            c.recorder.WriteAudio(iter([recorder_pb2.WriteAudioRequest(name=name, finish=True)]))
        ),
        None,
        live,
    ),
    "PauseRecording": Way(
        lambda c, name: c.recorder.PauseRecording(
            recorder_pb2.PauseRecordingRequest(name=name, mode="SKIP")
        ),
        ("POST", "/v1/{0}:pause", {"mode": "SKIP"}),
        live,
    ),
    "ResumeRecording": Way(
        lambda c, name: c.recorder.ResumeRecording(recorder_pb2.ResumeRecordingRequest(name=name)),
        ("POST", "/v1/{0}:resume", {}),
        paused,
    ),
    "FinishRecording": Way(
        lambda c, name: c.recorder.FinishRecording(recorder_pb2.FinishRecordingRequest(name=name)),
        ("POST", "/v1/{0}:finish", {}),
        live,
    ),
    "GetSession": Way(
        lambda c, name: c.recorder.GetSession(
            recorder_pb2.GetSessionRequest(name=f"{name}/session")
        ),
        ("GET", "/v1/{0}/session", None),
    ),
    "GetWaveform": Way(
        lambda c, name: c.recorder.GetWaveform(
            recorder_pb2.GetWaveformRequest(name=f"{name}/waveform")
        ),
        ("GET", "/v1/{0}/waveform", None),
    ),
    "GetDownload": Way(
        lambda c, name: c.recorder.GetDownload(
            recorder_pb2.GetDownloadRequest(name=f"{name}/download")
        ),
        ("GET", "/v1/{0}/download", None),
    ),
    "ListDeliveries": Way(
        lambda c, name: c.webhooks.ListDeliveries(webhooks_pb2.ListDeliveriesRequest(parent=name)),
        ("GET", "/v1/{0}/deliveries", None),
    ),
    "RedeliverWebhook": Way(
        lambda c, name: c.webhooks.RedeliverWebhook(
            webhooks_pb2.RedeliverWebhookRequest(name=name)
        ),
        ("POST", "/v1/{0}:redeliver", {}),
        delivery,
    ),
    "RedeliverFailedWebhooks": Way(
        lambda c, name: c.webhooks.RedeliverFailedWebhooks(
            webhooks_pb2.RedeliverFailedWebhooksRequest(
                parent=project_of(name), since=datetime(2020, 1, 1, tzinfo=UTC)
            )
        ),
        ("POST", "/v1/{2}/deliveries:redeliverFailed", {"since": "2020-01-01T00:00:00Z"}),
    ),
}


def rest_of(controls: Controls, method: str, name: str) -> Answer:
    """The call over REST."""
    way = WAYS[method].over_rest
    assert way is not None
    verb, path, body = way
    headers = {"content-type": "audio/wav"} if isinstance(body, bytes) else None
    return controls.rest(verb, path.format(name, call_of(name), project_of(name)), body, headers)


def test_every_method_is_in_the_table() -> None:
    """One that is added is tried with every kind of fault too."""
    services = (
        (recordings_pb2, "Recordings"),
        (recorder_pb2, "Recorder"),
        (webhooks_pb2, "Webhooks"),
    )
    methods = {
        method
        for module, name in services
        for method in module.DESCRIPTOR.services_by_name[name].methods_by_name
    }
    assert set(WAYS) == methods


EFFECTS: dict[str, Any] = {
    "status": {"status": UNAVAILABLE},
    "delay": {"delay": seconds(0.05)},
    "stall": {"stall": Empty()},
    "cut": {"cut_after_bytes": 1},
    "corrupt": {"corrupt": Empty()},
    "drop": {"drop": Empty()},
}

_GRPC_ENDS = {
    "status": grpc.StatusCode.UNAVAILABLE,
    "cut": grpc.StatusCode.UNAVAILABLE,
    "corrupt": grpc.StatusCode.INTERNAL,
    "drop": grpc.StatusCode.UNAVAILABLE,
}


@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize("method", WAYS)
def test_each_fault_fires_on_each_method_over_grpc(
    controls: Controls, project: str, method: str, effect: str
) -> None:
    """On the second call and no other, and the account says so."""
    way = WAYS[method]
    first, second, third = (way.ready(controls, project) for _ in range(3))
    fault = controls.plan(
        method=method, project=project, door="GRPC", calls={"first": 2}, **EFFECTS[effect]
    )
    way.over_grpc(controls, first)
    if effect == "stall":
        _release_when_it_stalls(controls, fault, project)
    if effect in _GRPC_ENDS:
        with pytest.raises(grpc.RpcError) as failed:
            way.over_grpc(controls, second)
        assert failed.value.code() is _GRPC_ENDS[effect]
    else:
        way.over_grpc(controls, second)
    if way.over_rest:
        assert rest_of(controls, method, third).status == 200
    _check_account(controls, fault, effect, method, fault_pb2.GRPC)


@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize("method", [method for method in WAYS if WAYS[method].over_rest])
def test_each_fault_fires_on_each_method_over_rest(
    controls: Controls, project: str, method: str, effect: str
) -> None:
    """On the second call and no other, and the account says so."""
    way = WAYS[method]
    first, second, third = (way.ready(controls, project) for _ in range(3))
    fault = controls.plan(
        method=method, project=project, door="REST", calls={"first": 2}, **EFFECTS[effect]
    )
    assert rest_of(controls, method, first).status == 200
    if effect == "stall":
        _release_when_it_stalls(controls, fault, project)
    if effect in ("cut", "drop"):
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            rest_of(controls, method, second)
    else:
        answer = rest_of(controls, method, second)
        assert answer.status == (503 if effect == "status" else 200)
        if effect == "status":
            assert answer.json["error"]["message"] == UNAVAILABLE.message
        if effect == "corrupt":
            with pytest.raises(ValueError, match=r"decode|Expecting|codec"):
                json.loads(answer.body)
    way.over_grpc(controls, third)
    _check_account(controls, fault, effect, method, fault_pb2.REST)


def _check_account(
    controls: Controls, fault: str, effect: str, method: str, door: "fault_pb2.Door"
) -> None:
    """Two calls matched and the second failed; a fault that stalled was taken back."""
    account = controls.faults().get(fault)
    if effect == "stall":
        assert account is None
        return
    assert account is not None
    assert (account.matched_count, account.fired_count, account.pending) == (2, 1, False)
    (firing,) = account.firings
    assert firing.method.endswith(f"/{method}")
    assert (firing.door, firing.call) == (door, 2)


@pytest.mark.parametrize("effect", EFFECTS)
def test_each_fault_fires_on_downloads(controls: Controls, project: str, effect: str) -> None:
    """On the second and no other, and the account says so."""
    link = controls.simulate(f"{project}/calls/c1").audio[0].uri
    whole = controls.fetch(link)
    plan = EFFECTS[effect] if effect != "cut" else {"cut_after_bytes": 40_000}
    fault = controls.plan(method="Download", project=project, calls={"first": 2}, **plan)
    assert controls.fetch(link).body == whole.body
    if effect == "stall":
        _release_when_it_stalls(controls, fault, project)
    if effect == "drop":
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            controls.fetch(link)
    elif effect == "cut":
        with pytest.raises(http.client.IncompleteRead) as cut:
            controls.fetch(link)
        assert cut.value.partial == whole.body[:40_000]
    else:
        answer = controls.fetch(link)
        assert answer.status == (503 if effect == "status" else 200)
        if effect == "corrupt":
            assert len(answer.body) == len(whole.body)
            assert answer.body != whole.body
        elif effect != "status":
            assert answer.body == whole.body
    assert controls.fetch(link).body == whole.body
    account = controls.faults().get(fault)
    if effect == "stall":
        assert account is None
        return
    assert account is not None
    assert (account.matched_count, account.fired_count, account.pending) == (3, 1, False)
    assert [(firing.method, firing.door) for firing in account.firings] == [
        ("Download", fault_pb2.MEDIA)
    ]


def _release_when_it_stalls(controls: Controls, fault: str, project: str) -> None:
    """Takes the fault back as soon as it holds a call; controls are not held up by it."""

    def release() -> None:
        while not controls.faults()[fault].fired_count:
            pass
        request = request_log_pb2.ListRequestsRequest(project=project)
        held = controls.emulator.ListRequests(request).requests[-1]
        assert held.fault == fault
        assert not held.ended
        controls.emulator.DeleteFault(fault_pb2.DeleteFaultRequest(name=fault))

    threading.Thread(target=release).start()


def test_a_stalled_call_ends_with_its_clients_patience(own: Controls, project: str) -> None:
    """However it runs out; and the log knows how long the client was prepared to wait."""
    made = own.simulate(f"{project}/calls/c1")
    own.plan(method="GetRecording", always=True, stall=Empty())
    request = recordings_pb2.GetRecordingRequest(name=made.name)
    held = own.recordings.GetRecording.future(request, timeout=600)
    while not next(iter(own.faults().values())).fired_count:
        pass
    held.cancel()
    wait = request_log_pb2.WaitForRequestsRequest(project=project)
    (seen,) = own.emulator.WaitForRequests(wait).requests
    assert seen.code == code_pb2.CANCELLED
    # gRPC rounds it up on its way.
    assert 0 < seen.deadline.ToTimedelta().total_seconds() < 660
    answer = own.rest("GET", f"/v1beta1/{made.name}", headers={"x-server-timeout": "0.5"})
    assert answer.status == 504


def test_the_first_plan_that_is_due_is_met_and_those_behind_do_not_count(
    own: Controls, project: str
) -> None:
    """A queue: two refusals, then another."""
    made = own.simulate(f"{project}/calls/c1")
    own.plan(method="GetRecording", calls={"count": 2}, status=UNAVAILABLE)
    own.plan(method="GetRecording", status={"code": 8, "message": "too much"})
    codes = []
    for _ in range(4):
        try:
            own.get(made.name)
            codes.append("OK")
        except grpc.RpcError as error:
            codes.append(error.code().name)
    assert codes == ["UNAVAILABLE", "UNAVAILABLE", "RESOURCE_EXHAUSTED", "OK"]
    answer = own.emulator.ListFaults(fault_pb2.ListFaultsRequest())
    assert answer.pending_count == 0
    assert [fault.matched_count for fault in answer.faults] == [4, 2]


def test_what_has_not_fired_is_told(own: Controls, project: str) -> None:
    """The proof that a test met what it planned."""
    own.plan(method="GetRecording", project=project, calls={"count": 3}, status=UNAVAILABLE)
    answer = own.emulator.ListFaults(fault_pb2.ListFaultsRequest(project=project))
    assert answer.pending_count == 3
    assert answer.faults[0].pending
    assert not own.emulator.ListFaults(fault_pb2.ListFaultsRequest(project="projects/else")).faults


def test_chances_repeat_with_their_seed(own: Controls, project: str) -> None:
    """The same calls fail, about as many as they should."""
    made = own.simulate(f"{project}/calls/c1")
    rounds = []
    for _ in range(2):
        fault = own.plan(
            method="GetRecording", chance={"probability": 0.3, "seed": 7}, status=UNAVAILABLE
        )
        for _ in range(100):
            try:
                own.get(made.name)
            except grpc.RpcError:
                continue
        account = own.faults()[fault]
        own.emulator.DeleteFault(fault_pb2.DeleteFaultRequest(name=fault))
        rounds.append([firing.call for firing in account.firings])
    assert rounds[0] == rounds[1]
    assert 15 < len(rounds[0]) < 45


def test_a_plan_for_one_project_leaves_others_alone(own: Controls, project: str) -> None:
    """Tests run in parallel."""
    mine = own.simulate(f"{project}/calls/c1")
    theirs = own.simulate("projects/theirs/calls/c1")
    own.plan(method="GetRecording", project=project, always=True, status=UNAVAILABLE)
    own.get(theirs.name)
    with pytest.raises(grpc.RpcError):
        own.get(mine.name)


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        ({"status": UNAVAILABLE}, "fault.method"),
        ({"method": "Nothing", "status": UNAVAILABLE}, "fault.method"),
        ({"method": "AdvanceClock", "status": UNAVAILABLE}, "fault.method"),
        ({"method": "GetRecording"}, "fault.effect"),
        ({"method": "GetRecording", "delay": seconds(-1)}, "fault.delay"),
        ({"method": "GetRecording", "delay": seconds(7200)}, "fault.delay"),
        ({"method": "GetRecording", "status": {"code": 0}}, "fault.status.code"),
        ({"method": "GetRecording", "status": {"code": 17}}, "fault.status.code"),
        ({"method": "GetRecording", "cut_after_bytes": -1}, "fault.cut_after_bytes"),
        ({"method": "GetRecording", "project": "p"}, "fault.project"),
        ({"method": "GetRecording", "project": "projects/p/calls/c"}, "fault.project"),
        ({"method": "GetRecording", "door": "MEDIA", "drop": Empty()}, "fault.door"),
        ({"method": "GetRecording", "door": 9, "drop": Empty()}, "fault.door"),
        ({"method": "Download", "door": "GRPC", "drop": Empty()}, "fault.door"),
        ({"method": "WriteAudio", "door": "REST", "drop": Empty()}, "fault.door"),
        ({"method": "GetRecording", "always": False, "drop": Empty()}, "fault.always"),
        ({"method": "GetRecording", "calls": {"first": -1}, "drop": Empty()}, "fault.calls.first"),
        ({"method": "GetRecording", "calls": {"count": -1}, "drop": Empty()}, "fault.calls.count"),
        *(
            (
                {"method": "GetRecording", "chance": {"probability": number}, "drop": Empty()},
                "fault.chance.probability",
            )
            for number in (1.01, 0.0, -0.5, float("nan"), float("inf"))
        ),
    ],
    ids=str,
)
def test_what_cannot_be_planned_is_refused(
    controls: Controls, plan: dict[str, Any], field: str
) -> None:
    """With the field to blame."""
    with pytest.raises(grpc.RpcError) as refused:
        controls.plan(**plan)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert violations(refused.value) == [field]


def test_planned_details_reach_the_client(own: Controls, project: str) -> None:
    """As they were planned, over REST with the retry header that belongs to them."""
    made = own.simulate(f"{project}/calls/c1")
    retry = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "7s"}
    fault = {"method": "GetRecording", "status": {"code": 14, "details": [retry]}}
    own.rest("POST", "/emulator/v1/faults", fault)
    answer = own.rest("GET", f"/v1beta1/{made.name}")
    assert answer.status == 503
    assert answer.headers["retry-after"] == "7"
    assert answer.json["error"]["details"] == [retry]


def test_the_log_tells_of_tries(own: Controls, project: str) -> None:
    """What was asked, with what, which try it is, and how long after the last."""
    made = own.simulate(f"{project}/calls/c1")
    own.plan(method="GetRecording", calls={"count": 2}, status=UNAVAILABLE)
    for number in (1, 2):
        with pytest.raises(grpc.RpcError):
            own.get(made.name, metadata=[("x-request-id", "mine")])
        # A refusal is with its caller when how it ended is written down.
        wait = {"project": project, "method": "GetRecording", "count": number}
        assert own.rest("POST", "/emulator/v1/requests:wait", wait).status == 200
    own.get(made.name)
    listed = own.rest("GET", f"/emulator/v1/requests?project={project}&method=GetRecording").json
    requests = listed["requests"]
    assert [each["attempt"] for each in requests] == [1, 2, 3]
    assert [each.get("code") for each in requests] == ["UNAVAILABLE", "UNAVAILABLE", None]
    assert ["sinceLastTry" in each for each in requests] == [False, True, True]
    assert requests[0]["message"] == {"name": made.name}
    assert {"key": "x-request-id", "value": "mine"} in requests[0]["metadata"]
    assert datetime.fromisoformat(requests[0]["time"]).tzinfo is not None


def test_a_time_that_no_calendar_has_is_logged_and_refused(own: Controls, project: str) -> None:
    """As without the emulator: the app's mistake is the method's to tell."""
    file = httpbody_pb2.HttpBody(data=FILE)
    request = recorder_pb2.ImportRecordingRequest(
        parent=f"{project}/calls/c1", start_time=Timestamp(seconds=2**60), file=file
    )
    with pytest.raises(grpc.RpcError) as refused:
        own.recorder.ImportRecording(iter([request]))
    assert violations(refused.value) == ["start_time"]
    span = recorder_pb2.NewRecording(format=LIVE.format, max_duration=Duration(seconds=2**60))
    asked = recorder_pb2.CreateRecordingRequest(parent=request.parent, recording=span)
    with pytest.raises(grpc.RpcError) as refused:
        own.recorder.CreateRecording(asked)
    assert violations(refused.value) == ["recording.max_duration"]
    log = own.emulator.ListRequests(request_log_pb2.ListRequestsRequest(project=project))
    messages = [each.message for each in log.requests]
    assert [message["parent"] for message in messages] == [request.parent] * 2
    assert str(2**60) in str(messages[0]["startTime"])
    assert str(2**60) in str(messages[1]["recording"])


def test_waiting_for_what_never_comes_ends(controls: Controls, project: str) -> None:
    """With how much was seen."""
    wait = {"project": project, "count": 2, "timeout": "0.05s"}
    answer = controls.rest("POST", "/emulator/v1/requests:wait", wait)
    assert answer.status == 504
    assert answer.json["error"]["message"] == "0 of 2 were seen in 0.05 s"


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"count": -1}, "count"),
        ({"count": 1001}, "count"),
        ({"timeout": "-1s"}, "timeout"),
        ({"timeout": "601s"}, "timeout"),
        ({"method": "Nothing"}, "method"),
        ({"project": "p"}, "project"),
        ({"door": 9}, "door"),
    ],
    ids=str,
)
def test_an_impossible_wait_is_refused(
    controls: Controls, asked: dict[str, Any], field: str
) -> None:
    """With the field to blame."""
    answer = controls.rest("POST", "/emulator/v1/requests:wait", asked)
    assert answer.status == 400
    found = [detail for detail in answer.json["error"]["details"] if "fieldViolations" in detail]
    assert [violation["field"] for violation in found[0]["fieldViolations"]] == [field]
