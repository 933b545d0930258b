"""What must never stand in a log line."""

import logging
import re

from voice_recordings.telemetry.logs import JsonFormatter

_SECRET = re.compile(
    r"signature=[\w-]{16}|expires=\d{8}"  # a link's query
    r"|\?[A-Za-z_.]+=[^\s\"']"  # any query at all
    r"|[Bb]earer\s+[\w.~+/-]{8}|eyJ[\w-]{12}"  # tokens
    r"|PRIVATE KEY|v1,[A-Za-z0-9+/]{20}"  # keys, webhook signatures
)


def secrets_in(text: str) -> list[str]:
    """The lines that hold what they must not."""
    return [line for line in text.splitlines() if _SECRET.search(line)]


class LogWatch(logging.Handler):
    """Formats every line as the server would, and keeps those that hold a secret."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(JsonFormatter())
        self.leaks: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Looks at one line."""
        self.leaks += secrets_in(self.format(record))
