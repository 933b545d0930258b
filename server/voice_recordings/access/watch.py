"""Files that may change while the server runs."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

from voice_recordings.clock import Clock
from voice_recordings.errors import VoiceRecordingsError

INTERVAL = timedelta(seconds=1)

# What a file looks like from outside; another inode is another file.
_Look = tuple[int, int, int] | None

_log = logging.getLogger(__name__)


class FileWatch:
    """Calls `reload` when any of the files has changed.

    `reload` runs in a thread, raises `VoiceRecordingsError` or OSError when the
    new content cannot be used, and gives what is then called on the event loop
    to put it in force. Until it succeeds, what was in force stays so.
    """

    def __init__(
        self,
        what: str,
        paths: Sequence[Path],
        reload: Callable[[], Callable[[], None]],
        clock: Clock,
    ) -> None:
        """`what` names the content in the log; the files are as `paths` looked just now."""
        self._what = what
        self._paths = tuple(paths)
        self._reload = reload
        self._clock = clock
        self._seen = self._look()
        self._schedule()

    async def check(self) -> None:
        """Looks now, and again after `INTERVAL`."""
        try:
            looks = await asyncio.to_thread(self._look)
            if looks != self._seen:
                self._seen = looks
                await self._change()
        finally:
            self._schedule()

    async def _change(self) -> None:
        try:
            put_in_force = await asyncio.to_thread(self._reload)
        except (VoiceRecordingsError, OSError, ValueError) as error:
            _log.error("%s NOT reloaded, what was in force stays in force: %s", self._what, error)
        else:
            put_in_force()
            _log.info("%s reloaded", self._what)

    def _look(self) -> tuple[_Look, ...]:
        return tuple(_look(path) for path in self._paths)

    def _schedule(self) -> None:
        key = f"watch:{self._what}"
        self._clock.schedule(self._clock.now() + INTERVAL, key, self.check)


def _look(path: Path) -> _Look:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
