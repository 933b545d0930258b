"""A media store with its spool."""

from dataclasses import dataclass

from voice_recordings.recordings.ports import MediaStore, Spool


@dataclass(frozen=True)
class AudioStores:
    """Where audio lies: finished, and being taken in."""

    media: MediaStore
    spool: Spool
