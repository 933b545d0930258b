"""A file as the body of a request: one message a piece, read as it is asked for."""

import asyncio
from collections.abc import AsyncIterator, MutableMapping
from typing import Any

import grpc

from enfonica.voice.v1beta1 import recordings_pb2
from gateway_support.asgi import call, scope_of
from voice_recordings.gateway import Gateway, Limits
from voicerecordings.recorder.v1 import recorder_pb2, recorder_pb2_grpc

TARGET = "/v1/projects/p/calls/c/recordings:import"
METHOD = "/voicerecordings.recorder.v1.Recorder/ImportRecording"


class Importer(recorder_pb2_grpc.RecorderServicer):
    """Keeps the messages it is sent; waits before each if told to."""

    def __init__(self) -> None:
        self.messages: list[recorder_pb2.ImportRecordingRequest] = []
        self.go = asyncio.Event()
        self.go.set()
        self.cancelled = False

    async def ImportRecording(
        self,
        request_iterator: AsyncIterator[recorder_pb2.ImportRecordingRequest],
        context: grpc.aio.ServicerContext[Any, Any],
    ) -> recordings_pb2.Recording:
        """Reads to the end."""
        try:
            await self.go.wait()
            async for message in request_iterator:
                self.messages.append(message)
                await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        return recordings_pb2.Recording(name="done")


def importer() -> Importer:
    """A servicer of which one method is called."""
    return Importer()  # type: ignore[abstract]  # the others stay as generated


def gateway_for(servicer: Importer, **options: Any) -> Gateway:
    """A gateway that serves the importer."""
    gateway = Gateway(**options)
    recorder_pb2_grpc.add_RecorderServicer_to_server(servicer, gateway)
    return gateway


async def test_pieces() -> None:
    """Each piece of the body is a message of at most 64 KiB; the first carries the fields."""
    servicer = importer()
    body = [b"a" * 100_000, b"", b"b" * 10]
    response = await call(
        gateway_for(servicer),
        "POST",
        TARGET + "?recordingId=r&postProcessing=TRIM_SILENCE",
        body,
        [(b"content-type", b"audio/wav")],
    )
    assert response.json == {"name": "done"}
    assert [len(message.file.data) for message in servicer.messages] == [65536, 34464, 10]
    assert b"".join(message.file.data for message in servicer.messages) == b"".join(body)
    first, *rest = servicer.messages
    assert first.parent == "projects/p/calls/c"
    assert first.recording_id == "r"
    assert first.file.content_type == "audio/wav"
    assert list(first.post_processing) == [1]
    assert all(not message.parent for message in rest)


async def test_empty_body() -> None:
    """Without a byte the fields still arrive."""
    servicer = importer()
    response = await call(gateway_for(servicer), "POST", TARGET)
    assert response.status == 200
    assert [message.parent for message in servicer.messages] == ["projects/p/calls/c"]


async def test_query_into_the_body() -> None:
    """The body's field cannot be set by the query."""
    response = await call(gateway_for(importer()), "POST", TARGET + "?file.contentType=x", b"a")
    assert response.status == 400
    assert response.violations == {"file.contentType": "is set by the body"}


async def test_the_methods_own_limit() -> None:
    """A streamed body is bounded by its method's limit, not by that of JSON bodies."""
    limits = Limits(body_bytes=10, streamed_body_bytes={METHOD: 100})
    for size, status in ((100, 200), (101, 413)):
        gateway = gateway_for(importer(), limits=limits)
        response = await call(gateway, "POST", TARGET, [b"a" * 60, b"a" * (size - 60)])
        assert response.status == status


async def test_no_more_is_read_than_the_servicer_asks_for() -> None:
    """While the servicer does not read, at most one piece is taken from the server."""
    servicer = importer()
    servicer.go.clear()
    taken = 0

    async def receive() -> MutableMapping[str, Any]:
        nonlocal taken
        taken += 1
        await asyncio.sleep(0)
        return {"type": "http.request", "body": b"x", "more_body": taken < 50}

    async def send(_: MutableMapping[str, Any]) -> None:
        pass

    request = asyncio.ensure_future(
        gateway_for(servicer)(scope_of("POST", TARGET, []), receive, send)
    )
    for _ in range(100):
        await asyncio.sleep(0)
    assert taken == 1
    assert servicer.messages == []
    servicer.go.set()
    await request
    assert len(servicer.messages) == 50


async def test_a_client_that_goes_while_its_body_is_read() -> None:
    """The servicer is cancelled where it waits for the next piece."""
    servicer = importer()
    await call(gateway_for(servicer), "POST", TARGET, [b"a", b"b"], cut=True)
    assert len(servicer.messages) == 2
    assert servicer.cancelled


async def test_a_client_that_goes_while_the_servicer_works() -> None:
    """The servicer is cancelled though it reads nothing."""
    servicer = importer()
    servicer.go.clear()
    gone = asyncio.Event()
    asyncio.get_running_loop().call_soon(gone.set)
    await call(gateway_for(servicer), "POST", TARGET, b"a", gone=gone)
    assert servicer.messages == []
    assert servicer.cancelled
