"""The Python client."""

from voice_recordings.client.asynchronous.client import AsyncRecordingsClient
from voice_recordings.client.asynchronous.pager import AsyncPager
from voice_recordings.client.credentials import (
    Credentials,
    ServiceAccountKey,
    StaticToken,
    read_credentials,
)
from voice_recordings.client.errors import (
    AlreadyExists,
    NotFound,
    Refused,
    ServiceError,
    TimedOut,
    Unavailable,
)
from voice_recordings.client.live import LiveProgress, LiveRecording
from voice_recordings.client.progress import Progress
from voice_recordings.client.retry import NO_RETRY, RetryPolicy
from voice_recordings.client.synchronous.client import RecordingsClient
from voice_recordings.client.synchronous.pager import Pager
from voice_recordings.client.tls import Tls
from voice_recordings.recordings.names import CallName, Parent, RecordingName

__all__ = [
    "NO_RETRY",
    "AlreadyExists",
    "AsyncPager",
    "AsyncRecordingsClient",
    "CallName",
    "Credentials",
    "LiveProgress",
    "LiveRecording",
    "NotFound",
    "Pager",
    "Parent",
    "Progress",
    "RecordingName",
    "RecordingsClient",
    "Refused",
    "RetryPolicy",
    "ServiceAccountKey",
    "ServiceError",
    "StaticToken",
    "TimedOut",
    "Tls",
    "Unavailable",
    "read_credentials",
]
