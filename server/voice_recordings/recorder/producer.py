"""One stream that writes a live recording, seen from the door it came in by."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voice_recordings.errors import ProducerReplaced, VoiceRecordingsError

if TYPE_CHECKING:
    from voice_recordings.recorder.live_session import LiveSession
    from voice_recordings.recordings.recording import Reason


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the producer's bytes are safe, and why no more are taken, once none are."""

    committed_bytes: int
    ended: "Reason | None"


class Producer:
    """Writes to a session until a newer producer does."""

    def __init__(self, session: "LiveSession") -> None:
        self._session = session
        self._news = asyncio.Event()
        self._error: VoiceRecordingsError | None = None
        self._left = False

    async def write(self, offset: int, audio: bytes) -> None:
        """Takes audio in; waits while too much of it is not yet safe.

        No audio at all shows that the producer is there. Audio behind the end
        of the recording is dropped. Raises `OffsetOutOfRange`,
        `InvalidArgument`, and what ended the stream.
        """
        self._check()
        await self._session.write(self, offset, audio)

    async def finish(self) -> None:
        """Ends the recording behind what has been written."""
        self._check()
        await self._session.finish()

    async def leave(self) -> None:
        """Commits what has been written; `progress` ends then, the recording does not."""
        await self._session.commit()
        self._left = True
        self._news.set()

    async def progress(self) -> AsyncIterator[Progress]:
        """Where to go on, at once, and then each time more is safe; the newest alone.

        Ends with the recording or when the producer leaves. Raises what ended
        the stream.
        """
        told: Progress | None = None
        while True:
            self._news.clear()
            self._check()
            left = self._left
            now = Progress(self._session.committed_bytes, self._session.ended)
            if now != told:
                told = now
                yield now
            if now.ended is not None or left:
                return
            await self._news.wait()

    def tell(self) -> None:
        """There is progress."""
        self._news.set()

    def fail(self, error: VoiceRecordingsError) -> None:
        """Ends the stream, but not the recording."""
        self._error = self._error or error
        self._news.set()

    def replaced(self) -> None:
        """A newer producer has come."""
        self.fail(ProducerReplaced())

    def _check(self) -> None:
        if self._error is not None:
            raise self._error
