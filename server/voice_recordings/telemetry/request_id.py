"""Ids of requests: what a client may call one."""

METADATA_KEY = "x-request-id"

_MAX_LENGTH = 128


def usable_id(sent: str | None) -> str | None:
    """An id that a client sent, if it can stand in a log line and a header."""
    if not sent or len(sent) > _MAX_LENGTH or not sent.isascii() or not sent.isprintable():
        return None
    return sent
