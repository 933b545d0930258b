"""Importing a file: bytes in, a pending recording out, finished in the background."""

import asyncio
from collections.abc import AsyncIterator, Callable

from voice_recordings.audio.silence import Thresholds
from voice_recordings.clock import Clock
from voice_recordings.errors import RecordingExists, StoreUnavailable, VoiceRecordingsError
from voice_recordings.recorder.encoded import EncodedFiles
from voice_recordings.recorder.leases import LEASE_SECONDS
from voice_recordings.recorder.orders import Fingerprint, ImportOrder
from voice_recordings.recorder.processing import Processed
from voice_recordings.recorder.to_its_end import to_its_end
from voice_recordings.recorder.upload import Upload
from voice_recordings.recorder.workers import Workers
from voice_recordings.recordings.names import RecordingName
from voice_recordings.recordings.ports import Intake, MediaStore, RecordingStore, Spool
from voice_recordings.recordings.recording import Recording


class Importer:
    """Takes files in."""

    def __init__(
        self,
        recordings: RecordingStore,
        spool: Spool,
        media: MediaStore,
        workers: Workers,
        clock: Clock,
        *,
        files: EncodedFiles,
        new_id: Callable[[], str],
        thresholds: Thresholds,
    ) -> None:
        self._recordings = recordings
        self._spool = spool
        self._media = media
        self._workers = workers
        self._files = files
        self._clock = clock
        self._new_id = new_id
        self._thresholds = thresholds
        # Folders that are being written to and have no recording yet, which are not orphans.
        self.uploads: set[str] = set()

    async def take(self, order: ImportOrder, pieces: AsyncIterator[bytes]) -> Recording:
        """Answers when every byte is safe and the file has been understood.

        Raises `NotAudio` for a file that cannot be read, `InvalidArgument` for
        one that is too large, and `RecordingExists` when the id is taken by
        other content. None of these leaves anything behind.
        """
        name = RecordingName(
            order.call.project, order.call.call, order.recording_id or self._new_id()
        )
        existing = await self._recordings.get(name) if order.recording_id else None
        if existing is not None:
            return await self._repeated(existing, order, pieces)
        upload = Upload(
            self._workers,
            self._spool,
            order,
            self._new_id(),
            files=self._files,
            thresholds=self._thresholds,
        )
        self.uploads.add(upload.media_key)
        try:
            return await self._create(name, order, upload, pieces)
        except RecordingExists:
            # Another import of the same id was quicker.
            await self._abandon(upload)
            existing = await self._recordings.get(name)
            if existing is None or existing.fingerprint != upload.fingerprint:
                raise
            return existing
        except BaseException:
            if not upload.needed:
                await self._abandon(upload)
            raise
        finally:
            self.uploads.discard(upload.media_key)

    async def _create(
        self,
        name: RecordingName,
        order: ImportOrder,
        upload: Upload,
        pieces: AsyncIterator[bytes],
    ) -> Recording:
        intake, processing = await upload.receive(pieces)
        now = self._clock.now()
        recording = Recording(
            name=name,
            source=order.source,
            channel_count=intake.format.channel_count,
            post_processing=order.post_processing,
            start_time=order.start_time or now,
            create_time=now,
            ready_uri=order.ready_uri,
            media_key=upload.media_key,
            fingerprint=upload.fingerprint,
        )
        await to_its_end(self._write_down(recording, intake, upload, processing))
        return recording

    async def _write_down(
        self,
        recording: Recording,
        intake: Intake,
        upload: Upload,
        processing: "asyncio.Task[Processed]",
    ) -> None:
        """Makes it a recording, which goes on though its caller may have gone."""
        upload.needed = True
        try:
            lease = await self._recordings.create(recording, intake, LEASE_SECONDS)
        except Exception as error:
            upload.cancel()
            # Where the store did not answer, the row may be there all the same, and then it
            # needs its audio; if it is not, the folder belongs to nobody and is swept.
            refused = isinstance(error, VoiceRecordingsError)
            upload.needed = not refused or isinstance(error, StoreUnavailable)
            raise
        self._workers.finish(recording, lease, intake, processing)

    async def _repeated(
        self, existing: Recording, order: ImportOrder, pieces: AsyncIterator[bytes]
    ) -> Recording:
        digest = Fingerprint(order)
        async for piece in pieces:
            digest.add(piece)
        if digest.value() != existing.fingerprint:
            raise RecordingExists(resource=("Recording", str(existing.name)))
        return existing

    async def _abandon(self, upload: Upload) -> None:
        upload.cancel()
        await self._media.purge(upload.media_key)
