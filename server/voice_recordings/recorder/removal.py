"""Deleting a recording, with all its audio, in whatever state it is."""

from voice_recordings.errors import RecordingNotFound
from voice_recordings.recorder.workers import Workers
from voice_recordings.recordings.names import RecordingName
from voice_recordings.recordings.ports import MediaStore, RecordingStore
from voice_recordings.recordings.recording import Recording


class Remover:
    """Deletes recordings."""

    def __init__(self, recordings: RecordingStore, media: MediaStore, workers: Workers) -> None:
        self._recordings = recordings
        self._media = media
        self._workers = workers

    async def delete(self, name: RecordingName) -> Recording:
        """Gives the recording as it was. Raises `RecordingNotFound`.

        The row goes first: from then on links are dead, and audio that a crash
        leaves behind belongs to nobody and is swept.
        """
        recording = await self._recordings.delete(name)
        if recording is None:
            raise RecordingNotFound(resource=("Recording", str(name)))
        await self._workers.drop(name)
        await self._media.purge(recording.media_key)
        return recording
