"""Stands before the HTTP address: faults of downloads, and of the bytes of REST answers."""

import asyncio

import grpc

from voice_recordings.emulator.answering import Answering, answering
from voice_recordings.emulator.call import Book
from voice_recordings.emulator.faults import Planned
from voice_recordings.emulator.methods import DOWNLOAD
from voice_recordings.emulator.projects import project_in
from voice_recordings.emulator.refusal import http_refusal
from voice_recordings.http.asgi import App, Receive, Scope, Send, respond
from voice_recordings.http.errors import STATUS
from voice_recordings.http.media import PREFIX
from voicerecordings.emulator.v1 import fault_pb2

_CONTROLS = "/emulator/"
_CODES = {number: grpc.StatusCode[code.value] for code, number in reversed(STATUS.items())}
_FIRST_ERROR = 400


class FaultyHttp:
    """An ASGI application around another."""

    def __init__(self, app: App, book: Book) -> None:
        self._app = app
        self._book = book

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http" or scope["path"].startswith(_CONTROLS):
            await self._app(scope, receive, send)
            return
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        out = Answering(send, headers)
        if scope["path"].startswith(PREFIX):
            await self._download(scope, receive, out)
        else:
            token = answering.set(out)
            try:
                await self._app(scope, receive, out.send)
            finally:
                answering.reset(token)
        await out.settle(receive)

    async def _download(self, scope: Scope, receive: Receive, out: Answering) -> None:
        project = project_in(scope["path"].removeprefix(PREFIX))
        logged = self._book.log.begin(
            DOWNLOAD, fault_pb2.MEDIA, project, metadata=out.headers.items()
        )
        logged.entry.message.update({"path": scope["path"]})
        fault = self._book.faults.meet(DOWNLOAD, fault_pb2.MEDIA, project)
        try:
            if fault is not None:
                logged.entry.fault = fault.name
                await self._suffer(fault, receive, out)
            if not out.status:
                await self._app(scope, receive, out.send)
        finally:
            await self._book.log.end(logged, _code(out))

    async def _suffer(self, fault: Planned, receive: Receive, out: Answering) -> None:
        plan = fault.plan
        if plan.HasField("delay"):
            await self._book.clock.pause(fault.released, fault.delay.total_seconds())
        effect = plan.WhichOneof("effect")
        if effect == "stall":
            await _released_or_gone(fault, receive)
        elif effect == "status":
            status, body = http_refusal(plan.status)
            headers = [
                (b"content-type", b"application/json; charset=utf-8"),
                (b"content-length", str(len(body)).encode()),
                (b"cache-control", b"no-store"),
            ]
            await respond(out.send, status, headers, body)
        elif effect == "cut_after_bytes":
            out.cut_after_bytes = plan.cut_after_bytes
        out.corrupt = effect == "corrupt"
        out.drop = effect == "drop"


async def _released_or_gone(fault: Planned, receive: Receive) -> None:
    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    waits = {asyncio.ensure_future(fault.released.wait()), asyncio.ensure_future(gone())}
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)


def _code(out: Answering) -> grpc.StatusCode:
    if out.hung_up:
        return grpc.StatusCode.UNAVAILABLE
    if not out.status:
        return grpc.StatusCode.CANCELLED
    if out.status < _FIRST_ERROR:
        return grpc.StatusCode.OK
    return _CODES.get(out.status, grpc.StatusCode.UNKNOWN)
