"""Log lines: JSON for machines, one readable line for people."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

from voice_recordings.telemetry.origin import origin

FORMATS = ("pretty", "json")
LEVELS = ("debug", "info", "warning", "error")

# What a record has of itself; the rest came as `extra`.
_OWN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
# Libraries that have much to say to those who work on them.
_CHATTY = ("uvicorn", "alembic", "asyncio", "aiohttp")


def configure(level: str, style: str, stream: TextIO | None = None) -> None:
    """Sends every log line of the process to the stream, standard error unless given."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter() if style == "json" else PrettyFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


class JsonFormatter(logging.Formatter):
    """One object a line: time, level, logger, message, request_id, and what else was given."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, object] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if origin.get().request_id:
            line["request_id"] = origin.get().request_id
        line.update(_extras(record))
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


class PrettyFormatter(logging.Formatter):
    """Time, level and message, then what else was given as key=value."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, and the traceback below it if there is one."""
        extras = _extras(record)
        if origin.get().request_id:
            extras["request_id"] = origin.get().request_id
        told = "".join(f" {key}={value}" for key, value in extras.items())
        line = f"{_time(record)} {record.levelname:<7} {record.name} {record.getMessage()}{told}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


def _extras(record: logging.LogRecord) -> dict[str, object]:
    return {key: value for key, value in vars(record).items() if key not in _OWN}


def _time(record: logging.LogRecord) -> str:
    time = datetime.fromtimestamp(record.created, UTC)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
