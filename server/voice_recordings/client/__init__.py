"""The Python client."""

from voice_recordings.client.client import RecordingsClient
from voice_recordings.client.errors import ServiceError

__all__ = ["RecordingsClient", "ServiceError"]
