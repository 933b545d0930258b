"""What was noticed about audio that did not stop it."""

import enum
from dataclasses import dataclass


class NoteKind(enum.Enum):
    """The kinds of voicerecordings.recorder.v1.Session.Note, by the same names."""

    DATA_TRUNCATED = "DATA_TRUNCATED"
    LENGTH_REPAIRED = "LENGTH_REPAIRED"
    PARTIAL_FRAME_DROPPED = "PARTIAL_FRAME_DROPPED"
    TRIM_SKIPPED = "TRIM_SKIPPED"
    SAMPLES_LIMITED = "SAMPLES_LIMITED"
    RESAMPLED = "RESAMPLED"


@dataclass(frozen=True, slots=True)
class Note:
    """One thing noticed; the message is a sentence with figures."""

    kind: NoteKind
    message: str
