"""What the service says no to, one class an error.

An error's docstring is its default message, `code` the canonical status it
stands for, and `reason` the stable word a program may act on. The codes meet
gRPC in `rpc.status` and HTTP in `gateway` and `http`.
"""

import enum
from dataclasses import dataclass
from typing import ClassVar


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
    ) -> None:
        """Takes what the error's details will hold.

        `resource` is a (type, name); `retry_seconds` when to try again.
        """
        self.message = message or (type(self).__doc__ or "").partition("\n")[0]
        self.violations = violations
        self.resource = resource
        self.retry_seconds = retry_seconds
        super().__init__(self.message)


class InvalidArgument(VoiceRecordingsError):
    """The request holds something it may not."""

    code = Code.INVALID_ARGUMENT
    reason = "INVALID_ARGUMENT"

    @classmethod
    def of(cls, field: str, description: str) -> "InvalidArgument":
        """One field is wrong; the message names it too."""
        return cls(f"{field}: {description}", violations=(Violation(field, description),))


class NotAudio(InvalidArgument):
    """The file is not audio that this service reads."""

    reason = "NOT_AUDIO"


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


class DeliveryNotFound(VoiceRecordingsError):
    """The recording has no such delivery."""

    code = Code.NOT_FOUND
    reason = "DELIVERY_NOT_FOUND"


class WebhookNotVerified(VoiceRecordingsError):
    """The webhook was not sent by the service for this URL."""

    code = Code.UNAUTHENTICATED
    reason = "WEBHOOK_NOT_VERIFIED"


class RecordingEnded(VoiceRecordingsError):
    """The recording has ended already and cannot change any more."""

    code = Code.FAILED_PRECONDITION
    reason = "RECORDING_ENDED"


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
