"""An HTTP answer on its way out, and what a fault does to its bytes.

The interceptor, which knows the call, finds the answer by a context variable;
a call that has none came over gRPC.
"""

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from voice_recordings.http.asgi import Message, Receive, Send

answering: ContextVar["Answering | None"] = ContextVar("answering", default=None)

_FLIPPED = bytes(255 - value for value in range(256))


def corrupted(data: bytes) -> bytes:
    """As many bytes, each another one."""
    return data.translate(_FLIPPED)


@dataclass(slots=True)
class Answering:
    """Stands between an application and its server."""

    forward: Send
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 0
    corrupt: bool = False
    drop: bool = False
    cut_after_bytes: int | None = None
    hung_up: bool = False

    async def send(self, message: Message) -> None:
        """Passes a message of the application on, as the fault will have it."""
        if self.hung_up:
            return
        if self.drop:
            self._hang_up(flush=False)
            return
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif message["type"] == "http.response.body" and message.get("body"):
            message = self._damaged(message)
        await self.forward(message)
        if self.cut_after_bytes is not None and self.cut_after_bytes < 0:
            self._hang_up(flush=True)

    async def settle(self, receive: Receive) -> None:
        """Waits until the server has noticed that the connection is gone."""
        while self.hung_up and (await receive())["type"] != "http.disconnect":
            pass

    def _damaged(self, message: Message) -> Message:
        body = bytes(message["body"])
        if self.corrupt:
            body = corrupted(body)
        if self.cut_after_bytes is None:
            return {**message, "body": body}
        left = self.cut_after_bytes - len(body)
        if left >= 0:
            self.cut_after_bytes = left
            return {**message, "body": body}
        kept = body[: self.cut_after_bytes]
        # Below zero: the rest is never sent.
        self.cut_after_bytes = left
        return {**message, "body": kept, "more_body": True}

    def _hang_up(self, *, flush: bool) -> None:
        """Ends the connection.

        ASGI has no word for it. In uvicorn, `send` belongs to the cycle that
        holds the transport.
        """
        self.hung_up = True
        cycle: Any = getattr(self.forward, "__self__", None)
        if flush:
            cycle.transport.close()
        else:
            cycle.transport.abort()
