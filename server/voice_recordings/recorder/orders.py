"""What was asked for when a recording was made, and its digest."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from voice_recordings.audio.format import PcmFormat
from voice_recordings.recordings.live import Codec, Limits
from voice_recordings.recordings.names import CallName
from voice_recordings.recordings.recording import PostProcessing, Source


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """What to make of a file."""

    call: CallName
    recording_id: str | None
    source: Source
    post_processing: tuple[PostProcessing, ...]
    ready_uri: str
    start_time: datetime | None


@dataclass(frozen=True, slots=True)
class LiveOrder:
    """What to record, while it is being said."""

    call: CallName
    recording_id: str | None
    source: Source
    post_processing: tuple[PostProcessing, ...]
    ready_uri: str
    codec: Codec
    format: PcmFormat
    limits: Limits

    def fingerprint(self) -> bytes:
        """A digest of the order: equal for the same request made again."""
        asked = (
            "live",
            self.source.value,
            *sorted(step.value for step in set(self.post_processing)),
            self.ready_uri,
            self.codec.value,
            str(self.format),
            str(self.limits),
        )
        return hashlib.sha256("\n".join(asked).encode()).digest()


class Fingerprint:
    """A digest of an order and its content: equal for the same request made again."""

    def __init__(self, order: ImportOrder) -> None:
        asked = (
            order.source.value,
            *sorted(step.value for step in set(order.post_processing)),
            order.ready_uri,
            order.start_time.isoformat() if order.start_time else "",
        )
        self._digest = hashlib.sha256("\n".join(asked).encode() + b"\0")

    def add(self, data: bytes) -> None:
        """Takes the next piece of the content in."""
        self._digest.update(data)

    def value(self) -> bytes:
        """32 bytes."""
        return self._digest.digest()
