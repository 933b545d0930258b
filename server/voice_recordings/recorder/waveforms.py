"""The outlines of recordings, as they were kept when their audio was processed."""

from voice_recordings.audio.waveform import Waveform
from voice_recordings.errors import NoAudio, RecordingNotFound, StorageFailed
from voice_recordings.recordings.names import RecordingName
from voice_recordings.recordings.ports import MediaStore, RecordingStore
from voice_recordings.recordings.recording import Succeeded


class Waveforms:
    """Finds them again."""

    def __init__(self, recordings: RecordingStore, media: MediaStore) -> None:
        self._recordings = recordings
        self._media = media

    async def get(self, name: RecordingName) -> Waveform:
        """The outline of a recording.

        Raises `RecordingNotFound`, `NoAudio` and `StorageFailed`.
        """
        recording = await self._recordings.get(name)
        if recording is None:
            raise RecordingNotFound(resource=("Recording", str(name)))
        if not isinstance(recording.ending, Succeeded) or recording.ending.waveform is None:
            raise NoAudio(f"{name} is {recording.state.value} and has no audio")
        kept = b"".join([piece async for piece in self._media.read(recording.ending.waveform)])
        try:
            return Waveform.from_bytes(kept)
        except ValueError as error:
            raise StorageFailed from error
