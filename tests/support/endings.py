"""Recordings that end, and so put webhooks into the outbox."""

from dataclasses import replace
from datetime import datetime, timedelta

from support.recordings import INTAKE, SESSION, pending
from voice_recordings.recordings.ports import RecordingStore
from voice_recordings.recordings.recording import ErrorCode, Failed, Reason, Recording

LEASE_SECONDS = 30.0


def unended(number: int, now: datetime, *, ready_uri: str, project: str = "demo") -> Recording:
    """A recording whose number makes its name and its media key."""
    create_time = now + timedelta(microseconds=number)
    recording = pending(f"r{number}", project=project, create_time=create_time)
    return replace(recording, ready_uri=ready_uri, media_key=f"{project}-{number}")


async def end_one(
    store: RecordingStore,
    number: int,
    now: datetime,
    *,
    ready_uri: str = "http://app.example/ready",
    project: str = "demo",
) -> Recording:
    """Makes a recording and ends it."""
    recording = unended(number, now, ready_uri=ready_uri, project=project)
    lease = await store.create(recording, INTAKE, LEASE_SECONDS)
    ending = Failed(now, ErrorCode.INTERNAL_ERROR, Reason.INTERNAL)
    return await store.end(lease, ending, SESSION)
