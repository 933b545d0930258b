"""Who heard, deleted or changed what: one line each, never rewritten.

A line is handed to the system before the thing it tells of is done, so that it
survives the process being killed; whatever cannot be written down is not done.
"""

import asyncio
import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from voice_recordings.telemetry.origin import origin


class AuditTrail:
    """Appends JSON lines to a file: time, event, who, from where, resource, request_id.

    Without a file nothing is kept.
    """

    def __init__(self, file: Path | None, now: Callable[[], datetime]) -> None:
        """Opens the file, for its owner alone to read. Raises OSError."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        self._descriptor = None if file is None else os.open(file, flags, 0o600)
        self._now = now

    async def record(self, event: str, resource: str, *, who: str, where: str) -> None:
        """Writes a line; raises OSError when it cannot be written."""
        if self._descriptor is None:
            return
        line = self._line(event, resource, who=who, where=where)
        await asyncio.get_running_loop().run_in_executor(None, self._append, line)

    def record_now(self, event: str, resource: str, *, who: str, where: str) -> None:
        """The same where no event loop has to be kept free; survives a power cut too."""
        if self._descriptor is not None:
            self._append(self._line(event, resource, who=who, where=where))
            os.fsync(self._descriptor)

    def close(self) -> None:
        """Closes the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _line(self, event: str, resource: str, *, who: str, where: str) -> bytes:
        told = {
            "time": self._now().isoformat(),
            "event": event,
            "resource": resource,
            "who": who,
            "where": where,
            "request_id": origin.get().request_id,
        }
        return json.dumps(told).encode() + b"\n"

    def _append(self, line: bytes) -> None:
        """One write of one line: with O_APPEND two never mix."""
        if self._descriptor is not None and os.write(self._descriptor, line) != len(line):
            raise OSError("the audit trail took only a part of a line")
