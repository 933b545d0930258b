"""The clock over the wire: what falls due runs, and is told."""

import itertools
from datetime import UTC, datetime, timedelta

import grpc
import pytest

from support.controls import Controls, seconds, violations
from support.receiver import status
from support.receiving import receiving
from voicerecordings.emulator.v1 import clock_pb2

HOUR = timedelta(hours=1)


def test_it_is_read_frozen_set_and_resumed(own: Controls) -> None:
    """Over REST; nothing moves while it is frozen."""
    assert not own.rest("GET", "/emulator/v1/clock").json.get("frozen")
    frozen = own.rest("POST", "/emulator/v1/clock:freeze", {}).json
    assert frozen["frozen"]
    assert own.rest("GET", "/emulator/v1/clock").json["time"] == frozen["time"]
    moved = own.rest("POST", "/emulator/v1/clock:set", {"time": "2100-01-01T00:00:00Z"}).json
    assert moved["clock"]["time"] == "2100-01-01T00:00:00Z"
    assert moved["clock"]["frozen"]
    assert not own.rest("POST", "/emulator/v1/clock:resume", {}).json.get("frozen")
    assert own.rest("GET", "/emulator/v1/clock").json["time"] > "2100-01-01T00:00:00"


def test_a_reset_brings_the_machines_time_back(own: Controls) -> None:
    """After which it may be set again: runs repeat."""
    for _ in range(2):
        own.rest("POST", "/emulator/v1/clock:set", {"time": "2100-01-01T00:00:00Z"})
        own.reset()
        clock = own.emulator.GetClock(clock_pb2.GetClockRequest())
        assert not clock.frozen
        assert abs(clock.time.ToDatetime(tzinfo=UTC) - datetime.now(UTC)) < timedelta(minutes=1)


def test_it_goes_back_only_when_nothing_is_from_later(own: Controls, project: str) -> None:
    """A recording of tomorrow, made or ended, would see time go backwards."""
    now = datetime.now(UTC)
    pending = own.simulate(f"{project}/calls/c1", end_on_command=True)
    own.advance(timedelta(days=1))
    assert not own.rest("POST", "/emulator/v1/clock:resume", {"rewind": True}).json.get("frozen")
    clock = own.emulator.GetClock(clock_pb2.GetClockRequest())
    assert now <= clock.time.ToDatetime(tzinfo=UTC) < now + timedelta(hours=1)
    own.advance(timedelta(days=1))
    own.rest("POST", f"/emulator/v1/{pending.name}:end", {})
    refused = own.rest("POST", "/emulator/v1/clock:resume", {"rewind": True})
    assert refused.json["error"]["details"][0]["reason"] == "RECORDINGS_FROM_LATER"
    assert own.emulator.GetClock(clock_pb2.GetClockRequest()).frozen


def test_a_link_expires_after_an_hour_of_it(own: Controls, project: str) -> None:
    """And is told of; a new one is to be had."""
    made = own.simulate(f"{project}/calls/c1")
    link = made.audio[0].uri
    assert own.fetch(link).status == 200
    moved = own.advance(HOUR)
    expired = [event for event in moved.events if event.kind == moved.Event.LINK_EXPIRED]
    assert [event.subject for event in expired] == [f"{made.name} wav", f"{made.name} mp3"]
    answer = own.fetch(link)
    assert answer.status == 403
    assert answer.json["error"]["details"][0]["reason"] == "LINK_EXPIRED"
    assert own.fetch(own.get(made.name).audio[0].uri).status == 200


def test_a_webhooks_whole_schedule_runs_in_one_move(own: Controls, project: str) -> None:
    """Nine attempts at the times that the publisher gives, each told of."""
    own.rest("POST", "/emulator/v1/clock:freeze", {})
    with receiving(status(500)) as receiver:
        made = own.simulate(f"{project}/calls/c1", ready_uri=f"{receiver.url}/hook")
        moved = own.advance(timedelta(days=1))
    attempts = [event for event in moved.events if event.kind == moved.Event.WEBHOOK_ATTEMPT]
    assert {event.subject for event in attempts} == {made.name}
    listed = own.rest("GET", f"/emulator/v1/webhookAttempts?project={project}").json["attempts"]
    times = [datetime.fromisoformat(attempt["time"]) for attempt in listed]
    waits = [(late - early).total_seconds() for early, late in itertools.pairwise(times)]
    assert waits == [1, 2, 4, 8, 60, 1800, 3600, 7200]
    assert [attempt["status"] for attempt in listed] == [500] * 9
    assert len(receiver.requests) == 9


@pytest.mark.parametrize(
    ("method", "request_", "field"),
    [
        ("AdvanceClock", clock_pb2.AdvanceClockRequest(), "duration"),
        ("AdvanceClock", clock_pb2.AdvanceClockRequest(duration=seconds(-1)), "duration"),
        ("AdvanceClock", clock_pb2.AdvanceClockRequest(duration=seconds(4e9)), "duration"),
        ("SetClock", clock_pb2.SetClockRequest(), "time"),
        ("SetClock", clock_pb2.SetClockRequest(time=datetime(2020, 1, 1, tzinfo=UTC)), "time"),
        ("SetClock", clock_pb2.SetClockRequest(time=datetime(2999, 1, 1, tzinfo=UTC)), "time"),
    ],
    ids=["no span", "back", "too far", "no time", "into the past", "too far ahead"],
)
def test_it_goes_forwards_alone(own: Controls, method: str, request_: object, field: str) -> None:
    """Refused with the field to blame; the clock runs on."""
    with pytest.raises(grpc.RpcError) as refused:
        getattr(own.emulator, method)(request_)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert violations(refused.value) == [field]
    assert not own.emulator.GetClock(clock_pb2.GetClockRequest()).frozen


def test_a_century_passes_quickly(own: Controls, project: str) -> None:
    """The work is what happens in it, not how long it is."""
    own.simulate(f"{project}/calls/c1", end_after=seconds(3e9))
    moved = own.advance(timedelta(days=36_500))
    assert not moved.incomplete
    assert {count.kind: count.count for count in moved.counts} == {
        moved.Event.SIMULATION_ENDED: 1,
        moved.Event.TAKE_OVER: 2,
    }
