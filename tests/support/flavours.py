"""Both Python clients behind one face: what a test asks of one it asks of the other."""

import asyncio
import time
from typing import Any

from voice_recordings.client import AsyncRecordingsClient, RecordingsClient

FLAVOURS = ["synchronous", "asynchronous"]
_LONGEST_PAUSE_SECONDS = 0.02


class Flavour:
    """A client of one kind; the pauses it makes are kept, and cut short."""

    def __init__(self, kind: str, target: str | None, **options: Any) -> None:
        self._kind = kind
        self._target = target
        self._options = options
        self.pauses: list[float] = []

    def call(self, method: str, *arguments: Any, **options: Any) -> Any:
        """What the method answers; of a list, all its recordings."""
        if self._kind == "synchronous":
            return self._call(method, *arguments, **options)
        return asyncio.run(self._call_async(method, *arguments, **options))

    def _call(self, method: str, *arguments: Any, **options: Any) -> Any:
        def sleep(seconds: float) -> None:
            self.pauses.append(seconds)
            time.sleep(min(seconds, _LONGEST_PAUSE_SECONDS))

        with RecordingsClient(self._target, sleep=sleep, **self._options) as client:
            answer = getattr(client, method)(*arguments, **options)
            return list(answer) if method == "list" else answer

    async def _call_async(self, method: str, *arguments: Any, **options: Any) -> Any:
        async def sleep(seconds: float) -> None:
            self.pauses.append(seconds)
            await asyncio.sleep(min(seconds, _LONGEST_PAUSE_SECONDS))

        async with AsyncRecordingsClient(self._target, sleep=sleep, **self._options) as client:
            answer = getattr(client, method)(*arguments, **options)
            return [each async for each in answer] if method == "list" else await answer
