"""What the service needs kept, as promises; `storage` keeps them.

Every adapter passes the same suite, tests/contract.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from voice_recordings.audio.format import PcmFormat
from voice_recordings.recordings.media import AudioFile, Segment
from voice_recordings.recordings.names import Parent, RecordingName
from voice_recordings.recordings.paging import PageKey
from voice_recordings.recordings.recording import Ending, Recording
from voice_recordings.recordings.session import Session


@dataclass(frozen=True, slots=True)
class Intake:
    """What processing a recording needs to begin, and to begin again after a crash.

    The audio itself lies in the spool under the recording's `media_key`: as
    PCM, or, when it is `encoded`, as the file that came in.
    """

    format: PcmFormat
    session: Session
    encoded: bool = False

    @property
    def is_live(self) -> bool:
        """Whether audio is still taken in."""
        return self.session.live is not None and self.session.live.closed is None


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to end a recording, held by one worker until `until` unless renewed.

    `fence` grows with every worker that takes the recording over. The store
    refuses an ending under any fence but the newest, and one of a recording that
    has been deleted, whose name may be another's: its `media_key` is its own.
    """

    name: RecordingName
    media_key: str
    fence: int
    until: datetime


class StoredRecording(Protocol):
    """A recording that is read only when somebody looks into it.

    Much of what answers are made of is known by the media key alone, since what
    has ended never changes.
    """

    @property
    def name(self) -> RecordingName:
        """Its name."""
        ...

    @property
    def media_key(self) -> str:
        """Its folder, as `Recording` has it."""
        ...

    @property
    def place(self) -> PageKey:
        """Where it stands in lists."""
        ...

    def read(self) -> Recording:
        """The recording as it was when it was found, or has become since."""
        ...


class RecordingStore(Protocol):
    """Keeps recordings, how they were made, and who is working on them.

    Every method is atomic, and what it answered survives as the backend
    promises. Times of leases are the store's own clock's.
    """

    async def create(self, recording: Recording, intake: Intake, lease_seconds: float) -> Lease:
        """Keeps a pending recording and leases it to the caller.

        Raises `RecordingExists` when its name is taken, and `CallBeingRecorded`
        when it is a live CALL_RECORDING and the call has one already. That one
        counts until it ends, is deleted, or its session is kept as closed.
        """
        ...

    async def get(self, name: RecordingName) -> Recording | None:
        """The recording of this name."""
        ...

    async def find(self, name: RecordingName) -> StoredRecording | None:
        """The recording of this name, not read yet."""
        ...

    async def session(self, name: RecordingName) -> tuple[Recording, Session] | None:
        """The recording of this name and how it was made."""
        ...

    async def page(
        self, parent: Parent, limit: int, before: PageKey | None
    ) -> tuple[StoredRecording, ...]:
        """At most `limit` recordings, highest `PageKey` first, all of them below `before`.

        Costs the same however many recordings there are.
        """
        ...

    async def delete(self, name: RecordingName) -> Recording | None:
        """Forgets the recording and its deliveries, and gives it as it was, in whatever state.

        Of several callers at once, one gets it and the others None.
        """
        ...

    async def renew(self, lease: Lease, lease_seconds: float) -> Lease:
        """Holds the recording for longer.

        Raises `StaleAttempt` when another worker has it, it has ended, or it is gone.
        """
        ...

    async def seize(
        self, name: RecordingName, lease_seconds: float
    ) -> tuple[Lease, Recording, Intake] | None:
        """Leases a pending recording, whoever holds it: its producer has come here.

        None when it has ended or is gone.
        """
        ...

    async def keep_session(self, lease: Lease, session: Session) -> None:
        """Keeps how far a pending recording has come, in place of what was kept of it.

        Raises `StaleAttempt` when another worker has it, it has ended, or it is gone.
        """
        ...

    async def take_over(
        self, limit: int, lease_seconds: float
    ) -> tuple[tuple[Lease, Recording, Intake], ...]:
        """Leases pending recordings whose worker has let its lease run out, oldest first.

        No recording is given to two callers.
        """
        ...

    async def end(self, lease: Lease, ending: Ending, session: Session) -> Recording:
        """Ends the recording, keeps its session, and puts its webhook into the outbox.

        All or nothing. The webhook is `Delivery.of` the ended recording and
        the session's origin.

        Raises `StaleAttempt` when the lease's fence is not the newest, or the
        recording has ended or is gone.
        """
        ...

    async def rearrange(self, recording: Recording, audio: Sequence[AudioFile]) -> bool:
        """Keeps other segments for the same files of a recording that has succeeded.

        False, and nothing kept, when it is gone or not any more as it is given.
        """
        ...

    async def by_media_key(self, media_keys: Sequence[str]) -> tuple[Recording, ...]:
        """The recordings whose audio lies in these folders, in any order.

        A folder that belongs to none is missing from the answer.
        """
        ...


@dataclass(frozen=True, slots=True)
class StoredFolder:
    """What lies in one folder: the size of each object in bytes, by its key.

    `modified_time` is when an object was last written to.
    """

    name: str
    modified_time: datetime
    sizes: Mapping[str, int]


class MediaStore(Protocol):
    """Keeps immutable objects under keys of the form FOLDER/NAME."""

    async def put(self, key: str, data: bytes) -> Segment:
        """Keeps the bytes durably under a key never used before. Raises `StorageFailed`."""
        ...

    def read(self, segment: Segment) -> AsyncIterator[bytes]:
        """The segment's bytes in pieces of at most 256 KiB.

        Raises `StorageFailed` when they are gone or cannot be read.
        """
        ...

    async def check(self, segments: Sequence[Segment]) -> None:
        """Raises `StorageFailed` unless every one of them lies within an object stored whole."""
        ...

    async def purge(self, folder: str) -> None:
        """Deletes every object of the folder, spooled audio included; repeatable."""
        ...

    async def discard(self, keys: Sequence[str]) -> None:
        """Deletes these objects, those that are gone already passed over."""
        ...

    def folders(self) -> AsyncIterator[StoredFolder]:
        """Every folder that holds anything, spooled audio included.

        What is written or deleted meanwhile may or may not be in it.
        """
        ...


class ObjectJoiner(Protocol):
    """What object stores can do beside: long objects, and links of their own."""

    async def join(self, key: str, pieces: AsyncIterator[bytes], content_type: str) -> Segment:
        """Keeps an object of any length under a key never used before. Raises `StorageFailed`."""
        ...

    async def link(self, key: str, seconds: float) -> str:
        """A URL under which anybody may read the object for so long. Raises `StorageFailed`."""
        ...


class SpoolWriter(Protocol):
    """Audio being taken in: bytes are appended, and safe once committed."""

    @property
    def appended_bytes(self) -> int:
        """How much has been appended, safe or not."""
        ...

    async def append(self, data: bytes) -> None:
        """Adds bytes at the end. Raises `StorageFailed`."""
        ...

    async def commit(self, data: bytes = b"") -> int:
        """Appends the bytes, and makes all appended bytes durable and gives their number.

        Raises `StorageFailed`.
        """
        ...

    async def close(self) -> None:
        """Lets go of what it holds open; committed bytes stay."""
        ...


class Spool(Protocol):
    """Keeps audio while it is taken in, so that processing can begin again from it."""

    @property
    def commit_seconds(self) -> float:
        """The least time between two commits of one key; 0 where they are cheap."""
        ...

    async def open(self, key: str) -> SpoolWriter:
        """Goes on after the committed bytes of this key, of which there may be none yet."""
        ...

    async def read(self, key: str, start: int, end: int) -> bytes:
        """Appended bytes `start` to `end`, safe or not.

        Raises `StorageFailed` if any of them are missing: audio that is gone must
        never pass for audio that has ended.
        """
        ...

    async def size(self, key: str) -> int:
        """How many bytes can be read."""
        ...

    async def segments(self, key: str, start: int, end: int) -> tuple[Segment, ...]:
        """Committed bytes `start` to `end`, as the `MediaStore` beside it reads them."""
        ...
