"""One file coming in: understood, spooled, and processed beside if it can be."""

import asyncio
from collections.abc import AsyncIterator

from voice_recordings.audio.claims import not_audio
from voice_recordings.audio.container import SNIFF_BYTES, Container, sniff
from voice_recordings.audio.format import SourceFormat
from voice_recordings.audio.notes import Note
from voice_recordings.audio.silence import Thresholds
from voice_recordings.audio.wav_reader import WavReader
from voice_recordings.errors import AudioTooLarge, NotAudio
from voice_recordings.recorder.arrivals import Arrivals
from voice_recordings.recorder.encoded import MAX_FILE_BYTES, MAX_PCM_BYTES, EncodedFiles, too_large
from voice_recordings.recorder.orders import Fingerprint, ImportOrder
from voice_recordings.recorder.processing import FILE_PIECE_BYTES, Processed
from voice_recordings.recorder.workers import Workers, file_key, pcm_key
from voice_recordings.recordings.ports import Intake, Spool, SpoolWriter
from voice_recordings.recordings.recording import PostProcessing
from voice_recordings.recordings.session import Input, Session
from voice_recordings.telemetry.origin import origin

_FIRST_ATTEMPT = "1"


class Upload:
    """Takes in the pieces of a file, each no longer than it stays in memory."""

    def __init__(
        self,
        workers: Workers,
        spool: Spool,
        order: ImportOrder,
        media_key: str,
        *,
        files: EncodedFiles,
        thresholds: Thresholds,
    ) -> None:
        self.media_key = media_key
        # Whether there may be a recording by now whose audio this is.
        self.needed = False
        self._workers = workers
        self._spool = spool
        self._files = files
        self._trim = PostProcessing.TRIM_SILENCE in order.post_processing
        self._thresholds = thresholds
        self._digest = Fingerprint(order)
        self._size_bytes = 0
        self._arrivals = Arrivals()
        self._pcm: list[bytes] = []
        self._pcm_bytes = 0
        self._processing: asyncio.Task[Processed] | None = None

    @property
    def fingerprint(self) -> bytes:
        """The digest of the order and of all bytes received."""
        return self._digest.value()

    async def receive(
        self, pieces: AsyncIterator[bytes]
    ) -> "tuple[Intake, asyncio.Task[Processed]]":
        """Takes all the pieces in; gives what the file said of itself, and its processing.

        Raises `NotAudio` and `AudioTooLarge`.
        """
        counted = self._count(pieces)
        head = b""
        async for piece in counted:
            head += piece
            if len(head) >= SNIFF_BYTES:
                break
        container = sniff(head)
        if container is None:
            raise not_audio("it is not a WAV, MP3, FLAC or Ogg file")
        if container is Container.WAV:
            return await self._receive_wav(head, counted)
        return await self._receive_encoded(head, counted)

    def cancel(self) -> None:
        """Stops the processing."""
        if self._processing is not None:
            self._processing.cancel()

    async def _count(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for piece in pieces:
            self._size_bytes += len(piece)
            self._digest.add(piece)
            yield piece

    async def _receive_wav(
        self, head: bytes, pieces: AsyncIterator[bytes]
    ) -> "tuple[Intake, asyncio.Task[Processed]]":
        """Reads the file as it comes; it is processed meanwhile."""
        reader = WavReader()
        writer = await self._spool.open(pcm_key(self.media_key))
        try:
            self._gather(reader.feed(head))
            async for piece in pieces:
                self._gather(reader.feed(piece))
                if self._pcm_bytes >= FILE_PIECE_BYTES:
                    await self._append(writer, reader)
            self._gather(reader.finish())
            await self._append(writer, reader)
            pcm_bytes = await writer.commit()
        finally:
            await writer.close()
        processing = self._begun(reader)
        self._arrivals.complete()
        notes = tuple(reader.notes)
        return self._intake(_source(reader), notes, pcm_bytes=pcm_bytes), processing

    async def _receive_encoded(
        self, head: bytes, pieces: AsyncIterator[bytes]
    ) -> "tuple[Intake, asyncio.Task[Processed]]":
        """Keeps the file as it is; a process of its own decodes it later."""
        writer = await self._spool.open(file_key(self.media_key))
        try:
            await writer.append(head)
            async for piece in pieces:
                if self._size_bytes > MAX_FILE_BYTES:
                    raise AudioTooLarge.of("file.data", f"has over {MAX_FILE_BYTES} bytes")
                await writer.append(piece)
            await writer.commit()
        finally:
            await writer.close()
        source = (await self._files.head(file_key(self.media_key), self._size_bytes)).source
        self._processing = self._workers.begin_encoded(
            self.media_key,
            _FIRST_ATTEMPT,
            self._size_bytes,
            source.pcm,
            self._thresholds,
            trim=self._trim,
        )
        return self._intake(source), self._processing

    def _gather(self, pcm: bytes) -> None:
        self._pcm.append(pcm)
        self._pcm_bytes += len(pcm)

    async def _append(self, writer: SpoolWriter, reader: WavReader) -> None:
        if not self._pcm_bytes:
            return
        if writer.appended_bytes + self._pcm_bytes > MAX_PCM_BYTES:
            raise too_large()
        gathered = b"".join(self._pcm)
        self._pcm, self._pcm_bytes = [], 0
        await writer.append(gathered)
        self._arrivals.arrived(writer.appended_bytes)
        self._begun(reader)

    def _begun(self, reader: WavReader) -> "asyncio.Task[Processed]":
        if self._processing is None:
            self._processing = self._workers.begin(
                self.media_key,
                _FIRST_ATTEMPT,
                _source(reader).pcm,
                self._thresholds,
                trim=self._trim,
                arrivals=self._arrivals,
            )
        return self._processing

    def _intake(
        self, source: SourceFormat, notes: tuple[Note, ...] = (), *, pcm_bytes: int | None = None
    ) -> Intake:
        """What is to be processed: so much PCM, or else a file that is to be decoded."""
        came_in = Input(
            container=source.container,
            codec=source.codec,
            sample_rate_hertz=source.sample_rate_hertz,
            channel_count=source.channel_count,
            size_bytes=self._size_bytes,
        )
        session = Session(
            came_in, self._thresholds, notes=notes, origin=origin.get(), pcm_bytes=pcm_bytes
        )
        return Intake(source.pcm, session, encoded=pcm_bytes is None)


def _source(reader: WavReader) -> SourceFormat:
    """What a reader that has read samples, or all there is, has found."""
    if reader.source is None:
        raise NotAudio.of("file.data", "has no readable header")
    return reader.source
