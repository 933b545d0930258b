"""A gateway in front of a remote server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import orjson
import pytest
from gatewaytest.v1 import kitchen_pb2, kitchen_pb2_grpc
from google.api import annotations_pb2
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from google.protobuf.descriptor_pool import Default
from grpc_reflection.v1alpha import reflection, reflection_pb2, reflection_pb2_grpc

from gateway_support.asgi import call
from gateway_support.kitchen import Kitchen
from voice_recordings.gateway import DescriptorError, Gateway
from voice_recordings.gateway.envoy import descriptor_set
from voice_recordings.gateway.routes import DuplicateRouteError

SERVICE = "gatewaytest.v1.Kitchen"


@asynccontextmanager
async def remote(kitchen: Kitchen, reflects: Any = None) -> AsyncIterator[grpc.aio.Channel]:
    """A channel to a server in this process, with reflection unless told otherwise."""
    server = grpc.aio.server()
    kitchen_pb2_grpc.add_KitchenServicer_to_server(kitchen, server)
    if reflects is None:
        reflection.enable_server_reflection([SERVICE, reflection.SERVICE_NAME], server)
    else:
        add: Any = reflection_pb2_grpc.add_ServerReflectionServicer_to_server
        add(reflects, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield channel
    finally:
        await server.stop(None)


@pytest.mark.parametrize("by", ["reflection", "descriptor-set"])
async def test_the_same_doors(by: str) -> None:
    """Unary, streams, raw bytes, status details and the binary door pass through."""
    descriptors = descriptor_set(Default(), [SERVICE]) if by == "descriptor-set" else None
    async with remote(Kitchen()) as channel:
        gateway = await Gateway.proxy(channel, descriptor_set=descriptors)
        unary = await call(gateway, "GET", "/v1/ints/5?stringField=s")
        assert unary.json == {"int32Field": 5, "stringField": "s"}
        stream = await call(gateway, "GET", "/v1/watch?count=2")
        assert stream.json == [{"int32Field": 1}, {"int32Field": 2}]
        broken = await call(gateway, "GET", "/v1/watch?count=1&failCode=14")
        assert orjson.loads(broken.body + b"]")[-1]["error"]["status"] == "UNAVAILABLE"
        upload = await call(gateway, "POST", "/v1/upload/f", [b"a" * 70_000, b"b"])
        assert upload.json["messages"] == 3
        collected = await call(gateway, "POST", "/v1/collect", b'[{"stringField":"x"}]')
        assert collected.json == {"messages": 1, "names": ["x"]}
        raw = await call(gateway, "POST", "/v1/raw", b"\x00", [(b"content-type", b"a/b")])
        assert (raw.body, raw.header("content-type")) == (b"\x00", "a/b")
        failed = await call(gateway, "GET", "/v1/fail?code=8&message=m&details=retry")
        assert (failed.status, failed.header("retry-after")) == (429, "3")
        binary = await call(
            gateway,
            "POST",
            f"/$rpc/{SERVICE}/Private",
            b"",
            [(b"content-type", b"application/x-protobuf")],
        )
        assert binary.status == 200


async def test_metadata_and_deadlines_pass_through() -> None:
    """Both ways; the remote servicer sees what time is left."""
    async with remote(Kitchen()) as channel:
        gateway = await Gateway.proxy(channel)
        target = "/v1/look?initial=a%3D1&trailing=b%3D2"
        headers = [(b"authorization", b"Bearer t"), (b"grpc-timeout", b"900S")]
        response = await call(gateway, "GET", target, headers=headers)
        assert response.json["metadata"]["authorization"] == "Bearer t"
        assert 600 < response.json["secondsRemaining"] < 1000
        assert (response.header("a"), response.header("b")) == ("1", "2")


async def test_cancellation_passes_through() -> None:
    """A client that goes cancels the remote servicer."""
    kitchen, gone = Kitchen(), asyncio.Event()
    async with remote(kitchen) as channel:
        gateway = await Gateway.proxy(channel)
        request = asyncio.ensure_future(call(gateway, "GET", "/v1/wait", gone=gone))
        await kitchen.waiting.wait()
        gone.set()
        assert (await request).status == 499
        await kitchen.cancelled.wait()


async def test_a_deadline_that_passes_cancels_the_remote_servicer() -> None:
    """If the call has come so far by then: a busy machine is given longer."""
    for milliseconds in (30, 300, 3_000, 30_000):
        kitchen = Kitchen()
        async with remote(kitchen) as channel:
            gateway = await Gateway.proxy(channel)
            headers = [(b"grpc-timeout", b"%dm" % milliseconds)]
            response = await call(gateway, "GET", "/v1/wait", headers=headers)
            assert response.status == 504
            if kitchen.waiting.is_set():
                await kitchen.cancelled.wait()
                return
    raise AssertionError("the call never came")


async def test_a_target_that_is_down() -> None:
    """503 with its reason; and at the start, a word about descriptors."""
    descriptors = descriptor_set(Default(), [SERVICE])
    async with grpc.aio.insecure_channel("127.0.0.1:1") as channel:
        gateway = await Gateway.proxy(channel, descriptor_set=descriptors)
        response = await call(gateway, "GET", "/v1/nothing")
        assert response.status == 503
        assert response.json["error"]["status"] == "UNAVAILABLE"
        assert "connect" in response.json["error"]["message"]
        with pytest.raises(DescriptorError, match="UNAVAILABLE"):
            await Gateway.proxy(channel)


async def test_a_target_that_dies_in_the_middle() -> None:
    """The stream ends in an error, and is never whole."""
    kitchen = Kitchen()
    server = grpc.aio.server()
    kitchen_pb2_grpc.add_KitchenServicer_to_server(kitchen, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        gateway = await Gateway.proxy(channel, descriptor_set=descriptor_set(Default(), [SERVICE]))
        begun = asyncio.Event()

        async def watched(scope: Any, receive: Any, send: Any) -> None:
            async def tell(event: Any) -> None:
                await send(event)
                if event.get("body"):
                    begun.set()

            await gateway(scope, receive, tell)

        request = asyncio.ensure_future(call(watched, "GET", "/v1/watch?count=1&hang=true"))
        await begun.wait()
        await server.stop(None)
        response = await request
    assert not response.complete
    assert "error" in orjson.loads(response.body + b"]")[-1]


class Lying(reflection_pb2_grpc.ServerReflectionServicer):
    """Answers reflection as it is told to."""

    def __init__(self, **answer: Any) -> None:
        self.answer = answer

    async def ServerReflectionInfo(self, request_iterator: Any, context: Any) -> Any:
        """Gives the same answer to every request for a file."""
        async for request in request_iterator:
            if request.HasField("list_services"):
                yield reflection_pb2.ServerReflectionResponse(
                    list_services_response={"service": [{"name": SERVICE}]}
                )
            else:
                yield reflection_pb2.ServerReflectionResponse(**self.answer)


def files(*protos: Any) -> dict[str, Any]:
    """An answer with these files."""
    raw = [proto if isinstance(proto, bytes) else proto.SerializeToString() for proto in protos]
    return {"file_descriptor_response": {"file_descriptor_proto": raw}}


@pytest.mark.parametrize(
    ("answer", "match"),
    [
        pytest.param(files(b"\xff"), "no file descriptor", id="no-descriptor"),
        pytest.param(files(), "no service", id="nothing"),
        pytest.param(files(FileDescriptorProto(name="a.proto")), "no service", id="another-file"),
        pytest.param(
            files(FileDescriptorProto(name="a.proto", dependency=["b.proto"])),
            "does not give b.proto",
            id="missing-import",
        ),
        pytest.param(
            files(
                FileDescriptorProto(name="a.proto"),
                FileDescriptorProto(name="a.proto", package="p"),
            ),
            "two files",
            id="two-files-of-one-name",
        ),
        pytest.param(
            {"error_response": {"error_code": 5, "error_message": "no"}}, "no", id="refusal"
        ),
    ],
)
async def test_reflection_that_lies(answer: dict[str, Any], match: str) -> None:
    """It is said at the start what is wrong."""
    async with remote(Kitchen(), Lying(**answer)) as channel:
        with pytest.raises(DescriptorError, match=match):
            await Gateway.proxy(channel)


def kitchen_file() -> FileDescriptorProto:
    """The descriptor of the test service's file alone."""
    file = FileDescriptorProto()
    kitchen_pb2.DESCRIPTOR.CopyToProto(file)
    return file


@pytest.mark.parametrize(
    ("descriptors", "services", "match"),
    [
        pytest.param(b"\xff", None, "not a FileDescriptorSet", id="garbage"),
        pytest.param(
            FileDescriptorSet(file=[kitchen_file()]).SerializeToString(),
            None,
            "everything.proto",
            id="lacks-imports",
        ),
        pytest.param(
            descriptor_set(Default(), [SERVICE]), ["none.Such"], "none.Such", id="no-such-service"
        ),
        pytest.param(
            FileDescriptorSet(
                file=[
                    FileDescriptorProto(name="a", dependency=["b"]),
                    FileDescriptorProto(name="b", dependency=["a"]),
                ]
            ).SerializeToString(),
            None,
            "import each other",
            id="circle",
        ),
    ],
)
async def test_descriptor_sets_that_cannot_be_used(
    descriptors: bytes, services: list[str] | None, match: str
) -> None:
    """It is said at the start what is wrong."""
    async with grpc.aio.insecure_channel("127.0.0.1:1") as channel:
        with pytest.raises(DescriptorError, match=match):
            await Gateway.proxy(channel, descriptor_set=descriptors, services=services)


def tiny(package: str) -> FileDescriptorProto:
    """A file with a service of one method, at /same."""
    file = FileDescriptorProto(name=package, package=package, syntax="proto3")
    file.dependency.append("google/protobuf/empty.proto")
    empty = ".google.protobuf.Empty"
    method = file.service.add(name="Tiny").method.add(
        name="Get", input_type=empty, output_type=empty
    )
    method.options.Extensions[annotations_pb2.http].get = "/same"
    return file


async def test_two_services_with_one_route() -> None:
    """The second is refused, by its route."""
    both = FileDescriptorSet(file=[tiny("a"), tiny("b")]).SerializeToString()
    async with grpc.aio.insecure_channel("127.0.0.1:1") as channel:
        with pytest.raises(DuplicateRouteError, match="/same"):
            await Gateway.proxy(channel, descriptor_set=both)
