"""Calls an ASGI application as a server would, without a socket."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

Events = list[MutableMapping[str, Any]]
Application = Callable[..., Awaitable[None]]
Header = tuple[bytes, bytes]


@dataclass
class Response:
    """What an application answered with."""

    events: Events = field(default_factory=list)

    @property
    def status(self) -> int:
        """The HTTP status."""
        status: int = self.events[0]["status"]
        return status

    @property
    def body(self) -> bytes:
        """Every piece of the body in one."""
        return b"".join(event.get("body", b"") for event in self.events[1:])

    @property
    def pieces(self) -> list[bytes]:
        """The pieces of the body as they were sent, less empty ones."""
        return [event["body"] for event in self.events[1:] if event.get("body")]

    @property
    def complete(self) -> bool:
        """Whether the application ended its answer."""
        return len(self.events) > 1 and not self.events[-1].get("more_body", False)

    @property
    def json(self) -> Any:
        """The body's JSON."""
        return orjson.loads(self.body)

    def header(self, name: str) -> str | None:
        """A header's value, None if it was not sent."""
        for key, value in self.events[0]["headers"]:
            if key == name.encode():
                text: str = value.decode()
                return text
        return None

    @property
    def violations(self) -> dict[str, str]:
        """The field violations of a BadRequest, by field."""
        return {
            violation.get("field", ""): violation["description"]
            for detail in self.json["error"].get("details", ())
            for violation in detail.get("fieldViolations", ())
        }


def scope_of(method: str, target: str, headers: Iterable[Header]) -> MutableMapping[str, Any]:
    """The scope a server would give for a request line."""
    path, _, query = target.encode("utf-8", "surrogateescape").partition(b"?")
    return {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": path.decode("utf-8", "replace"),
        "raw_path": path,
        "query_string": query,
        "headers": list(headers),
        "client": ("127.0.0.1", 50000),
    }


async def call(
    application: Application,
    method: str,
    target: str,
    body: bytes | Sequence[bytes] = b"",
    headers: Iterable[Header] = (),
    *,
    gone: asyncio.Event | None = None,
    cut: bool = False,
) -> Response:
    """Sends a request, the body in the given pieces; the client goes when `gone` is set.

    If the body is `cut`, the client goes after the last piece, with more to come.
    """
    pieces = [body] if isinstance(body, bytes) else list(body)
    events = [
        {"type": "http.request", "body": piece, "more_body": cut or index < len(pieces) - 1}
        for index, piece in enumerate(pieces)
    ]
    response = Response()

    async def receive() -> MutableMapping[str, Any]:
        if events:
            return events.pop(0)
        if not cut:
            await (gone or asyncio.Event()).wait()
        return {"type": "http.disconnect"}

    async def send(event: MutableMapping[str, Any]) -> None:
        response.events.append(event)

    await application(scope_of(method, target, headers), receive, send)
    return response
