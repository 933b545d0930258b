"""A server on a thread and event loop of its own, so that whoever waits for it never blocks it."""

import asyncio
import threading
from typing import Any

from voice_recordings.app import Running, running
from voice_recordings.config import Settings

_START_SECONDS = 30.0
_STOP_SECONDS = 15.0
_LOOPBACK = {"grpc_address": "127.0.0.1:0", "http_address": "127.0.0.1:0"}


class ServerThread:
    """Runs a server in this process from `start` to `stop`."""

    def __init__(self, **settings: Any) -> None:
        """Takes the fields of `Settings`; ports are free ones unless given."""
        self._settings = Settings(
            **{**_LOOPBACK, "emulator": True, "grace_seconds": 1.0, **settings}
        )
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._ready = threading.Event()
        self._running: Running | None = None
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="voice-recordings", daemon=True)

    def start(self) -> Running:
        """Gives the addresses once the server is ready; raises what kept it from starting."""
        self._thread.start()
        if not self._ready.wait(_START_SECONDS):
            raise TimeoutError(f"the emulator was not ready in {_START_SECONDS:g} s")
        if self._running is None:
            self._thread.join()
            raise self._failure or RuntimeError("the emulator did not start")
        return self._running

    def stop(self) -> None:
        """Stops the server, and waits until it has."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(_STOP_SECONDS)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            try:
                runner.run(self._serve())
            except BaseException as error:
                self._failure = error
            finally:
                self._ready.set()

    async def _serve(self) -> None:
        async with running(self._settings) as server:
            self._running = server
            self._ready.set()
            await self._stop.wait()
