"""Deleting a recording, with all its audio, in whatever state it is."""

import logging
from collections.abc import Awaitable, Callable

from voice_recordings.errors import RecordingNotFound, StorageFailed
from voice_recordings.recorder.to_its_end import to_its_end
from voice_recordings.recorder.workers import Workers
from voice_recordings.recordings.names import RecordingName
from voice_recordings.recordings.ports import MediaStore, RecordingStore
from voice_recordings.recordings.recording import Recording

_log = logging.getLogger(__name__)


class Remover:
    """Deletes recordings."""

    def __init__(
        self,
        recordings: RecordingStore,
        media: MediaStore,
        workers: Workers,
        *,
        on_deleted: Callable[[Recording], Awaitable[None]] | None = None,
    ) -> None:
        """`on_deleted` breaks off what else is under way for a recording: audio, webhook."""
        self._recordings = recordings
        self._media = media
        self._workers = workers
        self._on_deleted = on_deleted

    async def delete(self, name: RecordingName) -> Recording:
        """Gives the recording as it was. Raises `RecordingNotFound`.

        The row goes first: from then on links are dead, and audio that a crash
        leaves behind belongs to nobody and is swept. What is under way for it is
        broken off though the caller may have gone: it would go on for the next of its name.
        """
        return await to_its_end(self._delete(name))

    async def _delete(self, name: RecordingName) -> Recording:
        recording = await self._recordings.delete(name)
        if recording is None:
            raise RecordingNotFound(resource=("Recording", str(name)))
        await self._workers.drop(recording)
        if self._on_deleted is not None:
            await self._on_deleted(recording)
        try:
            await self._media.purge(recording.media_key)
        except StorageFailed:
            _log.exception("audio of a deleted recording is left to be swept")
        return recording
