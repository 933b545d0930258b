"""Ending a server while clients use it: they hear of it in time, and nothing fails."""

import asyncio
import re
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import grpc
import pytest
from grpc_health.v1 import health_pb2

from end_to_end.processes import Served
from enfonica.voice.v1beta1 import recordings_pb2, recordings_pb2_grpc
from support.server import call as http_get
from unit.audio.wavs import wav
from voicerecordings.recorder.v1 import recorder_pb2, recorder_pb2_grpc

SERVING = health_pb2.HealthCheckResponse.SERVING
CALLS_A_SECOND = 100
# A client that was itself held up for longer may have missed the notice, of 0.2 seconds.
MOST_LATE_SECONDS = 0.1
ROUNDS = 4


class Instance:
    """A server, with a client that watches its health."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.channel = grpc.aio.insecure_channel(self.served.grpc_address)
        self.stub = recordings_pb2_grpc.RecordingsStub(self.channel)
        self.status: int | None = None
        self.told = asyncio.Event()
        self._watching = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        watch = self.channel.unary_stream(
            "/grpc.health.v1.Health/Watch",
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
        async for answer in watch(health_pb2.HealthCheckRequest()):
            self.status = answer.status
            self.told.set()

    @classmethod
    async def start(cls) -> "Instance":
        """Starts one, while the load goes on, and waits until it is serving."""
        instance = cls(await asyncio.to_thread(Served().start))
        await instance.told.wait()
        instance.told.clear()
        return instance

    async def end(self) -> tuple[float, int]:
        """SIGTERM; how long until the client was told, in seconds, and the exit status."""
        began = time.monotonic()
        self.served.process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(self.told.wait(), 60)
        seconds = time.monotonic() - began
        exit_status = await asyncio.to_thread(self.served.process.wait, 120)
        await self._watching
        await self.channel.close()
        self.served.process.communicate()
        return seconds, exit_status


@dataclass
class Outcome:
    """What came of a round: how many calls, and how late the client was at worst."""

    calls: int = 0
    failures: list[grpc.StatusCode | None] = field(default_factory=list)
    heard_seconds: list[float] = field(default_factory=list)
    late_seconds: float = 0.0


async def cycle(cycles: int) -> Outcome:
    """Ends one of two instances after the other under load."""
    outcome = Outcome()
    instances = [await Instance.start() for _ in range(2)]
    calls: set[asyncio.Task[None]] = set()
    done = asyncio.Event()

    async def call() -> None:
        healthy = next(one for one in instances if one.status == SERVING)
        request = recordings_pb2.ListRecordingsRequest(parent="projects/drained")
        try:
            await healthy.stub.ListRecordings(request, timeout=60)
        except grpc.aio.AioRpcError as error:
            outcome.failures.append(error.code())

    async def load() -> None:
        while not done.is_set():
            outcome.calls += 1
            task = asyncio.create_task(call())
            calls.add(task)
            task.add_done_callback(calls.discard)
            due = time.monotonic() + 1 / CALLS_A_SECOND
            await asyncio.sleep(1 / CALLS_A_SECOND)
            outcome.late_seconds = max(outcome.late_seconds, time.monotonic() - due)

    loading = asyncio.create_task(load())
    for number in range(cycles):
        seconds, exit_status = await instances[number % 2].end()
        assert exit_status == 0
        outcome.heard_seconds.append(seconds)
        instances[number % 2] = await Instance.start()
    done.set()
    await loading
    await asyncio.gather(*calls)
    for instance in instances:
        await instance.end()
    return outcome


async def check(cycles: int) -> None:
    """No call fails, whichever instance ends; a round in which the client slept proves nothing."""
    for _ in range(ROUNDS):
        outcome = await cycle(cycles)
        worst = max(outcome.heard_seconds) * 1000
        print(
            f"{cycles} ends, {outcome.calls} calls: {len(outcome.failures)} failed; "
            f"told within {worst:.0f} ms"
        )
        if not outcome.failures or outcome.late_seconds <= MOST_LATE_SECONDS:
            break
    assert outcome.calls > cycles
    assert outcome.failures == []


async def test_no_call_fails_when_a_server_ends() -> None:
    """A client that watches health is told first, and goes to the other one."""
    await check(3)


@pytest.mark.chaos
async def test_no_call_fails_when_servers_end_fifty_times() -> None:
    """The same, again and again."""
    await check(50)


def calls_running(served: Served) -> int:
    """How many calls over gRPC the server has at hand."""
    figures = http_get(served.http_url, "/metrics").body.decode()
    found = re.findall(
        r'^voice_recordings_calls_running{door="grpc",.*} (\d+)', figures, re.MULTILINE
    )
    return sum(map(int, found))


def test_a_second_signal_is_quick() -> None:
    """A server that waits for a call to finish waits no more."""
    served = Served("--grace-seconds", "60").start()
    release = threading.Event()

    def unfinished() -> Iterator[recorder_pb2.ImportRecordingRequest]:
        first = recorder_pb2.ImportRecordingRequest(parent="projects/drained/calls/c1")
        first.file.data = wav(bytes(1000))
        yield first
        release.wait(60)

    with grpc.insecure_channel(served.grpc_address) as channel:
        call = recorder_pb2_grpc.RecorderStub(channel).ImportRecording.future(unfinished())
        while not calls_running(served):
            time.sleep(0.05)
        watch = channel.unary_stream(
            "/grpc.health.v1.Health/Watch",
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
        told = watch(health_pb2.HealthCheckRequest())
        assert next(told).status == SERVING
        served.process.send_signal(signal.SIGTERM)
        # Two that come at once are one.
        assert next(told).status != SERVING
        assert call.running()
        assert served.process.poll() is None
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(40) == -signal.SIGTERM
        release.set()
    served.process.communicate()
