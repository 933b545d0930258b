"""What every call goes through, on a real grpc.aio server whose methods wait to be let go."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from google.rpc.error_details_pb2 import ErrorInfo, RetryInfo
from grpc_status import rpc_status

from enfonica.voice.v1beta1 import recordings_pb2, recordings_pb2_grpc
from voice_recordings.errors import RecordingNotFound
from voice_recordings.rpc.admission_interceptor import AdmissionInterceptor, CallLimits
from voice_recordings.rpc.behaviours import Layers
from voice_recordings.rpc.deadline_interceptor import DeadlineInterceptor
from voice_recordings.rpc.error_interceptor import ErrorInterceptor
from voice_recordings.rpc.telemetry_interceptor import TelemetryInterceptor
from voice_recordings.telemetry.metrics import Metrics

LIMITS = CallLimits(unary_calls=3, streams=1, project_calls=2, project_streams=1)


class Waiting(recordings_pb2_grpc.RecordingsServicer):
    """Answers when it is let go; fails as it is asked to."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.come = 0

    async def GetRecording(self, request: Any, context: Any) -> recordings_pb2.Recording:  # noqa: N802 - the contract's name
        """Waits, then answers."""
        del context
        self.come += 1
        await self.go.wait()
        return recordings_pb2.Recording(name=request.name)

    async def ListRecordings(self, request: Any, context: Any) -> Any:  # noqa: N802 - the contract's name
        """Is refused at once."""
        del request, context
        raise RecordingNotFound

    async def DeleteRecording(self, request: Any, context: Any) -> Any:  # noqa: N802 - the contract's name
        """Breaks."""
        del request, context
        raise RuntimeError("a fault of ours")


class Served:
    """A server with every interceptor."""

    def __init__(self, target: str, servicer: Waiting, metrics: Metrics) -> None:
        self.servicer = servicer
        self.metrics = metrics
        self.stub = recordings_pb2_grpc.RecordingsStub(grpc.aio.insecure_channel(target))

    def get(self, project: str, **options: Any) -> Any:
        """A Get that is under way."""
        name = f"projects/{project}/calls/c/recordings/r"
        return self.stub.GetRecording(recordings_pb2.GetRecordingRequest(name=name), **options)

    def running(self) -> float:
        """How many calls are being served."""
        return self.value("voice_recordings_calls_running", door="grpc", kind="unary")

    def value(self, name: str, **labels: str) -> float:
        """A figure."""
        return self.metrics.registry.get_sample_value(name, labels) or 0.0


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    """The server, with a short deadline."""
    metrics, servicer = Metrics(), Waiting()
    server = grpc.aio.server(
        interceptors=[
            TelemetryInterceptor(metrics, "grpc"),
            Layers(
                ErrorInterceptor(), AdmissionInterceptor(LIMITS, metrics), DeadlineInterceptor(0.3)
            ),
        ]
    )
    recordings_pb2_grpc.add_RecordingsServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield Served(f"127.0.0.1:{port}", servicer, metrics)
    await server.stop(None)


def details(error: grpc.aio.AioRpcError) -> tuple[str, bool]:
    """The reason of an error, and whether it says when to try again."""
    status = rpc_status.from_call(error)  # type: ignore[arg-type]  # has what a call has
    info, retries = ErrorInfo(), False
    for detail in status.details if status else ():
        detail.Unpack(info)
        retries = retries or detail.Is(RetryInfo.DESCRIPTOR)
    return info.reason, retries


async def running(served: Served, count: int) -> None:
    """Waits until so many calls are being served."""
    while served.running() != count:  # noqa: ASYNC110 - a figure has nobody to tell
        await asyncio.sleep(0.005)


async def test_a_call_beyond_the_limit_is_refused_and_the_others_served(served: Served) -> None:
    """RESOURCE_EXHAUSTED with RetryInfo, before anything is done; room comes back."""
    calls = [served.get(project, timeout=20) for project in ("aaa", "bbb", "ccc")]
    await running(served, 3)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await served.get("ddd", timeout=20)
    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert details(refused.value) == ("TOO_MANY_CALLS", True)
    served.servicer.go.set()
    assert len(await asyncio.gather(*calls)) == 3
    assert (await served.get("ddd", timeout=20)).name
    assert served.value("voice_recordings_calls_refused_total", limit="unary") == 1


async def test_one_project_does_not_take_all_the_room(served: Served) -> None:
    """Its third call is refused; another project's first is not."""
    calls = [served.get("aaa", timeout=20) for _ in range(2)]
    await running(served, 2)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await served.get("aaa", timeout=20)
    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    served.servicer.go.set()
    assert (await served.get("bbb", timeout=20)).name
    await asyncio.gather(*calls)


async def test_a_call_that_is_given_up_gives_its_room_back(served: Served) -> None:
    """Cancelled by its caller, or out of time."""
    for _ in range(LIMITS.unary_calls + 1):
        call = served.get("aaa", timeout=20)
        await running(served, 1)
        call.cancel()
        await running(served, 0)
    served.servicer.go.set()
    assert (await served.get("aaa", timeout=20)).name


async def test_a_call_without_a_deadline_gets_one(served: Served) -> None:
    """DEADLINE_EXCEEDED; with a deadline of its own it may take its time."""
    with pytest.raises(grpc.aio.AioRpcError) as late:
        await served.get("aaa")
    assert late.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    call = served.get("aaa", timeout=20)
    await asyncio.sleep(0.6)
    served.servicer.go.set()
    assert (await call).name


async def test_every_ending_is_counted(served: Served) -> None:
    """By method and status, refusals and faults too."""
    served.servicer.go.set()
    await served.get("aaa", timeout=20)
    requests: list[Any] = [
        served.stub.ListRecordings(recordings_pb2.ListRecordingsRequest(), timeout=20),
        served.stub.DeleteRecording(recordings_pb2.DeleteRecordingRequest(), timeout=20),
    ]
    codes = []
    for request in requests:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await request
        codes.append(refused.value.code())
    assert codes == [grpc.StatusCode.NOT_FOUND, grpc.StatusCode.INTERNAL]
    # What is refused is counted when its caller may know of it already.
    await running(served, 0)
    service = "/enfonica.voice.v1beta1.Recordings"
    for method, code in (
        ("GetRecording", "OK"), ("ListRecordings", "NOT_FOUND"), ("DeleteRecording", "INTERNAL"),
    ):  # fmt: skip
        assert (
            served.value(
                "voice_recordings_calls_total", door="grpc", method=f"{service}/{method}", code=code
            )
            == 1
        )


async def test_calls_are_out_of_time_one_by_one(served: Served) -> None:
    """Each in its own time, whoever waits beside it, and those after a rest as well."""
    for _ in range(2):
        calls, before = [], served.servicer.come
        for project in ("aaa", "bbb", "ccc"):
            calls.append(asyncio.ensure_future(served.get(project)))
            # The first may be over by the time that the last has come.
            while served.servicer.come < before + len(calls):  # noqa: ASYNC110 - a servicer has nobody to tell
                await asyncio.sleep(0.005)
        for call in calls:
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await call
            assert refused.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        await running(served, 0)
    served.servicer.go.set()
    assert (await served.get("aaa", timeout=20)).name
