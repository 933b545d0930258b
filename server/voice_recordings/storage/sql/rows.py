"""Domain values ⇄ rows."""

from dataclasses import dataclass, replace
from typing import Any

from voice_recordings.recordings.delivery import Attempt, Delivery, DeliveryState
from voice_recordings.recordings.names import RecordingName
from voice_recordings.recordings.paging import PageKey
from voice_recordings.recordings.ports import Intake, Lease
from voice_recordings.recordings.recording import (
    Ending,
    PostProcessing,
    Recording,
    Source,
)
from voice_recordings.recordings.session import Session
from voice_recordings.storage.sql.database import Row
from voice_recordings.storage.sql.documents import Document, microseconds, time_of
from voice_recordings.telemetry.origin import NOWHERE, Origin


@dataclass(frozen=True, slots=True)
class _Facts:
    """What never changes about a recording and is not looked for."""

    source: Source
    channel_count: int
    post_processing: tuple[PostProcessing, ...]
    start_time_microseconds: int
    ready_uri: str
    fingerprint: bytes


_FACTS: Document[_Facts] = Document(_Facts)
_ENDING: Document[Ending] = Document(Ending)
_SESSION: Document[Session] = Document(Session)
_INTAKE: Document[Intake] = Document(Intake)
_ATTEMPTS: Document[tuple[Attempt, ...]] = Document(tuple[Attempt, ...])
_ORIGIN: Document[Origin] = Document(Origin)

RECORDING_COLUMNS = 7
DELIVERY_COLUMNS = 10


def key(name: RecordingName) -> dict[str, Any]:
    """The parameters that name a recording."""
    return {
        "of_project": name.project,
        "of_call": name.call,
        "of_recording": name.recording,
    }


def new_recording(recording: Recording, intake: Intake) -> dict[str, Any]:
    """The row of a pending recording."""
    counts = intake.is_live and recording.source is Source.CALL_RECORDING
    facts = _Facts(
        recording.source,
        recording.channel_count,
        recording.post_processing,
        microseconds(recording.start_time),
        recording.ready_uri,
        recording.fingerprint,
    )
    return {
        "project": recording.name.project,
        "call": recording.name.call,
        "recording": recording.name.recording,
        "create_time": microseconds(recording.create_time),
        "media_key": recording.media_key,
        "recorded_call": recording.name.call if counts else None,
        "facts": _FACTS.dump(facts),
        "intake": _INTAKE.dump(intake),
        "session": _SESSION.dump(intake.session),
    }


def recording_of(row: Row) -> Recording:
    """The recording of a row's first columns."""
    project, call, recording, create_time, media_key, facts, ending = row[:RECORDING_COLUMNS]
    read = _FACTS.load(facts)
    return Recording(
        name=RecordingName(project, call, recording),
        source=read.source,
        channel_count=read.channel_count,
        post_processing=read.post_processing,
        start_time=time_of(read.start_time_microseconds),
        create_time=time_of(create_time),
        ready_uri=read.ready_uri,
        media_key=media_key,
        fingerprint=read.fingerprint,
        ending=None if ending is None else _ENDING.load(ending),
    )


class StoredRow:
    """A `StoredRecording` in the first columns of a row."""

    __slots__ = ("_row",)

    def __init__(self, row: Row) -> None:
        self._row = row

    @property
    def name(self) -> RecordingName:
        """Its name."""
        project, call, recording = self._row[:3]
        return RecordingName(project, call, recording)

    @property
    def media_key(self) -> str:
        """Its folder."""
        media_key: str = self._row[4]
        return media_key

    @property
    def place(self) -> PageKey:
        """Where it stands in lists."""
        _, call, recording, create_time = self._row[:4]
        return PageKey(time_of(create_time), call, recording)

    def read(self) -> Recording:
        """The recording."""
        return recording_of(self._row)


def work_of(row: Row) -> tuple[Lease, Recording, Intake]:
    """The work that a row holds while its recording is pending."""
    recording = recording_of(row)
    intake, session, fence, until = row[RECORDING_COLUMNS:]
    begun = replace(_INTAKE.load(intake), session=_SESSION.load(session))
    lease = Lease(recording.name, recording.media_key, fence, time_of(until))
    return lease, recording, begun


def session_of(text: str) -> Session:
    """How a recording was made."""
    return _SESSION.load(text)


def kept_session(session: Session) -> dict[str, Any]:
    """What keeping a session changes in the row."""
    return {"new_session": _SESSION.dump(session)}


def ended(ending: Ending, session: Session) -> dict[str, Any]:
    """What an ending changes in the row."""
    return {
        "new_state": ending.state.value,
        "new_ending": _ENDING.dump(ending),
        **kept_session(session),
    }


def rearranged(recording: Recording, ending: Ending) -> dict[str, Any]:
    """What other segments change in the row of a recording that has ended."""
    return {
        "of_media_key": recording.media_key,
        "old_ending": None if recording.ending is None else _ENDING.dump(recording.ending),
        "new_ending": _ENDING.dump(ending),
    }


def new_delivery(delivery: Delivery) -> dict[str, Any]:
    """The row of a delivery that has not been tried."""
    due = delivery.next_attempt_time
    return {
        "id": delivery.id,
        "project": delivery.recording.project,
        "call": delivery.recording.call,
        "recording": delivery.recording.recording,
        "url": delivery.url,
        "receiver": delivery.receiver,
        "create_time": microseconds(delivery.create_time),
        "next_attempt_time": None if due is None else microseconds(due),
        "attempts": _ATTEMPTS.dump(delivery.attempts),
        "origin": _ORIGIN.dump(delivery.origin),
    }


def delivery_of(row: Row) -> Delivery:
    """The delivery of a row's first columns."""
    project, call, recording, delivery_id, url, create_time, due, round_attempts, *documents = row[
        :DELIVERY_COLUMNS
    ]
    attempts, origin = documents
    return Delivery(
        RecordingName(project, call, recording),
        delivery_id,
        url,
        time_of(create_time),
        None if due is None else time_of(due),
        round_attempts,
        _ATTEMPTS.load(attempts),
        NOWHERE if origin is None else _ORIGIN.load(origin),
    )


def tried(delivery: Delivery) -> dict[str, Any]:
    """What an attempt changes in the row."""
    due, failed_at = delivery.next_attempt_time, None
    if delivery.state is DeliveryState.FAILED:
        failed_at = microseconds(delivery.last_attempt_time or delivery.create_time)
    return {
        "next_time": None if due is None else microseconds(due),
        "failed_at": failed_at,
        "round": delivery.round_attempts,
        "tried": _ATTEMPTS.dump(delivery.attempts),
    }
