"""Joining what a recording was stored in into one object a file, in the background."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from voice_recordings.clock import Clock
from voice_recordings.errors import StorageFailed, StoreUnavailable
from voice_recordings.recordings.media import AudioFile
from voice_recordings.recordings.ports import MediaStore, ObjectJoiner, RecordingStore
from voice_recordings.recordings.recording import Recording, Succeeded

_log = logging.getLogger(__name__)


class Compactor:
    """Joins one file at a time; what it leaves behind is swept.

    What a crash prevents is made up for by the sweep that finds it.
    """

    def __init__(
        self,
        recordings: RecordingStore,
        media: MediaStore,
        joiner: ObjectJoiner,
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        self._recordings = recordings
        self._media = media
        self._joiner = joiner
        self._clock = clock
        self._new_id = new_id
        self._one_at_a_time = asyncio.Lock()
        # Folders in which objects are made that no recording names yet.
        self.joining: set[str] = set()

    def offer(self, recording: Recording) -> None:
        """Compacts a recording that has just succeeded, when nothing else is to be compacted."""

        async def work() -> None:
            async with self._one_at_a_time:
                await self.compact(recording)

        key = f"compact {recording.media_key}"
        self._clock.schedule(self._clock.now(), key, work)

    async def compact(self, recording: Recording) -> bool:
        """Whether its files are one object each now. Failures are logged: it goes on as it is."""
        ending, folder = recording.ending, recording.media_key
        if not isinstance(ending, Succeeded) or folder in self.joining:
            return False
        if all(audio.is_whole for audio in ending.audio):
            return True
        self.joining.add(folder)
        try:
            joined = tuple([await self._join(recording, audio) for audio in ending.audio])
            return await self._recordings.rearrange(recording, joined)
        except (StorageFailed, StoreUnavailable) as error:
            _log.warning("%s could not be compacted: %s", recording.name, error)
            return False
        finally:
            self.joining.discard(folder)

    async def _join(self, recording: Recording, audio: AudioFile) -> AudioFile:
        if audio.is_whole:
            return audio
        key = f"{recording.media_key}/whole-{self._new_id()}.{audio.encoding.suffix}"
        segment = await self._joiner.join(key, self._pieces(audio), audio.encoding.value)
        if segment.length != audio.size_bytes:
            raise StorageFailed(f"{key} has {segment.length} bytes, not {audio.size_bytes}")
        await self._media.check([segment])
        return replace(audio, head=b"", segments=(segment,))

    async def _pieces(self, audio: AudioFile) -> AsyncIterator[bytes]:
        for part in audio.between(0, audio.size_bytes):
            if isinstance(part, bytes):
                yield part
            else:
                async for piece in self._media.read(part):
                    yield piece
