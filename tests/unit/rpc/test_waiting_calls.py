"""Calls that come while the event loop is busy: so many wait, and health is not among them."""

import asyncio
import threading
from collections import Counter
from functools import partial
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from grpc_health.v1 import health_pb2, health_pb2_grpc

from enfonica.voice.v1beta1 import recordings_pb2, recordings_pb2_grpc
from voice_recordings.rpc.health import Health
from voice_recordings.rpc.server import make_server

SERVICE = recordings_pb2.DESCRIPTOR.services_by_name["Recordings"].full_name
# Each connection may have 1000 under way.
CALLS = (700, 700)
# 1000 wait at most; one or two more the loop has asked for.
REFUSED = sum(CALLS) - 1002
TIMEOUT_SECONDS = 30.0


class Answering(recordings_pb2_grpc.RecordingsServicer):
    """Answers at once."""

    async def GetRecording(self, request: Any, context: Any) -> recordings_pb2.Recording:  # noqa: N802 - the contract's name
        """A recording of this name."""
        del context
        return recordings_pb2.Recording(name=request.name)

    async def ListRecordings(self, request: Any, context: Any) -> Any:  # noqa: N802 - the contract's name
        """An empty page."""
        del request, context
        return recordings_pb2.ListRecordingsResponse()

    async def DeleteRecording(self, request: Any, context: Any) -> Any:  # noqa: N802 - the contract's name
        """As if it had been done."""
        del request, context
        return Empty()


def begin(target: str, count: int, refused: threading.Semaphore) -> list[Any]:
    """So many calls on a connection of their own; each that is refused is told of."""
    own = (("grpc.use_local_subchannel_pool", 1),)
    stub = recordings_pb2_grpc.RecordingsStub(grpc.insecure_channel(target, own))
    request = recordings_pb2.GetRecordingRequest(name="projects/p/calls/c/recordings/r")

    def ended(call: Any) -> None:
        if call.code() is grpc.StatusCode.CANCELLED:
            refused.release()

    calls = [stub.GetRecording.future(request, timeout=TIMEOUT_SECONDS) for _ in range(count)]
    for call in calls:
        call.add_done_callback(ended)
    return calls


def get_ahead(target: str) -> tuple[list[Any], Any]:
    """Has more calls come than may wait, and then one for health; none is taken up meanwhile."""
    refused = threading.Semaphore(0)
    calls = [call for count in CALLS for call in begin(target, count, refused)]
    for _ in range(REFUSED):
        assert refused.acquire(timeout=TIMEOUT_SECONDS)
    health: Any = health_pb2_grpc.HealthStub(grpc.insecure_channel(target))
    return calls, health.Check.future(health_pb2.HealthCheckRequest(), timeout=TIMEOUT_SECONDS)


async def test_who_comes_when_too_many_wait_is_refused_and_health_is_answered() -> None:
    """At once, by gRPC's core; who waits is served when the loop has time again."""
    health = Health([SERVICE])
    register = partial(recordings_pb2_grpc.add_RecordingsServicer_to_server, Answering())
    server = make_server([], [register], [SERVICE], health)
    target = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    await health.set(serving=True)
    # On the loop's own thread, so that it has no time for anything.
    calls, check = get_ahead(target)
    said = await asyncio.to_thread(check.result)
    codes = Counter([await asyncio.to_thread(call.code) for call in calls])
    await server.stop(None)
    assert said.status == health_pb2.HealthCheckResponse.SERVING
    assert set(codes) == {grpc.StatusCode.OK, grpc.StatusCode.CANCELLED}
    assert codes[grpc.StatusCode.OK] >= 500
    assert codes[grpc.StatusCode.CANCELLED] >= REFUSED
