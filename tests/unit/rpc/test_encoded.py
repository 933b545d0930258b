"""Answers that are encoded already, at both doors."""

from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import pytest

from enfonica.voice.v1beta1 import recordings_pb2, recordings_pb2_grpc
from gateway_support.asgi import call
from voice_recordings.gateway import Gateway
from voice_recordings.rpc.encoded import Encoded, EncodedInterceptor
from voice_recordings.rpc.recordings import ENCODED

Page = recordings_pb2.ListRecordingsResponse
PAGE = Page(
    recordings=[recordings_pb2.Recording(name="a", ready_uri="http://secret.example")],
    next_page_token="next",
)
Look = Callable[[Any], None]


class Servicer(recordings_pb2_grpc.RecordingsServicer):
    """Lists by bytes."""

    async def ListRecordings(self, request: Any, context: Any) -> Any:  # noqa: N802 - the contract's name
        """A page, encoded."""
        del request, context
        return Encoded(Page, PAGE.SerializeToString())

    async def GetRecording(self, request: Any, context: Any) -> Any:  # noqa: N802 - the contract's name
        """Not asked for."""
        raise NotImplementedError

    DeleteRecording = GetRecording


class Looking(grpc.aio.ServerInterceptor):
    """Looks at what is answered, as anybody's interceptor may."""

    def __init__(self, look: Look) -> None:
        self.look = look

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        """Wraps the method."""
        handler = await continuation(handler_call_details)

        async def looked_at(request: Any, context: Any) -> Any:
            response = await handler.unary_unary(request, context)
            self.look(response)
            return response

        return grpc.unary_unary_rpc_method_handler(
            looked_at,
            request_deserializer=handler.request_deserializer,
            response_serializer=handler.response_serializer,
        )


def nothing(page: Any) -> None:
    """Passes it on."""


def read(page: Any) -> None:
    """Reads fields, and asks for the size."""
    assert page.next_page_token == "next"
    assert page.recordings[0].name == "a"
    assert page.ByteSize() == PAGE.ByteSize()
    assert page.SerializeToString() == PAGE.SerializeToString()


def change(page: Any) -> None:
    """Sets a field of the answer itself."""
    page.next_page_token = "changed"


def redact(page: Any) -> None:
    """Changes what is within it."""
    page.recordings[0].ClearField("ready_uri")
    assert page.ByteSize() < PAGE.ByteSize()


CHANGED = Page(recordings=PAGE.recordings, next_page_token="changed")
REDACTED = Page(recordings=[recordings_pb2.Recording(name="a")], next_page_token="next")


@pytest.mark.parametrize(
    ("look", "expected"),
    [
        pytest.param(nothing, PAGE, id="passed on"),
        pytest.param(read, PAGE, id="read"),
        pytest.param(change, CHANGED, id="changed"),
        pytest.param(redact, REDACTED, id="redacted"),
    ],
)
async def test_interceptors_find_a_message(look: Look, expected: Page) -> None:
    """They may read and change it as if it were one; both doors send what it has become."""
    interceptors = [Looking(look), EncodedInterceptor(ENCODED)]
    server, gateway = grpc.aio.server(interceptors=interceptors), Gateway(interceptors=interceptors)
    for door in (server, gateway):
        recordings_pb2_grpc.add_RecordingsServicer_to_server(Servicer(), door)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub: Any = recordings_pb2_grpc.RecordingsStub(channel)
            assert await stub.ListRecordings(recordings_pb2.ListRecordingsRequest()) == expected
    finally:
        await server.stop(None)
    answer = await call(gateway, "GET", "/v1beta1/projects/p/calls/c/recordings")
    assert answer.json["nextPageToken"] == expected.next_page_token
    assert answer.json["recordings"][0].get("readyUri", "") == expected.recordings[0].ready_uri
