"""The in-process emulator, as tests of other projects use it."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import RetryInfo

from enfonica.voice.v1beta1 import recordings_pb2, recordings_pb2_grpc
from support.receiver import listening
from support.receiving import receiving
from voice_recordings.client import ServiceError, TimedOut
from voice_recordings.testing import AsyncEmulator, Emulator, Project

Recording = recordings_pb2.Recording


def test_it_runs_for_the_length_of_a_block() -> None:
    """On a thread of its own, which is gone afterwards."""
    # The plugin's emulator may be running beside it, on a thread of this name.
    before = set(threading.enumerate())
    with Emulator.start() as emulator:
        made = emulator.simulate("projects/demo/calls/c1")
        stub = recordings_pb2_grpc.RecordingsStub(emulator.channel())
        assert (
            stub.GetRecording(recordings_pb2.GetRecordingRequest(name=made.name)).name == made.name
        )
        assert emulator.rest().get(f"/v1beta1/{made.name}").json()["name"] == made.name
        assert emulator.rest().get(made.audio[0].uri).body[:4] == b"RIFF"
        assert "voice-recordings" in {each.name for each in set(threading.enumerate()) - before}
    assert "voice-recordings" not in {each.name for each in set(threading.enumerate()) - before}
    with pytest.raises(ServiceError, match="UNAVAILABLE"):
        Emulator(emulator.grpc_target, emulator.url).clock.now()


def test_what_keeps_it_from_starting_is_told() -> None:
    """By the block that wanted it."""
    with (
        Emulator.start() as emulator,
        pytest.raises(Exception, match="cannot be bound"),
        Emulator.start(grpc_address=emulator.grpc_target),
    ):
        pass


async def test_it_serves_a_test_on_an_event_loop() -> None:
    """The receiver runs on the test's own loop, and answers while the clock is advanced."""
    async with Emulator.start() as emulator, listening() as receiver:
        assert isinstance(emulator, AsyncEmulator)
        await emulator.clock.freeze()
        made = await emulator.simulate(
            "projects/demo/calls/c1",
            ready_uri=f"{receiver.url}/hook",
            end_after=timedelta(hours=1),
        )
        moved = await emulator.clock.advance(hours=1)
        assert moved.Event.WEBHOOK_ATTEMPT in {event.kind for event in moved.events}
        assert len(receiver.requests) == 1
        await emulator.faults.fail("GetRecording", "UNAVAILABLE")
        async with emulator.channel() as channel:
            stub = recordings_pb2_grpc.RecordingsStub(channel)
            request = recordings_pb2.GetRecordingRequest(name=made.name)
            with pytest.raises(grpc.aio.AioRpcError):
                await stub.GetRecording(request)
            assert (await stub.GetRecording(request)).state == Recording.SUCCEEDED
        await emulator.faults.check_all_fired()
        assert len(await emulator.requests.wait("GetRecording", count=2)) == 2
        assert (await emulator.webhooks.redeliver(made.name)).attempt == 2
        assert await emulator.reset() == 1


def test_a_sync_client_on_the_callers_loop_does_not_deadlock() -> None:
    """The server's loop is not the caller's."""

    async def caller() -> datetime:
        with Emulator.start() as emulator:
            return emulator.clock.now()

    assert asyncio.run(caller()).tzinfo is UTC


def test_a_project_is_a_tests_own(voice_recordings_project: Project) -> None:
    """The plugin's fixture: recordings, faults, requests and webhooks of its own."""
    project = voice_recordings_project
    with receiving() as receiver:
        made = project.simulate(ready_uri=f"{receiver.url}/hook", sound="TONE", trim_silence=True)
        (attempt,) = project.webhooks.wait(made.name)
    assert attempt.status == 200
    assert made.name.startswith(f"{project.name}/calls/")
    assert project.reset() == 1
    assert not project.webhooks.list()


def test_the_app_under_test_finds_the_server_by_the_environment(
    voice_recordings: Emulator,
    voice_recordings_project: Project,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The variables are set for each test."""
    del voice_recordings_project, monkeypatch
    import os  # noqa: PLC0415 - what the app would read

    assert voice_recordings.environment.items() <= os.environ.items()


def test_every_kind_of_fault_has_a_word(voice_recordings_project: Project) -> None:
    """And its account is at hand."""
    project = voice_recordings_project
    retry = RetryInfo(retry_delay=Duration(seconds=3))
    faults = [
        project.faults.fail("GetRecording", "UNAVAILABLE", "gone", details=[retry], times=2),
        project.faults.delay("GetRecording", 0.5, first=3),
        project.faults.stall("GetRecording", always=True, door="REST"),
        project.faults.cut("Download", 100, probability=0.5, seed=3),
        project.faults.corrupt("ListRecordings"),
        project.faults.drop("DeleteRecording", after_seconds=0.1),
    ]
    assert [fault.WhichOneof("effect") for fault in project.faults.list()] == [
        "status",
        None,
        "stall",
        "cut_after_bytes",
        "corrupt",
        "drop",
    ]
    assert (faults[0].fired, faults[0].matched) == (0, 0)
    with pytest.raises(AssertionError, match=r"GetRecording \(status\): 0 of 2"):
        project.faults.check_all_fired()
    for fault in faults:
        fault.delete()
    project.faults.check_all_fired()
    with pytest.raises(LookupError):
        faults[0].account()


def test_a_word_that_no_fault_has_is_told(voice_recordings_project: Project) -> None:
    """Rather than planned as something else."""
    faults = voice_recordings_project.faults
    with pytest.raises(TypeError, match=r"no fault has count; there are after_seconds, .*times"):
        faults.fail("GetRecording", "UNAVAILABLE", count=2)  # type: ignore[call-arg]  # the point
    with pytest.raises(ValueError, match="times must be 1 or more"):
        faults.drop("GetRecording", times=0)
    with pytest.raises(ValueError, match="'UNAVALIABLE' is no code"):
        faults.fail("GetRecording", "UNAVALIABLE")
    assert not faults.list()


def test_what_never_came_is_the_apps_affair(voice_recordings_project: Project) -> None:
    """The error says where to look, and does not blame the server."""
    waits = (voice_recordings_project.requests.wait, voice_recordings_project.webhooks.wait)
    for wait in waits:
        with pytest.raises(TimedOut, match=r"0 of 1 were seen in 0\.01 s\. Has the app") as missed:
            wait(timeout_seconds=0.01)
        assert missed.value.reason == "NOT_SEEN"
        assert "/readyz" not in str(missed.value)


def test_a_state_file_that_is_not_there_is_told(voice_recordings: Emulator, tmp_path: Path) -> None:
    """As by anything that opens a file."""
    with pytest.raises(FileNotFoundError):
        voice_recordings.import_from(tmp_path / "nothing.zip")


def test_the_log_is_filtered_and_waited_for(
    voice_recordings: Emulator, voice_recordings_project: Project
) -> None:
    """By method and door."""
    project = voice_recordings_project
    made = project.simulate()
    with voice_recordings.client() as client:
        client.get(made.name)
        assert project.requests.count("GetRecording") == 1
        assert project.requests.count("GetRecording", door="REST") == 0
        voice_recordings.rest().get(f"/v1beta1/{made.name}")
        (seen,) = project.requests.wait("GetRecording", door="REST")
    assert seen.project == project.name
    with pytest.raises(ServiceError, match="1 of 2 were seen") as late:
        project.requests.wait(door="REST", count=2, timeout_seconds=0.05)
    assert late.value.code == "DEADLINE_EXCEEDED"


def test_a_recording_ends_when_it_is_told(voice_recordings_project: Project) -> None:
    """On command, or after Gets."""
    made = voice_recordings_project.simulate(outcome="EMPTY", end_on_command=True)
    assert made.state == Recording.PENDING
    assert voice_recordings_project.end(made.name).state == Recording.EMPTY


def test_a_state_goes_from_one_to_another(tmp_path: Path) -> None:
    """By a file; ids repeat with their seed."""
    file = tmp_path / "state.zip"
    names = []
    for _ in range(2):
        with Emulator.start() as emulator:
            emulator.clock.set(datetime(2100, 1, 1, tzinfo=UTC))
            emulator.seed(7)
            names.append(emulator.simulate("projects/demo/calls/c1").name)
            emulator.export_to(file)
    assert names[0] == names[1]
    with Emulator.start() as emulator:
        assert emulator.import_from(file) == 1
        with emulator.client() as client:
            assert client.get(names[0]).state == Recording.SUCCEEDED
        assert emulator.clock.now() >= datetime(2100, 1, 1, tzinfo=UTC)
    file.write_bytes(b"nonsense")
    with Emulator.start() as emulator, pytest.raises(ServiceError, match="INVALID_ARGUMENT"):
        emulator.import_from(file)
