"""Interceptors: grpc.aio's, at both doors alike."""

import contextvars
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc
import pytest
from gatewaytest.v1 import everything_pb2, kitchen_pb2_grpc

from gateway_support.asgi import Response, call
from gateway_support.kitchen import Kitchen, SyncKitchen, gateway_of

Everything = everything_pb2.Everything
Continuation = Callable[[grpc.HandlerCallDetails], Awaitable[Any]]
trace: contextvars.ContextVar[tuple[str, ...]] = contextvars.ContextVar("trace", default=())


class Named(grpc.aio.ServerInterceptor):
    """Leaves its name in a context variable, as grpcio's own example does."""

    def __init__(self, name: str) -> None:
        self.name = name

    async def intercept_service(
        self, continuation: Continuation, handler_call_details: grpc.HandlerCallDetails
    ) -> Any:
        """Adds its name on the way in."""
        trace.set((*trace.get(), self.name))
        return await continuation(handler_call_details)


class RequireToken(grpc.aio.ServerInterceptor):
    """Refuses calls without a token by a unary handler, whatever the method is."""

    def __init__(self) -> None:
        async def deny(_: Any, context: grpc.aio.ServicerContext[Any, Any]) -> None:
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, "who are you?")

        self.denial: Any = grpc.unary_unary_rpc_method_handler(deny)

    async def intercept_service(
        self, continuation: Continuation, handler_call_details: grpc.HandlerCallDetails
    ) -> Any:
        """Lets a call through if its metadata has the token."""
        metadata = dict(handler_call_details.invocation_metadata or ())
        if metadata.get("authorization") == "Bearer t":
            return await continuation(handler_call_details)
        return self.denial


class Wrapping(grpc.aio.ServerInterceptor):
    """Wraps the servicer's function, and works on bytes in its own (de)serializers."""

    def __init__(self) -> None:
        self.seen: list[bytes] = []

    async def intercept_service(
        self, continuation: Continuation, handler_call_details: grpc.HandlerCallDetails
    ) -> Any:
        """Takes the request's bytes, and appends to the response."""
        handler = await continuation(handler_call_details)

        async def wrapped(raw: bytes, context: Any) -> Any:
            self.seen.append(raw)
            response = await handler.unary_unary(handler.request_deserializer(raw), context)
            response.strings.append("wrapped")
            return response.SerializeToString()

        return grpc.unary_unary_rpc_method_handler(wrapped)


class Hiding(grpc.aio.ServerInterceptor):
    """Says that there is no such method."""

    async def intercept_service(
        self, continuation: Continuation, handler_call_details: grpc.HandlerCallDetails
    ) -> Any:
        """Gives no handler."""
        return None


class Failing(grpc.aio.ServerInterceptor):
    """Breaks."""

    async def intercept_service(
        self, continuation: Continuation, handler_call_details: grpc.HandlerCallDetails
    ) -> Any:
        """Raises."""
        raise RuntimeError("broken")


class Diverting(grpc.aio.ServerInterceptor):
    """Calls another method than was asked for."""

    async def intercept_service(
        self, continuation: Continuation, handler_call_details: grpc.HandlerCallDetails
    ) -> Any:
        """Changes the method in the details."""
        details = type(handler_call_details)
        other = Details("/gatewaytest.v1.Kitchen/Nothing", handler_call_details.invocation_metadata)
        assert details is not Details
        return await continuation(other)


class Details(grpc.HandlerCallDetails):
    """Call details of an interceptor's own."""

    def __init__(self, method: str, invocation_metadata: Any) -> None:
        self.method = method
        self.invocation_metadata = invocation_metadata


class Tracing(Kitchen):
    """Tells which interceptors it was called through."""

    async def Echo(self, request: Any, context: Any) -> Any:
        """Gives the trace back."""
        return Everything(strings=trace.get())


async def over_grpc(
    servicer: Any, interceptors: list[grpc.aio.ServerInterceptor], metadata: Any = None
) -> Any:
    """What the same call gives at a grpc.aio server: a message or a status."""
    server = grpc.aio.server(interceptors=interceptors)
    kitchen_pb2_grpc.add_KitchenServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub: Any = kitchen_pb2_grpc.KitchenStub(channel)
            return await stub.Echo(Everything(), metadata=metadata)
    except grpc.aio.AioRpcError as error:
        return error.code(), error.details()
    finally:
        await server.stop(None)


async def over_http(
    servicer: Any, interceptors: list[grpc.aio.ServerInterceptor], headers: Any = ()
) -> Response:
    """The call through the gateway."""
    gateway = gateway_of(servicer, interceptors=interceptors)
    return await call(gateway, "GET", "/v1/echo", headers=headers)


async def test_order_and_context_variables() -> None:
    """They see a call in their order, and what they set reaches the servicer."""
    interceptors: list[grpc.aio.ServerInterceptor] = [Named("a"), Named("b")]
    message = await over_grpc(Tracing(), interceptors)
    response = await over_http(Tracing(), interceptors)
    assert list(message.strings) == response.json["strings"] == ["a", "b"]


async def test_a_refusal_by_a_handler_of_another_shape() -> None:
    """Grpcio goes by the handler's shape, not the method's; so does the gateway."""
    code, details = await over_grpc(Kitchen(), [RequireToken()])
    response = await over_http(Kitchen(), [RequireToken()])
    assert (code, details) == (grpc.StatusCode.UNAUTHENTICATED, "who are you?")
    assert (response.status, response.json["error"]["message"]) == (401, "who are you?")
    headers = [(b"authorization", b"Bearer t")]
    assert (await over_http(Kitchen(), [RequireToken()], headers)).status == 200
    gateway = gateway_of(interceptors=[RequireToken()])
    for method, target in (("GET", "/v1/watch"), ("POST", "/v1/upload/f"), ("GET", "/v1/download")):
        refused = await call(gateway, method, target)
        assert (refused.status, refused.header("www-authenticate")) == (401, "Bearer")


async def test_a_handler_that_takes_bytes() -> None:
    """A handler with serializers of its own is served through bytes."""
    wrapping = Wrapping()
    gateway = gateway_of(interceptors=[wrapping])
    response = await call(gateway, "GET", "/v1/echo?int32Field=5")
    assert response.json == {"int32Field": 5, "strings": ["wrapped"]}
    assert wrapping.seen == [Everything(int32_field=5).SerializeToString()]


@pytest.mark.parametrize(
    ("interceptor", "code", "details"),
    [
        pytest.param(Hiding(), grpc.StatusCode.UNIMPLEMENTED, "Method not found!", id="none"),
        pytest.param(
            Failing(),
            grpc.StatusCode.UNKNOWN,
            "Unexpected <class 'RuntimeError'>: broken",
            id="raises",
        ),
    ],
)
async def test_failures(
    interceptor: grpc.aio.ServerInterceptor, code: grpc.StatusCode, details: str
) -> None:
    """An interceptor that gives nothing, or raises, ends the call the same way."""
    assert await over_grpc(Kitchen(), [interceptor]) == (code, details)
    response = await over_http(Kitchen(), [interceptor])
    assert response.json["error"]["status"] == code.name
    assert response.json["error"]["message"] == details


async def test_changed_details() -> None:
    """The handler is looked up by the details that reach the end of the chain."""
    response = await over_http(Kitchen(), [Diverting()])
    assert response.status == 500  # Empty is not what the path promises
    assert response.json["error"]["message"] == "Failed to serialize response!"


async def test_context_variables_reach_threads() -> None:
    """A servicer in a thread sees what interceptors set."""

    class Sync(SyncKitchen):
        def Echo(self, request: Any, context: Any) -> Any:
            return Everything(strings=trace.get())

    response = await over_http(Sync(), [Named("a")])
    assert response.json["strings"] == ["a"]


def test_what_is_no_interceptor() -> None:
    """grpc.server's interceptors are of another kind, and refused at once."""
    with pytest.raises(TypeError, match="ServerInterceptor"):
        gateway_of(interceptors=[object()])


async def test_a_wrapped_stream() -> None:
    """An interceptor's async generator streams like the servicer's own."""

    class Doubling(grpc.aio.ServerInterceptor):
        async def intercept_service(
            self, continuation: Continuation, handler_call_details: grpc.HandlerCallDetails
        ) -> Any:
            handler = await continuation(handler_call_details)

            async def doubled(request: Any, context: Any) -> AsyncIterator[Any]:
                async for message in handler.unary_stream(request, context):
                    yield message
                    yield message

            return grpc.unary_stream_rpc_method_handler(
                doubled, handler.request_deserializer, handler.response_serializer
            )

    response = await call(gateway_of(interceptors=[Doubling()]), "GET", "/v1/watch?count=1")
    assert response.json == [{"int32Field": 1}] * 2
