"""A servicer of the test service, once for the loop and once for threads."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import grpc
from gatewaytest.v1 import everything_pb2, kitchen_pb2, kitchen_pb2_grpc
from google.api import httpbody_pb2
from google.protobuf import any_pb2, empty_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from voice_recordings.gateway import Gateway

Everything = everything_pb2.Everything
Context = grpc.aio.ServicerContext[Any, Any]
# The stubs make its methods abstract; here what is not written stays unimplemented.
UNIMPLEMENTED: Any = kitchen_pb2_grpc.KitchenServicer
BY_NUMBER = {code.value[0]: code for code in grpc.StatusCode}


def details(names: list[str]) -> list[any_pb2.Any]:
    """Details of a status, one of them of a type nobody knows."""
    known = {
        "error_info": error_details_pb2.ErrorInfo(reason="R", domain="d", metadata={"k": "v"}),
        "bad_request": error_details_pb2.BadRequest(
            field_violations=[{"field": "f", "description": "wrong"}]
        ),
        "retry": error_details_pb2.RetryInfo(retry_delay={"seconds": 2, "nanos": 1}),
    }
    made = []
    for name in names:
        detail = any_pb2.Any(type_url="type.example/none.Such", value=b"\x01")
        if name in known:
            detail.Pack(known[name])
        made.append(detail)
    return made


def status_of(request: kitchen_pb2.FailRequest) -> grpc.Status:
    """The rich status a request asks for."""
    return rpc_status.to_status(
        status_pb2.Status(
            code=request.code, message=request.message, details=details(list(request.details))
        )
    )


def pair(text: str) -> tuple[str, str | bytes]:
    """A `key=value` as metadata."""
    key, _, value = text.partition("=")
    return key, value.encode() if key.endswith("-bin") else value


class Kitchen(UNIMPLEMENTED):  # type: ignore[misc]  # see there
    """Runs in the event loop."""

    def __init__(self) -> None:
        self.cancelled = asyncio.Event()
        self.waiting = asyncio.Event()
        self.heeds_cancellation = True

    async def Echo(self, request: Any, context: Context) -> Any:
        """Gives the request back."""
        return request

    TakeString = TakeInt64 = TakeStrings = TakeMap = TakeChild = Echo
    TakeTimestamp = TakeStruct = TakeOptional = Nothing = Raw = Put = Private = Echo

    async def Fail(self, request: kitchen_pb2.FailRequest, context: Context) -> empty_pb2.Empty:
        """Ends as it is told to."""
        code = BY_NUMBER[request.code]
        if request.how == "raise":
            raise ZeroDivisionError(request.message)
        if request.how == "set_code":
            context.set_code(code)
            context.set_details(request.message)
        elif request.how == "swallow":
            with contextlib.suppress(grpc.aio.AbortError):
                await context.abort(code, request.message)
        elif request.details:
            await context.abort_with_status(status_of(request))
        else:
            await context.abort(code, request.message)
        return empty_pb2.Empty()

    async def Look(self, request: kitchen_pb2.LookRequest, context: Context) -> Any:
        """Tells what it saw, and sends metadata."""
        if request.initial:
            await context.send_initial_metadata(tuple(map(pair, request.initial)))
        context.set_trailing_metadata(tuple(map(pair, request.trailing)))
        return seen(context)

    async def Wait(self, request: Any, context: Context) -> empty_pb2.Empty:
        """Waits until it is cancelled, and longer if it does not heed that."""
        self.waiting.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            if self.heeds_cancellation:
                raise
            await asyncio.sleep(0.05)
        return empty_pb2.Empty()

    async def Upload(self, request_iterator: AsyncIterator[Any], context: Context) -> Any:
        """Counts."""
        summary = kitchen_pb2.Summary()
        async for message in request_iterator:
            summary.messages += 1
            summary.total_bytes += len(message.file.data)
            summary.names.append(message.name)
        return summary

    async def Collect(self, request_iterator: Any, context: Context) -> Any:
        """Counts, through the context's own reader."""
        summary = kitchen_pb2.Summary()
        while (message := await context.read()) is not grpc.aio.EOF:
            summary.messages += 1
            summary.names.append(message.string_field)
        return summary

    async def Watch(
        self, request: kitchen_pb2.WatchRequest, context: Context
    ) -> AsyncIterator[everything_pb2.Everything]:
        """Streams as many messages as it is asked for, then ends as it is told to."""
        try:
            for index in range(request.count):
                yield Everything(int32_field=index + 1)
            if request.fail_code:
                await context.abort(BY_NUMBER[request.fail_code], "told to")
            if request.hang:
                await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise

    async def Download(self, request: kitchen_pb2.WatchRequest, context: Context) -> None:
        """Streams raw bytes, through the context's own writer."""
        for index in range(request.count):
            await context.write(
                httpbody_pb2.HttpBody(content_type=request.content_type, data=b"%d;" % index)
            )
        if request.fail_code:
            await context.abort(BY_NUMBER[request.fail_code], "told to")


class SyncKitchen(UNIMPLEMENTED):  # type: ignore[misc]  # see there
    """Runs in threads."""

    def Echo(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Gives the request back."""
        return request

    def Fail(self, request: kitchen_pb2.FailRequest, context: grpc.ServicerContext) -> Any:
        """Ends as it is told to."""
        code = BY_NUMBER[request.code]
        if request.how == "raise":
            raise ZeroDivisionError(request.message)
        if request.how == "set_code":
            context.set_code(code)
            context.set_details(request.message)
            return empty_pb2.Empty()
        if request.details:
            context.abort_with_status(status_of(request))
        return context.abort(code, request.message)

    def Look(self, request: kitchen_pb2.LookRequest, context: grpc.ServicerContext) -> Any:
        """Tells what it saw, and sends metadata."""
        if request.initial:
            context.send_initial_metadata(tuple(map(pair, request.initial)))
        context.set_trailing_metadata(tuple(map(pair, request.trailing)))
        return seen(context)

    def Wait(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Polls until nobody waits any more."""
        while context.is_active():
            time.sleep(0.001)
        return empty_pb2.Empty()

    def Upload(self, request_iterator: Iterator[Any], context: grpc.ServicerContext) -> Any:
        """Counts."""
        messages = list(request_iterator)
        return kitchen_pb2.Summary(
            messages=len(messages),
            total_bytes=sum(len(message.file.data) for message in messages),
            names=[message.name for message in messages],
        )

    def Watch(self, request: kitchen_pb2.WatchRequest, context: grpc.ServicerContext) -> Any:
        """Streams as many messages as it is asked for, then ends as it is told to."""
        for index in range(request.count):
            yield Everything(int32_field=index + 1)
        if request.fail_code:
            context.abort(BY_NUMBER[request.fail_code], "told to")


def seen(context: Any) -> kitchen_pb2.LookResponse:
    """What a context tells of a call."""
    response = kitchen_pb2.LookResponse(peer=context.peer())
    for key, value in context.invocation_metadata():
        if isinstance(value, bytes):
            response.binary[key] = value
        else:
            response.metadata[key] = value
    remaining = context.time_remaining()
    if remaining is not None:
        response.has_deadline = True
        response.seconds_remaining = remaining
    return response


def gateway_of(servicer: Any = None, **options: Any) -> Gateway:
    """A gateway that serves the kitchen."""
    gateway = Gateway(**options)
    kitchen_pb2_grpc.add_KitchenServicer_to_server(servicer or Kitchen(), gateway)
    return gateway
