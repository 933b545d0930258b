"""The id of the request being served, for whoever writes a line about it."""

from contextvars import ContextVar

METADATA_KEY = "x-request-id"

# Empty outside a request.
request_id: ContextVar[str] = ContextVar("request_id", default="")

_MAX_LENGTH = 128


def usable_id(sent: str | None) -> str | None:
    """An id that a client sent, if it can stand in a log line and a header."""
    if not sent or len(sent) > _MAX_LENGTH or not sent.isascii() or not sent.isprintable():
        return None
    return sent
