"""One file coming in: decoded, spooled, and processed beside."""

import asyncio
from collections.abc import AsyncIterator

from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.silence import Thresholds
from voice_recordings.audio.wav import HEADER_BYTES, MAX_WAV_BYTES
from voice_recordings.audio.wav_reader import WavReader
from voice_recordings.errors import AudioTooLarge, NotAudio
from voice_recordings.recorder.arrivals import Arrivals
from voice_recordings.recorder.orders import Fingerprint, ImportOrder
from voice_recordings.recorder.processing import Processed
from voice_recordings.recorder.workers import Workers, pcm_key
from voice_recordings.recordings.ports import Intake, Spool, SpoolWriter
from voice_recordings.recordings.recording import PostProcessing
from voice_recordings.recordings.session import Input, Session

_FIRST_ATTEMPT = 1
_MAX_PCM_BYTES = MAX_WAV_BYTES - HEADER_BYTES


class Upload:
    """Takes in the pieces of a file, each no longer than it stays in memory."""

    def __init__(
        self,
        workers: Workers,
        spool: Spool,
        order: ImportOrder,
        media_key: str,
        thresholds: Thresholds,
    ) -> None:
        self.media_key = media_key
        self._workers = workers
        self._spool = spool
        self._trim = PostProcessing.TRIM_SILENCE in order.post_processing
        self._thresholds = thresholds
        self._reader = WavReader()
        self._digest = Fingerprint(order)
        self._arrivals = Arrivals()
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
        size_bytes = 0
        writer = await self._spool.open(pcm_key(self.media_key))
        try:
            async for piece in pieces:
                size_bytes += len(piece)
                self._digest.add(piece)
                await self._append(writer, self._reader.feed(piece))
            await self._append(writer, self._reader.finish())
            await writer.commit()
        finally:
            await writer.close()
        processing = self._begun()
        self._arrivals.complete()
        return self._intake(size_bytes), processing

    def cancel(self) -> None:
        """Stops the processing."""
        if self._processing is not None:
            self._processing.cancel()

    async def _append(self, writer: SpoolWriter, pcm: bytes) -> None:
        if not pcm:
            return
        if writer.appended_bytes + len(pcm) > _MAX_PCM_BYTES:
            raise AudioTooLarge.of("file.data", f"makes a WAV of over {MAX_WAV_BYTES} bytes")
        await writer.append(pcm)
        self._arrivals.arrived(writer.appended_bytes)
        self._begun()

    def _begun(self) -> "asyncio.Task[Processed]":
        if self._processing is None:
            self._processing = self._workers.begin(
                self.media_key,
                _FIRST_ATTEMPT,
                self._format(),
                self._thresholds,
                trim=self._trim,
                arrivals=self._arrivals,
            )
        return self._processing

    def _format(self) -> PcmFormat:
        source = self._reader.source
        if source is None:
            raise NotAudio.of("file.data", "has no readable header")
        return PcmFormat(source.sample_rate_hertz, source.channel_count)

    def _intake(self, size_bytes: int) -> Intake:
        source = self._reader.source
        if source is None:
            raise NotAudio.of("file.data", "has no readable header")
        came_in = Input(
            container=source.container,
            codec=source.codec,
            sample_rate_hertz=source.sample_rate_hertz,
            channel_count=source.channel_count,
            size_bytes=size_bytes,
        )
        session = Session(came_in, self._thresholds, notes=tuple(self._reader.notes))
        return Intake(self._format(), session)
