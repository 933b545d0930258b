"""Recordings in a SQL database."""

from collections.abc import Sequence
from dataclasses import replace

from voice_recordings.errors import (
    CallBeingRecorded,
    RecordingExists,
    StaleAttempt,
    StoreUnavailable,
)
from voice_recordings.recordings.delivery import Delivery
from voice_recordings.recordings.media import AudioFile
from voice_recordings.recordings.names import Parent, RecordingName
from voice_recordings.recordings.paging import PageKey
from voice_recordings.recordings.ports import Intake, Lease
from voice_recordings.recordings.recording import Ending, Recording, Succeeded
from voice_recordings.recordings.session import Session
from voice_recordings.storage.sql import rows
from voice_recordings.storage.sql.database import Database, Transaction
from voice_recordings.storage.sql.documents import microseconds, time_of
from voice_recordings.storage.sql.statements import RecordingStatements

_SECOND = 1_000_000
# Sorts after every id: they are ASCII, this is the last of it.
_ABOVE_ALL_IDS = "\x7f"


class SqlRecordings:
    """A `RecordingStore` over any `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._run = RecordingStatements(database.dialect)

    async def create(self, recording: Recording, intake: Intake, lease_seconds: float) -> Lease:
        """Keeps a pending recording; see `RecordingStore.create`."""
        name = recording.name
        row = rows.new_recording(recording, intake) | self._until(lease_seconds)

        def work(again: bool) -> Transaction[Lease]:  # noqa: FBT001 - see Database.transact
            if made := (yield self._run.create, row):
                return Lease(name, recording.media_key, 1, time_of(made[0][0]))
            for media_key, until in (yield self._run.claimed, rows.key(name)):
                if again and media_key == recording.media_key and until is not None:
                    return Lease(name, media_key, 1, time_of(until))
                raise RecordingExists(resource=("Recording", str(name)))
            for call, running in (yield self._run.recorded, rows.key(name)):
                raise CallBeingRecorded.by(str(RecordingName(name.project, call, running)))
            raise StoreUnavailable("what stood in the way is gone; try again")

        return await self._database.transact(work)

    async def get(self, name: RecordingName) -> Recording | None:
        """The recording of this name."""
        found = await self._database.fetch(self._run.get, rows.key(name))
        return rows.recording_of(found[0]) if found else None

    async def find(self, name: RecordingName) -> rows.StoredRow | None:
        """The recording of this name, not read yet."""
        found = await self._database.fetch(self._run.get, rows.key(name))
        return rows.StoredRow(found[0]) if found else None

    async def session(self, name: RecordingName) -> tuple[Recording, Session] | None:
        """The recording of this name and how it was made."""
        found = await self._database.fetch(self._run.session, rows.key(name))
        if not found:
            return None
        recording = rows.recording_of(found[0])
        return recording, rows.session_of(found[0][rows.RECORDING_COLUMNS])

    async def page(
        self, parent: Parent, limit: int, before: PageKey | None
    ) -> tuple[rows.StoredRow, ...]:
        """A page of recordings; see `RecordingStore.page`."""
        run = self._run
        if parent.call is None:
            statement = run.page_of_project if before is None else run.page_of_project_below
        else:
            statement = run.page_of_call if before is None else run.page_of_call_below
        parameters: dict[str, object] = {"project": parent.project, "limit": limit}
        if parent.call is not None:
            parameters["call"] = parent.call
        if before is not None:
            parameters |= _below(parent, before)
        return tuple(map(rows.StoredRow, await self._database.fetch(statement, parameters)))

    async def delete(self, name: RecordingName) -> Recording | None:
        """Forgets the recording; see `RecordingStore.delete`."""

        def work(again: bool) -> Transaction[Recording | None]:  # noqa: ARG001, FBT001 - see Database.transact
            deleted = yield self._run.delete, rows.key(name)
            yield self._run.delete_deliveries, rows.key(name)
            return rows.recording_of(deleted[0]) if deleted else None

        return await self._database.transact(work)

    async def renew(self, lease: Lease, lease_seconds: float) -> Lease:
        """Holds the recording for longer; see `RecordingStore.renew`."""
        held = self._held(lease) | self._until(lease_seconds)
        renewed = await self._database.fetch(self._run.renew, held)
        if not renewed:
            raise StaleAttempt(resource=("Recording", str(lease.name)))
        return replace(lease, until=time_of(renewed[0][0]))

    async def seize(
        self, name: RecordingName, lease_seconds: float
    ) -> tuple[Lease, Recording, Intake] | None:
        """Leases a pending recording, whoever holds it; see `RecordingStore.seize`."""
        which = rows.key(name) | self._until(lease_seconds)
        seized = await self._database.fetch(self._run.seize, which)
        return rows.work_of(seized[0]) if seized else None

    async def keep_session(self, lease: Lease, session: Session) -> None:
        """Keeps how far it has come; see `RecordingStore.keep_session`."""
        is_live = session.live is not None and session.live.closed is None
        statement = self._run.keep_session if is_live else self._run.close_session
        change = self._held(lease) | rows.kept_session(session)
        if not await self._database.fetch(statement, change):
            raise StaleAttempt(resource=("Recording", str(lease.name)))

    async def take_over(
        self, limit: int, lease_seconds: float
    ) -> tuple[tuple[Lease, Recording, Intake], ...]:
        """Leases what nobody works on any more; see `RecordingStore.take_over`."""
        now = {"now": self._database.now()}
        lapsed = await self._database.fetch(self._run.lapsed, {"limit": limit, **now})
        if not lapsed:
            return ()
        # Judged again in the statement itself: another caller may be quicker.
        oldest_first = [row[0] for row in lapsed]
        keys = {"media_keys": self._database.several(oldest_first)}
        taken = await self._database.fetch(self._run.take_over, keys | self._until(lease_seconds))
        works = {work[1].media_key: work for work in map(rows.work_of, taken)}
        return tuple(works[key] for key in oldest_first if key in works)

    async def end(self, lease: Lease, ending: Ending, session: Session) -> Recording:
        """Ends the recording; see `RecordingStore.end`."""
        change = rows.ended(ending, session)

        def work(again: bool) -> Transaction[Recording]:  # noqa: FBT001 - see Database.transact
            found = yield self._run.end, self._held(lease) | change
            if found:
                recording = rows.recording_of(found[0])
                delivery = Delivery.of(recording, session.origin)
                if delivery is not None:
                    yield self._run.add_delivery, rows.new_delivery(delivery)
                return recording
            if again:
                # Committed before the connection broke: a fence has one holder.
                same = {**self._held(lease), "new_ending": change["new_ending"]}
                found = yield self._run.ended, same
                if found:
                    return rows.recording_of(found[0])
            raise StaleAttempt(resource=("Recording", str(lease.name)))

        return await self._database.transact(work)

    async def rearrange(self, recording: Recording, audio: Sequence[AudioFile]) -> bool:
        """Keeps other segments for the same files; see `RecordingStore.rearrange`."""
        ending = recording.ending
        if not isinstance(ending, Succeeded):
            return False
        change = rows.rearranged(recording, replace(ending, audio=tuple(audio)))
        return bool(await self._database.fetch(self._run.rearrange, change))

    async def by_media_key(self, media_keys: Sequence[str]) -> tuple[Recording, ...]:
        """The recordings these folders belong to; see `RecordingStore.by_media_key`."""
        keys = {"media_keys": self._database.several(media_keys)}
        return tuple(
            map(rows.recording_of, await self._database.fetch(self._run.by_media_key, keys))
        )

    async def free_leases(self) -> None:
        """Ends every lease: nobody else can be at work, and the holders are gone."""
        await self._database.fetch(self._run.free, {"now": self._database.now()})

    def _until(self, lease_seconds: float) -> dict[str, object]:
        return {"now": self._database.now(), "lease_microseconds": round(lease_seconds * _SECOND)}

    def _held(self, lease: Lease) -> dict[str, object]:
        held = {"held_media_key": lease.media_key, "fence": lease.fence}
        return rows.key(lease.name) | held


def _below(parent: Parent, before: PageKey) -> dict[str, object]:
    """The parameters of a page below a key, which may be of another call than the parent's."""
    recording = before.recording
    if parent.call is not None and parent.call != before.call:
        recording = _ABOVE_ALL_IDS if parent.call < before.call else ""
    below: dict[str, object] = {
        "create_time": microseconds(before.create_time),
        "before_recording": recording,
    }
    if parent.call is None:
        below["before_call"] = before.call
    return below
