"""Files that are kept as they came in, and decoded by a process of their own."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import replace

from voice_recordings.audio.claims import not_audio
from voice_recordings.audio.headers import HEAD_BYTES, Head, id3_bytes, read_head
from voice_recordings.audio.notes import Note
from voice_recordings.audio.wav import HEADER_BYTES, MAX_WAV_BYTES
from voice_recordings.errors import AudioTooLarge
from voice_recordings.recorder.arrivals import Arrivals
from voice_recordings.recorder.decoding.decoders import Decoders
from voice_recordings.recorder.processing import Processed, Processing
from voice_recordings.recordings.ports import Spool

MAX_FILE_BYTES = 2**31 - 1
MAX_PCM_BYTES = MAX_WAV_BYTES - HEADER_BYTES
_PIECE_BYTES = 256 * 1024


class EncodedFiles:
    """Reads encoded files in the spool."""

    def __init__(
        self, spool: Spool, decoders: Decoders, *, max_pcm_bytes: int = MAX_PCM_BYTES
    ) -> None:
        self._spool = spool
        self._decoders = decoders
        self._max_pcm_bytes = max_pcm_bytes

    async def head(self, file_key: str) -> Head:
        """What a file says of itself.

        Raises `NotAudio`, and `AudioTooLarge` when it says that it is.
        """
        start, size = 0, await self._spool.size(file_key)
        # A tag may be any length, and another may follow; the spool is read, not memory.
        while tag_bytes := id3_bytes(await self._spool.read(file_key, start, start + 10)):
            start += tag_bytes
            if start >= size:
                raise not_audio("it ends within its ID3 tag")
        head = read_head(await self._spool.read(file_key, start, start + HEAD_BYTES))
        if head.samples and head.samples * head.source.pcm.frame_bytes > self._max_pcm_bytes:
            raise too_large()
        return head

    async def process(
        self, file_key: str, pcm_key: str, processing: Processing, arrivals: Arrivals
    ) -> Processed:
        """Decodes a file into the spool, and processes the audio as it gets there.

        Raises `DecodeFailed`, `AudioTooLarge` and `StorageFailed`.
        """
        running = asyncio.create_task(processing.run(arrivals))
        try:
            notes = await self._decode(file_key, pcm_key, arrivals)
        except BaseException:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            raise
        arrivals.complete()
        return replace(await running, notes=notes)

    async def _decode(self, file_key: str, pcm_key: str, arrivals: Arrivals) -> tuple[Note, ...]:
        head = await self.head(file_key)
        writer = await self._spool.open(pcm_key)
        try:

            async def append(pcm: bytes) -> None:
                if writer.appended_bytes + len(pcm) > self._max_pcm_bytes:
                    raise too_large()
                await writer.append(pcm)
                arrivals.arrived(writer.appended_bytes)

            notes = await self._decoders.decode(head, self._pieces(file_key), append)
            await writer.commit()
        finally:
            await writer.close()
        return notes

    async def _pieces(self, file_key: str) -> AsyncIterator[bytes]:
        for start in itertools.count(0, _PIECE_BYTES):
            piece = await self._spool.read(file_key, start, start + _PIECE_BYTES)
            if not piece:
                return
            yield piece


def too_large() -> AudioTooLarge:
    """The error of audio that would not fit a WAV."""
    return AudioTooLarge.of("file.data", f"makes a WAV of over {MAX_WAV_BYTES} bytes")
