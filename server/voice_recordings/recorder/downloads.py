"""A file as it is downloaded: as it is kept, or with one channel made of two on the way."""

from collections.abc import AsyncIterator
from typing import Protocol

from voice_recordings.audio.channels import mix_down, one_leg
from voice_recordings.audio.format import SAMPLE_BYTES, PcmFormat
from voice_recordings.audio.wav import HEADER_BYTES, wav_header
from voice_recordings.recordings.media import AudioFile, Encoding
from voice_recordings.recordings.names import RecordingName
from voice_recordings.recordings.ports import MediaStore
from voice_recordings.recordings.selection import Selection

_STEREO_BYTES = 2 * SAMPLE_BYTES


class SelectiveLinkMaker(Protocol):
    """Makes the download URI of a file, good from now on."""

    def __call__(
        self, name: RecordingName, audio: AudioFile, selection: Selection = Selection.ALL
    ) -> str:
        """The URI; a selection is part of what is signed."""
        ...


class Download(Protocol):
    """Bytes that can be had from any position on."""

    @property
    def etag(self) -> str:
        """What these bytes alone have."""
        ...

    @property
    def size_bytes(self) -> int:
        """How many there are."""
        ...

    def read(self, media: MediaStore, start: int, end: int) -> AsyncIterator[bytes]:
        """Bytes `start` to `end` (exclusive), in pieces. Raises `StorageFailed`."""
        ...


def download_of(audio: AudioFile, channel_count: int, selection: Selection) -> Download | None:
    """What to serve for a file of so many channels, or None where there is no such selection.

    Only a WAV has channels to choose from: an MP3 would have to be made anew.
    """
    if selection is Selection.ALL:
        return Whole(audio)
    if audio.encoding is not Encoding.PCM_16BIT:
        return None
    if channel_count == 1:
        return None if selection is Selection.CHILD_LEG else Whole(audio)
    return OneOfTwo(audio, selection)


class Whole:
    """A file as it is kept."""

    def __init__(self, audio: AudioFile) -> None:
        self._audio = audio

    @property
    def etag(self) -> str:
        """The file's own."""
        return self._audio.etag

    @property
    def size_bytes(self) -> int:
        """The file's length."""
        return self._audio.size_bytes

    async def read(self, media: MediaStore, start: int, end: int) -> AsyncIterator[bytes]:
        """Bytes of the file; see `Download.read`."""
        for stretch in self._audio.between(start, end):
            if isinstance(stretch, bytes):
                yield stretch
            else:
                async for piece in media.read(stretch):
                    yield piece


class OneOfTwo:
    """A mono WAV made of a stereo one while it is read."""

    def __init__(self, audio: AudioFile, selection: Selection) -> None:
        self._stereo = Whole(audio)
        self._selection = selection
        samples = (audio.size_bytes - HEADER_BYTES) // _STEREO_BYTES
        self._data_bytes = samples * SAMPLE_BYTES
        self._head = wav_header(PcmFormat(audio.sample_rate_hertz, 1), self._data_bytes)

    @property
    def etag(self) -> str:
        """The file's, and which channel."""
        return self._stereo.etag + self._selection.suffix

    @property
    def size_bytes(self) -> int:
        """A header, and half of the audio."""
        return len(self._head) + self._data_bytes

    async def read(self, media: MediaStore, start: int, end: int) -> AsyncIterator[bytes]:
        """Bytes of the mono file; see `Download.read`."""
        if start < len(self._head):
            yield self._head[start:end]
        first, last = max(start - len(self._head), 0), end - len(self._head)
        if last <= first:
            return
        # Whole samples are read, and what was not asked for is cut off at both ends.
        sample, stop = first // SAMPLE_BYTES, -(-last // SAMPLE_BYTES)
        skip, left = first % SAMPLE_BYTES, last - first
        async for mono in self._mono(media, sample, stop):
            piece = mono[skip : skip + left]
            skip, left = 0, left - len(piece)
            yield piece

    async def _mono(self, media: MediaStore, sample: int, stop: int) -> AsyncIterator[bytes]:
        start, end = (HEADER_BYTES + at * _STEREO_BYTES for at in (sample, stop))
        rest = b""
        async for piece in self._stereo.read(media, start, end):
            stereo = rest + piece
            whole = len(stereo) - len(stereo) % _STEREO_BYTES
            rest = stereo[whole:]
            if not whole:
                continue
            if self._selection is Selection.MIX:
                yield mix_down(stereo[:whole])
            else:
                channel = 0 if self._selection is Selection.PARENT_LEG else 1
                yield one_leg(stereo[:whole], channel)
