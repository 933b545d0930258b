"""Sweeping: objects that no recording needs are deleted, and damage is found."""

import logging
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from voice_recordings.clock import Clock
from voice_recordings.errors import StorageFailed, StoreUnavailable
from voice_recordings.recorder.compaction import Compactor
from voice_recordings.recordings.ports import MediaStore, RecordingStore, StoredFolder
from voice_recordings.recordings.recording import Recording, segments_of

SWEEP = timedelta(hours=24)
# An upload keeps writing to its folder, and downloads of files that have been
# rearranged end: what has not been written to for so long is nobody's.
GRACE = timedelta(hours=24)
_FOLDERS_AT_ONCE = 200

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Findings:
    """What a sweep saw: folders, and those without a recording, objects to spare, bytes missing."""

    folders: int = 0
    orphans: int = 0
    spare_objects: int = 0
    damaged: tuple[Recording, ...] = ()


class Housekeeper:
    """Compares what is stored with what recordings need."""

    def __init__(
        self,
        recordings: RecordingStore,
        media: MediaStore,
        clock: Clock,
        compactor: Compactor | None = None,
        uploads: Collection[str] = (),
    ) -> None:
        """`uploads` are, at any moment, the folders this process has yet to make recordings of.

        Times alone do not tell: object stores round theirs, and have clocks of their own.
        """
        self._recordings = recordings
        self._media = media
        self._clock = clock
        self._compactor = compactor
        self._uploads = uploads

    def begin(self, *, shared: bool) -> None:
        """Sweeps now and every day.

        What a process before this one left is swept at once, unless other
        processes share the stores: it might be theirs.
        """
        now = self._clock.now()
        self._schedule(now, now - GRACE if shared else now)

    async def sweep(self, abandoned_before: datetime, *, delete: bool = True) -> Findings:
        """Looks at everything once; deletes what was last written to before that time."""
        findings = Findings()
        folders: list[StoredFolder] = []
        async for folder in self._media.folders():
            folders.append(folder)
            if len(folders) == _FOLDERS_AT_ONCE:
                findings = await self._look(folders, abandoned_before, findings, delete=delete)
                folders = []
        return await self._look(folders, abandoned_before, findings, delete=delete)

    def _schedule(self, due: datetime, abandoned_before: datetime) -> None:
        async def sweep() -> None:
            try:
                findings = await self.sweep(abandoned_before)
                if findings.orphans or findings.spare_objects:
                    _log.info(
                        "swept %d folders and %d objects",
                        findings.orphans,
                        findings.spare_objects,
                    )
            except (StorageFailed, StoreUnavailable):
                _log.exception("a sweep broke off")
            finally:
                now = self._clock.now()
                self._schedule(now + SWEEP, now + SWEEP - GRACE)

        self._clock.schedule(due, "sweep", sweep)

    async def _look(
        self,
        folders: list[StoredFolder],
        abandoned_before: datetime,
        findings: Findings,
        *,
        delete: bool,
    ) -> Findings:
        if not folders:
            return findings
        # Before the rows are read: what has been made by now is in them.
        in_hand = {*self._uploads, *(self._compactor.joining if self._compactor else ())}
        found = await self._recordings.by_media_key([folder.name for folder in folders])
        recordings = {recording.media_key: recording for recording in found}
        for folder in folders:
            recording = recordings.get(folder.name)
            abandoned = folder.modified_time < abandoned_before and folder.name not in in_hand
            findings = replace(findings, folders=findings.folders + 1)
            if recording is None:
                if abandoned:
                    findings = replace(findings, orphans=findings.orphans + 1)
                    if delete:
                        await self._media.purge(folder.name)
            elif recording.ending is not None:
                if not _is_whole(recording, folder) and await self._is_damaged(recording):
                    _log.error("stored audio is damaged: %s", recording.name)
                    findings = replace(findings, damaged=(*findings.damaged, recording))
                spare = _spare(recording, folder) if abandoned else []
                findings = replace(findings, spare_objects=findings.spare_objects + len(spare))
                if delete:
                    await self._media.discard(spare)
                    if self._compactor is not None and abandoned:
                        await self._compactor.compact(recording)
        return findings

    async def _is_damaged(self, recording: Recording) -> bool:
        """Looks again: what has been made, joined or deleted since the listing is no damage."""
        key = [recording.media_key]
        for now in await self._recordings.by_media_key(key):
            try:
                await self._media.check(segments_of(now.ending))
            except StorageFailed:
                return now in await self._recordings.by_media_key(key)
        return False


def _spare(recording: Recording, folder: StoredFolder) -> list[str]:
    """What attempts that were lost have left, and audio that was rearranged."""
    needed = {segment.key for segment in segments_of(recording.ending)}
    return [key for key in folder.sizes if key not in needed]


def _is_whole(recording: Recording, folder: StoredFolder) -> bool:
    """Whether all of its audio was there when its folder was listed."""
    return all(
        folder.sizes.get(segment.key, 0) >= segment.offset + segment.length
        for segment in segments_of(recording.ending)
    )
