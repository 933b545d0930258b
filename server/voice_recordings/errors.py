"""What the service says no to, one class an error.

An error's docstring is its default message, `code` the canonical status it
stands for, and `reason` the stable word a program may act on. The codes meet
gRPC in `rpc.status` and HTTP in `gateway` and `http`.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self


class Code(enum.Enum):
    """The canonical statuses of google.rpc.Code that the service uses."""

    INVALID_ARGUMENT = "INVALID_ARGUMENT"
    NOT_FOUND = "NOT_FOUND"
    ALREADY_EXISTS = "ALREADY_EXISTS"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    RESOURCE_EXHAUSTED = "RESOURCE_EXHAUSTED"
    FAILED_PRECONDITION = "FAILED_PRECONDITION"
    ABORTED = "ABORTED"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    UNIMPLEMENTED = "UNIMPLEMENTED"
    INTERNAL = "INTERNAL"
    UNAVAILABLE = "UNAVAILABLE"
    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"


@dataclass(frozen=True, slots=True)
class Violation:
    """What is wrong with one field of a request; `field` is its proto path."""

    field: str
    description: str


class VoiceRecordingsError(Exception):
    """Something went wrong."""

    code: ClassVar[Code] = Code.INTERNAL
    reason: ClassVar[str] = "INTERNAL"

    def __init__(
        self,
        message: str | None = None,
        *,
        violations: tuple[Violation, ...] = (),
        resource: tuple[str, str] | None = None,
        retry_seconds: float | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        """Takes what the error's details will hold.

        `resource` is a (type, name); `retry_seconds` when to try again;
        `metadata` what a program may want to know beside the reason.
        """
        self.message = message or (type(self).__doc__ or "").partition("\n")[0]
        self.violations = violations
        self.resource = resource
        self.retry_seconds = retry_seconds
        self.metadata = metadata or {}
        super().__init__(self.message)


class InvalidArgument(VoiceRecordingsError):
    """The request holds something it may not."""

    code = Code.INVALID_ARGUMENT
    reason = "INVALID_ARGUMENT"

    @classmethod
    def of(cls, field: str, description: str) -> Self:
        """One field is wrong; the message names it too."""
        return cls(f"{field}: {description}", violations=(Violation(field, description),))


class NotAudio(InvalidArgument):
    """The file is not audio that this service reads."""

    reason = "NOT_AUDIO"


class MessageTooLarge(InvalidArgument):
    """A message of the stream holds more audio than one may."""

    reason = "MESSAGE_TOO_LARGE"


class InvalidPageToken(InvalidArgument):
    """The page token was not made by this service for this parent."""

    reason = "INVALID_PAGE_TOKEN"


class RecordingNotFound(VoiceRecordingsError):
    """There is no such recording."""

    code = Code.NOT_FOUND
    reason = "RECORDING_NOT_FOUND"


class RecordingExists(VoiceRecordingsError):
    """A recording of this name exists already, with other content."""

    code = Code.ALREADY_EXISTS
    reason = "RECORDING_EXISTS"


class StaleAttempt(VoiceRecordingsError):
    """Another worker has taken this recording over."""

    code = Code.ABORTED
    reason = "STALE_ATTEMPT"


class StorageFailed(VoiceRecordingsError):
    """The audio could not be stored or read back."""

    code = Code.UNAVAILABLE
    reason = "STORAGE_FAILED"


class StorageFull(StorageFailed):
    """The disk that audio is kept on is full; it needs room, then try again."""

    reason = "STORAGE_FULL"


class DeliveryNotFound(VoiceRecordingsError):
    """The recording has no such delivery."""

    code = Code.NOT_FOUND
    reason = "DELIVERY_NOT_FOUND"


class StoreUnavailable(VoiceRecordingsError):
    """The database does not answer; try again in a moment."""

    code = Code.UNAVAILABLE
    reason = "STORE_UNAVAILABLE"


class StoreFull(StoreUnavailable):
    """The disk that the database is kept on is full; it needs room, then try again."""

    reason = "STORAGE_FULL"


class WebhookNotVerified(VoiceRecordingsError):
    """The webhook was not sent by the service for this URL."""

    code = Code.UNAUTHENTICATED
    reason = "WEBHOOK_NOT_VERIFIED"


class RecordingEnded(VoiceRecordingsError):
    """The recording has ended already and cannot change any more."""

    code = Code.FAILED_PRECONDITION
    reason = "RECORDING_ENDED"


class DecodeFailed(VoiceRecordingsError):
    """The audio could not be decoded."""

    reason = "DECODE_FAILED"


class DecoderLost(VoiceRecordingsError):
    """The decoder did not get to the end of the file, through no fault of the file's."""


class NoAudio(VoiceRecordingsError):
    """The recording has no audio: it is pending, empty or failed."""

    code = Code.FAILED_PRECONDITION
    reason = "NO_AUDIO"


class LinkInvalid(VoiceRecordingsError):
    """The link was not made by this service, or it has been changed."""

    code = Code.PERMISSION_DENIED
    reason = "LINK_INVALID"


class LinkExpired(VoiceRecordingsError):
    """The link has expired; get the recording again for a new one."""

    code = Code.PERMISSION_DENIED
    reason = "LINK_EXPIRED"


class MethodNotAllowed(VoiceRecordingsError):
    """The address does not answer to this method."""

    code = Code.UNIMPLEMENTED
    reason = "METHOD_NOT_ALLOWED"


class RangeNotSatisfiable(VoiceRecordingsError):
    """The file has none of the bytes asked for."""

    code = Code.OUT_OF_RANGE
    reason = "RANGE_NOT_SATISFIABLE"


class AudioTooLarge(InvalidArgument):
    """The audio is too long for one recording."""

    reason = "AUDIO_TOO_LARGE"


class ConfigurationError(VoiceRecordingsError):
    """The server cannot be started like this."""

    code = Code.FAILED_PRECONDITION
    reason = "CONFIGURATION"


class CallBeingRecorded(VoiceRecordingsError):
    """The call is being recorded already; a call has one call recording at a time."""

    code = Code.ALREADY_EXISTS
    reason = "CALL_BEING_RECORDED"

    @classmethod
    def by(cls, name: str) -> "CallBeingRecorded":
        """Names the recording that is running."""
        return cls(
            f"the call is being recorded already, by {name}",
            resource=("Recording", name),
            metadata={"recording": name},
        )


class RecordingNotLive(VoiceRecordingsError):
    """The recording was made from a file and takes no live audio."""

    code = Code.FAILED_PRECONDITION
    reason = "RECORDING_NOT_LIVE"


class RecordingFinished(VoiceRecordingsError):
    """The recording has been finished and takes no more audio."""

    code = Code.FAILED_PRECONDITION
    reason = "RECORDING_FINISHED"


class RecordingPaused(VoiceRecordingsError):
    """The recording is paused already."""

    code = Code.FAILED_PRECONDITION
    reason = "RECORDING_PAUSED"


class RecordingNotPaused(VoiceRecordingsError):
    """The recording is not paused."""

    code = Code.FAILED_PRECONDITION
    reason = "RECORDING_NOT_PAUSED"


class TooManyPauses(VoiceRecordingsError):
    """The recording has been paused as often as one may be."""

    code = Code.FAILED_PRECONDITION
    reason = "TOO_MANY_PAUSES"


class OffsetOutOfRange(VoiceRecordingsError):
    """The offset is not where the stream may go on."""

    code = Code.OUT_OF_RANGE
    reason = "OFFSET_OUT_OF_RANGE"

    @classmethod
    def of(cls, field: str, offset: int, expected: int) -> "OffsetOutOfRange":
        """Names the offset that was expected, or the earliest one that may be."""
        return cls(
            f"{field}: {offset} is not possible, the next byte is {expected}",
            violations=(Violation(field, f"the next byte is {expected}"),),
            metadata={"expectedOffset": str(expected)},
        )


class ProducerReplaced(VoiceRecordingsError):
    """A newer stream writes this recording now."""

    code = Code.ABORTED
    reason = "PRODUCER_REPLACED"


class FirstMessageLate(VoiceRecordingsError):
    """The stream did not say in time which recording it writes."""

    code = Code.DEADLINE_EXCEEDED
    reason = "FIRST_MESSAGE_LATE"


class TooManyLiveRecordings(VoiceRecordingsError):
    """The server records as many calls as it may."""

    code = Code.RESOURCE_EXHAUSTED
    reason = "TOO_MANY_LIVE_RECORDINGS"


class Draining(VoiceRecordingsError):
    """The server is stopping; go on at another one, or here in a while."""

    code = Code.UNAVAILABLE
    reason = "DRAINING"


class ProjectsFileInvalid(ConfigurationError):
    """The projects file cannot be used."""

    reason = "PROJECTS_FILE_INVALID"


class Unauthenticated(VoiceRecordingsError):
    """The credentials are not ones this service knows."""

    code = Code.UNAUTHENTICATED
    reason = "CREDENTIALS_INVALID"


class CredentialsMissing(Unauthenticated):
    """The call needs credentials: authorization: Bearer TOKEN."""

    reason = "CREDENTIALS_MISSING"


class CredentialsExpired(Unauthenticated):
    """The credentials have expired; get new ones."""

    reason = "CREDENTIALS_EXPIRED"


class PermissionDenied(VoiceRecordingsError):
    """The caller may not do this in the project, or there is no such project."""

    code = Code.PERMISSION_DENIED
    reason = "PERMISSION_DENIED"


class TooManyCalls(VoiceRecordingsError):
    """As many calls are being served as may be; try again in a moment."""

    code = Code.RESOURCE_EXHAUSTED
    reason = "TOO_MANY_CALLS"


class DeadlineExceeded(VoiceRecordingsError):
    """The call took longer than a call without a deadline may."""

    code = Code.DEADLINE_EXCEEDED
    reason = "DEADLINE_EXCEEDED"


class AuditFailed(VoiceRecordingsError):
    """What was asked for cannot be written down, and so is not done."""

    code = Code.UNAVAILABLE
    reason = "AUDIT_FAILED"
