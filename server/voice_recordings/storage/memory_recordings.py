"""Recordings kept in memory, gone with the process."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from voice_recordings.clock import Clock
from voice_recordings.errors import CallBeingRecorded, RecordingExists, StaleAttempt
from voice_recordings.recordings.media import AudioFile
from voice_recordings.recordings.names import Parent, RecordingName
from voice_recordings.recordings.paging import PageKey
from voice_recordings.recordings.ports import Intake, Lease
from voice_recordings.recordings.recording import Ending, Recording, Source, Succeeded
from voice_recordings.recordings.session import Session
from voice_recordings.storage.memory_outbox import MemoryOutbox
from voice_recordings.storage.memory_rows import Order, Row


@dataclass(slots=True)
class _Work:
    """What is kept of a recording while it is pending."""

    lease: Lease
    intake: Intake


@dataclass(frozen=True, slots=True)
class Kept:
    """All that is kept of one recording: its session, or its lease and intake while pending."""

    recording: Recording
    session: Session | None = None
    lease: Lease | None = None
    intake: Intake | None = None


class Cleared(NamedTuple):
    """What has been forgotten: everybody's folder, and who was worked on or had webhooks."""

    media_keys: list[str]
    under_way: list[Recording]


class MemoryRecordings:
    """A `RecordingStore`. Methods never wait in their middle, which makes them atomic."""

    def __init__(self, clock: Clock, outbox: MemoryOutbox) -> None:
        self._clock = clock
        self._outbox = outbox
        self._rows: dict[RecordingName, Row] = {}
        self._work: dict[RecordingName, _Work] = {}
        # The live CALL_RECORDING of each call that has one.
        self._recorded: dict[Parent, RecordingName] = {}
        self._orders: dict[Parent, Order] = {}

    async def create(self, recording: Recording, intake: Intake, lease_seconds: float) -> Lease:
        """Keeps a pending recording; see `RecordingStore.create`."""
        name = recording.name
        if name in self._rows:
            raise RecordingExists(resource=("Recording", str(name)))
        call = Parent(name.project, name.call)
        if intake.is_live and recording.source is Source.CALL_RECORDING:
            if call in self._recorded:
                raise CallBeingRecorded.by(str(self._recorded[call]))
            self._recorded[call] = name
        lease = Lease(name, recording.media_key, 1, self._after(lease_seconds))
        self._work[name] = _Work(lease, intake)
        self._add(recording)
        return lease

    async def get(self, name: RecordingName) -> Recording | None:
        """The recording of this name."""
        row = self._rows.get(name)
        return None if row is None else row.read()

    async def find(self, name: RecordingName) -> Row | None:
        """The recording of this name, not read yet."""
        return self._rows.get(name)

    async def session(self, name: RecordingName) -> tuple[Recording, Session] | None:
        """The recording of this name and how it was made."""
        row = self._rows.get(name)
        if row is None:
            return None
        return row.read(), row.session() or self._work[name].intake.session

    async def page(self, parent: Parent, limit: int, before: PageKey | None) -> tuple[Row, ...]:
        """A page of recordings; see `RecordingStore.page`."""
        order = self._orders.get(parent)
        return () if order is None else order.page(limit, before)

    async def delete(self, name: RecordingName) -> Recording | None:
        """Forgets the recording; see `RecordingStore.delete`."""
        row = self._rows.pop(name, None)
        if row is None:
            return None
        self._work.pop(name, None)
        self._outbox.forget(name)
        self._stop_counting(name)
        for parent in _parents(name):
            order = self._orders[parent]
            order.remove(row)
            if not order:
                del self._orders[parent]
        return row.read()

    async def renew(self, lease: Lease, lease_seconds: float) -> Lease:
        """Holds the recording for longer; see `RecordingStore.renew`."""
        work = self._held(lease)
        work.lease = replace(lease, until=self._after(lease_seconds))
        return work.lease

    async def seize(
        self, name: RecordingName, lease_seconds: float
    ) -> tuple[Lease, Recording, Intake] | None:
        """Leases a pending recording, whoever holds it; see `RecordingStore.seize`."""
        work = self._work.get(name)
        if work is None:
            return None
        self._pass_on(work, lease_seconds)
        return work.lease, self._rows[name].read(), work.intake

    async def keep_session(self, lease: Lease, session: Session) -> None:
        """Keeps how far it has come; see `RecordingStore.keep_session`."""
        work = self._held(lease)
        work.intake = replace(work.intake, session=session)
        if not work.intake.is_live:
            self._stop_counting(lease.name)

    async def take_over(
        self, limit: int, lease_seconds: float
    ) -> tuple[tuple[Lease, Recording, Intake], ...]:
        """Leases what nobody works on any more; see `RecordingStore.take_over`."""
        now = self._clock.now()
        lapsed = sorted(
            (work for work in self._work.values() if work.lease.until <= now),
            key=lambda work: work.lease.until,
        )[:limit]
        for work in lapsed:
            self._pass_on(work, lease_seconds)
        return tuple(
            (work.lease, self._rows[work.lease.name].read(), work.intake) for work in lapsed
        )

    async def end(self, lease: Lease, ending: Ending, session: Session) -> Recording:
        """Ends the recording; see `RecordingStore.end`."""
        self._held(lease)
        row = self._rows[lease.name]
        ended = row.read().end(ending)
        row.end(ended, session)
        del self._work[lease.name]
        self._outbox.add(ended, session.origin)
        self._stop_counting(lease.name)
        return ended

    def kept(self) -> tuple[Kept, ...]:
        """Everything, to be written down."""
        found = []
        for name, row in self._rows.items():
            work = self._work.get(name)
            if work is not None:
                found.append(Kept(row.read(), None, work.lease, work.intake))
            else:
                found.append(Kept(row.read(), row.session()))
        return tuple(found)

    def put_back(self, kept: Kept) -> None:
        """Keeps what was written down, under a name that is free. Raises `ValueError`."""
        name, recording = kept.recording.name, kept.recording
        if kept.session is not None and recording.ending is not None:
            self._add(recording).end(recording, kept.session)
        elif kept.lease is not None and kept.intake is not None and recording.ending is None:
            self._add(recording)
            self._work[name] = _Work(kept.lease, kept.intake)
            if kept.intake.is_live and recording.source is Source.CALL_RECORDING:
                self._recorded[Parent(name.project, name.call)] = name
        else:
            raise ValueError(f"{name} has not all that belongs to it")

    def clear(self, project: str | None) -> Cleared:
        """Forgets the recordings of a project, or all, at once, with their deliveries."""
        if project is None:
            names = list(self._rows)
        else:
            names = [row.name for row in self._orders.get(Parent(project, None), ())]
        gone = Cleared([], [])
        for name in names:
            row = self._rows.pop(name)
            gone.media_keys.append(row.media_key)
            is_worked_on = self._work.pop(name, None) is not None
            if self._outbox.forget(name) or is_worked_on:
                gone.under_way.append(row.read())
            self._recorded.pop(Parent(name.project, name.call), None)
            for parent in _parents(name):
                self._orders.pop(parent, None)
        return gone

    def _add(self, recording: Recording) -> Row:
        """Keeps a recording under a name that is free."""
        name = recording.name
        of_project = self._order_of(Parent(name.project, None))
        # Names are many, and share the text of their projects and calls.
        project = of_project.parent.project
        of_call = self._order_of(Parent(project, name.call))
        row = Row(RecordingName(project, of_call.parent.call or "", name.recording), recording)
        self._rows[row.name] = row
        of_project.add(row)
        of_call.add(row)
        return row

    def _order_of(self, parent: Parent) -> Order:
        """The order of a parent, made if need be."""
        order = self._orders.get(parent)
        if order is None:
            order = self._orders[parent] = Order(parent)
        return order

    def _stop_counting(self, name: RecordingName) -> None:
        call = Parent(name.project, name.call)
        if self._recorded.get(call) == name:
            del self._recorded[call]

    def _pass_on(self, work: _Work, lease_seconds: float) -> None:
        work.lease = replace(
            work.lease, fence=work.lease.fence + 1, until=self._after(lease_seconds)
        )

    async def rearrange(self, recording: Recording, audio: Sequence[AudioFile]) -> bool:
        """Keeps other segments for the same files; see `RecordingStore.rearrange`."""
        ending = recording.ending
        row = self._rows.get(recording.name)
        if row is None or row.read() != recording or not isinstance(ending, Succeeded):
            return False
        row.rearrange(replace(recording, ending=replace(ending, audio=tuple(audio))))
        return True

    async def by_media_key(self, media_keys: Sequence[str]) -> tuple[Recording, ...]:
        """The recordings these folders belong to; looks at all there are."""
        wanted = set(media_keys)
        return tuple(row.read() for row in self._rows.values() if row.media_key in wanted)

    def _held(self, lease: Lease) -> _Work:
        work = self._work.get(lease.name)
        holder = None if work is None else (work.lease.media_key, work.lease.fence)
        if work is None or holder != (lease.media_key, lease.fence):
            raise StaleAttempt(resource=("Recording", str(lease.name)))
        return work

    def _after(self, seconds: float) -> datetime:
        return self._clock.now() + timedelta(seconds=seconds)


def _parents(name: RecordingName) -> tuple[Parent, Parent]:
    return Parent(name.project, name.call), Parent(name.project, None)
