"""Files that are kept as they came in, and decoded by a process of their own."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

from voice_recordings.audio.claims import not_audio
from voice_recordings.audio.headers import HEAD_BYTES, Head, id3_bytes, read_head
from voice_recordings.audio.notes import Note
from voice_recordings.audio.wav import HEADER_BYTES, MAX_WAV_BYTES
from voice_recordings.errors import AudioTooLarge, StorageFull
from voice_recordings.recorder.arrivals import Arrivals
from voice_recordings.recorder.decoding.decoders import Decoders
from voice_recordings.recorder.processing import Processed, Processing
from voice_recordings.recordings.ports import Spool

MAX_FILE_BYTES = 2**31 - 1
MAX_PCM_BYTES = MAX_WAV_BYTES - HEADER_BYTES
_PIECE_BYTES = 256 * 1024
_TAG_HEAD_BYTES = 10


class EncodedFiles:
    """Reads encoded files in the spool."""

    def __init__(
        self, spool: Spool, decoders: Decoders, *, max_pcm_bytes: int = MAX_PCM_BYTES
    ) -> None:
        self._spool = spool
        self._decoders = decoders
        self._max_pcm_bytes = max_pcm_bytes

    async def head(self, file_key: str, file_bytes: int) -> Head:
        """What a file of this size says of itself.

        Raises `NotAudio`, `AudioTooLarge` when it says that it is, and `StorageFailed`.
        """

        async def read(start: int, length: int) -> bytes:
            return await self._spool.read(file_key, start, min(start + length, file_bytes))

        start = 0
        # A tag may be any length, and another may follow; the spool is read, not memory.
        while tag_bytes := id3_bytes(await read(start, _TAG_HEAD_BYTES)):
            start += tag_bytes
            if start >= file_bytes:
                raise not_audio("it ends within its ID3 tag")
        head = read_head(await read(start, HEAD_BYTES))
        if head.samples and head.samples * head.source.pcm.frame_bytes > self._max_pcm_bytes:
            raise too_large()
        return head

    async def process(
        self,
        file_key: str,
        file_bytes: int,
        pcm_key: str,
        processing: Processing,
        arrivals: Arrivals,
    ) -> Processed:
        """Decodes a file of this size into the spool, and processes the audio as it gets there.

        Raises `DecodeFailed`, `DecoderLost`, `AudioTooLarge` and `StorageFailed`.
        Nothing of this attempt is left on a disk that is full.
        """
        running = asyncio.create_task(processing.run(arrivals))
        try:
            notes = await self._decode(file_key, file_bytes, pcm_key, arrivals)
            arrivals.complete()
            return replace(await running, notes=notes)
        except BaseException as error:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            if isinstance(error, StorageFull):
                # Another attempt has PCM of its own.
                await processing.discard(pcm_key)
            raise

    async def _decode(
        self, file_key: str, file_bytes: int, pcm_key: str, arrivals: Arrivals
    ) -> tuple[Note, ...]:
        head = await self.head(file_key, file_bytes)
        writer = await self._spool.open(pcm_key)
        try:

            async def append(pcm: bytes) -> None:
                if writer.appended_bytes + len(pcm) > self._max_pcm_bytes:
                    raise too_large()
                await writer.append(pcm)
                arrivals.arrived(writer.appended_bytes)

            pieces = self._pieces(file_key, file_bytes)
            notes = await self._decoders.decode(head, pieces, append)
            await writer.commit()
        finally:
            await writer.close()
        return notes

    async def _pieces(self, file_key: str, file_bytes: int) -> AsyncIterator[bytes]:
        for start in range(0, file_bytes, _PIECE_BYTES):
            end = min(start + _PIECE_BYTES, file_bytes)
            yield await self._spool.read(file_key, start, end)


def too_large() -> AudioTooLarge:
    """The error of audio that would not fit a WAV."""
    return AudioTooLarge.of("file.data", f"makes a WAV of over {MAX_WAV_BYTES} bytes")
