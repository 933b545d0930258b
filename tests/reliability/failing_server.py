"""`voice-recordings serve`, in a process that kills itself at one place in the order of writes.

Called with PORT.METHOD:before or PORT.METHOD:after, and then the flags of serve.
"""

import importlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from voice_recordings.cli import main
from voice_recordings.storage.opening import OpenStores, open_stores


class Failing:
    """A port that is passed through, but for the method at which the process ends."""

    def __init__(self, port: Any, name: str, point: str) -> None:
        self._port = port
        self._name = name
        self._point = point

    def __getattr__(self, method: str) -> Any:
        found = getattr(self._port, method)
        place = f"{self._name}.{method}"
        if place == "spool.open":
            return self._opening(found)
        return self._killing(found, place) if self._point.startswith(place + ":") else found

    def _opening(self, opened: Callable[..., Any]) -> Callable[..., Any]:
        async def call(key: str) -> Any:
            self._kill_at("spool.open:before")
            writer = Failing(await opened(key), "writer", self._point)
            self._kill_at("spool.open:after")
            return writer

        return call

    def _killing(self, method: Callable[..., Any], place: str) -> Callable[..., Any]:
        async def call(*args: Any, **named: Any) -> Any:
            self._kill_at(place + ":before")
            result = await method(*args, **named)
            # An outbox with nothing to deliver is not yet at the point.
            if result != ():
                self._kill_at(place + ":after")
            return result

        return call

    def _kill_at(self, place: str) -> None:
        if place == self._point:
            os.kill(os.getpid(), signal.SIGKILL)


def run(point: str) -> None:
    """Serves with the rest of the command line."""

    @asynccontextmanager
    async def opening(*args: Any, **named: Any) -> AsyncIterator[OpenStores]:
        async with open_stores(*args, **named) as stores:
            yield replace(
                stores,
                recordings=Failing(stores.recordings, "recordings", point),
                outbox=Failing(stores.outbox, "outbox", point),
                media=Failing(stores.media, "media", point),
                spool=Failing(stores.spool, "spool", point),
                joiner=stores.joiner and Failing(stores.joiner, "joiner", point),
            )

    # The application has no such place for us to hook into, and needs none.
    running = importlib.import_module("voice_recordings.app.running")
    vars(running)["open_stores"] = opening
    main()


if __name__ == "__main__":
    run(sys.argv.pop(1))
