"""What a recording is.

A recording is pending until it has an ending, and then never changes again.
The state, the error code and the files all hang on the ending, so that a
combination which may not be (a failure with files, say) cannot be made; and
which reason may bring which ending is a table.
"""

import enum
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from voice_recordings.errors import RecordingEnded
from voice_recordings.recordings.media import AudioFile, Segment
from voice_recordings.recordings.names import RecordingName


class Source(enum.Enum):
    """What made recording begin."""

    RECORD_ACTION = "RECORD_ACTION"
    CALL_RECORDING = "CALL_RECORDING"


class PostProcessing(enum.Enum):
    """What is done to the audio before it is ready."""

    TRIM_SILENCE = "TRIM_SILENCE"


class State(enum.Enum):
    """Where a recording is in its life."""

    PENDING = "PENDING"
    SUCCEEDED = "SUCCEEDED"
    EMPTY = "EMPTY"
    FAILED = "FAILED"


class ErrorCode(enum.Enum):
    """Why a recording failed, as the public contract tells it."""

    TIMEOUT = "TIMEOUT"
    INTERNAL_ERROR = "INTERNAL_ERROR"


class Reason(enum.Enum):
    """Why a recording ended as it did; the stable words of `Session.reason`."""

    COMPLETED = "COMPLETED"
    SILENT = "SILENT"
    NO_AUDIO = "NO_AUDIO"
    TIMED_OUT = "TIMED_OUT"
    DECODE_FAILED = "DECODE_FAILED"
    STORAGE_FAILED = "STORAGE_FAILED"
    INTERNAL = "INTERNAL"
    PRODUCER_LOST = "PRODUCER_LOST"
    STALLED = "STALLED"
    TOO_LARGE = "TOO_LARGE"
    MAX_DURATION = "MAX_DURATION"
    SILENCE_TIMEOUT = "SILENCE_TIMEOUT"


# All that can happen to a pending recording: which ending each reason may bring.
# What is taken in may be cut short and still be all one could wish for, or silent.
_CUT_SHORT = {
    Reason.PRODUCER_LOST,
    Reason.TOO_LARGE,
    Reason.MAX_DURATION,
    Reason.SILENCE_TIMEOUT,
}
SUCCESSES = frozenset({Reason.COMPLETED} | _CUT_SHORT)
SILENCES = frozenset({Reason.SILENT, Reason.NO_AUDIO} | _CUT_SHORT)
FAILURES = {
    Reason.TIMED_OUT: ErrorCode.TIMEOUT,
    Reason.STALLED: ErrorCode.TIMEOUT,
    Reason.TOO_LARGE: ErrorCode.INTERNAL_ERROR,
    Reason.DECODE_FAILED: ErrorCode.INTERNAL_ERROR,
    Reason.STORAGE_FAILED: ErrorCode.INTERNAL_ERROR,
    Reason.INTERNAL: ErrorCode.INTERNAL_ERROR,
}


def _check(*, may_be: bool, ending: object) -> None:
    if not may_be:
        raise ValueError(f"no recording ends like this: {ending}")


@dataclass(frozen=True, slots=True)
class Succeeded:
    """There is audio to download; `waveform` is where its outline is kept."""

    end_time: datetime
    duration: timedelta
    audio: tuple[AudioFile, ...]
    waveform: Segment | None = None
    reason: Reason = Reason.COMPLETED

    def __post_init__(self) -> None:
        _check(may_be=self.reason in SUCCESSES, ending=self)

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Everything stored that it needs: nothing else in its folder does anybody any good."""
        files = (segment for file in self.audio for segment in file.segments)
        return (*files, *([self.waveform] if self.waveform else []))

    @property
    def state(self) -> State:
        """Always `SUCCEEDED`."""
        return State.SUCCEEDED


@dataclass(frozen=True, slots=True)
class Empty:
    """The audio was completely silent; none is kept."""

    end_time: datetime
    reason: Reason

    def __post_init__(self) -> None:
        _check(may_be=self.reason in SILENCES, ending=self)

    @property
    def state(self) -> State:
        """Always `EMPTY`."""
        return State.EMPTY


@dataclass(frozen=True, slots=True)
class Failed:
    """No audio came of it."""

    end_time: datetime
    error_code: ErrorCode
    reason: Reason

    def __post_init__(self) -> None:
        _check(may_be=FAILURES.get(self.reason) is self.error_code, ending=self)

    @property
    def state(self) -> State:
        """Always `FAILED`."""
        return State.FAILED


Ending = Succeeded | Empty | Failed


@dataclass(frozen=True, slots=True)
class Recording:
    """The recorded audio of a call, or of a part of one.

    `media_key` is the folder of everything stored for it, made anew for each
    recording, so that a name used twice never meets its predecessor's audio.
    `fingerprint` is a digest of what it was made from, which tells a repeated
    request from another one of the same name.
    """

    name: RecordingName
    source: Source
    channel_count: int
    post_processing: tuple[PostProcessing, ...]
    start_time: datetime
    create_time: datetime
    ready_uri: str
    media_key: str
    fingerprint: bytes
    ending: Ending | None = None

    @property
    def state(self) -> State:
        """Pending until it has an ending."""
        return State.PENDING if self.ending is None else self.ending.state

    @property
    def trims_silence(self) -> bool:
        """Whether silence is to be cut off both ends."""
        return PostProcessing.TRIM_SILENCE in self.post_processing

    def end(self, ending: Ending) -> "Recording":
        """The recording with its ending; raises `RecordingEnded` if it has one already."""
        if self.ending is not None:
            raise RecordingEnded(resource=("Recording", str(self.name)))
        return replace(self, ending=ending)


def segments_of(ending: Ending | None) -> tuple[Segment, ...]:
    """Everything stored that an ending needs."""
    if not isinstance(ending, Succeeded):
        return ()
    files = tuple(segment for audio in ending.audio for segment in audio.segments)
    return files if ending.waveform is None else (*files, ending.waveform)
