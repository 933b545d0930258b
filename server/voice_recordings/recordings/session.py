"""How a recording was made: the report that goes with its ending."""

from dataclasses import dataclass
from datetime import timedelta

from voice_recordings.audio.levels import Level
from voice_recordings.audio.notes import Note
from voice_recordings.audio.silence import Thresholds
from voice_recordings.recordings.live import Live
from voice_recordings.telemetry.origin import NOWHERE, Origin


@dataclass(frozen=True, slots=True)
class Input:
    """The audio as it came in."""

    container: str
    codec: str
    sample_rate_hertz: int
    channel_count: int
    size_bytes: int
    duration: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Trimming:
    """What trimming cut off."""

    head: timedelta
    tail: timedelta


@dataclass(frozen=True, slots=True)
class Session:
    """What is known of the making of a recording, beside its ending.

    `live` is the stream it comes from; a file that was imported has none.
    `origin` is the request that brought the audio, or that processes it by now.
    `pcm_bytes` is how much PCM lies in the spool once no more is taken in: what whoever
    processes it again has to find there. A file that is to be decoded has none.
    """

    input: Input
    thresholds: Thresholds
    trimming: Trimming | None = None
    levels: tuple[Level, ...] = ()
    notes: tuple[Note, ...] = ()
    detail: str = ""
    live: Live | None = None
    origin: Origin = NOWHERE
    pcm_bytes: int | None = None
