"""What simulated recordings hold: sounds made here, put through the real pipeline once each."""

import asyncio
import enum
from collections import OrderedDict
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import timedelta

from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.notes import Note
from voice_recordings.audio.silence import Thresholds
from voice_recordings.audio.speech import HEAD_SECONDS, TAIL_SECONDS, speak_call
from voice_recordings.audio.tone import tone
from voice_recordings.audio.wav_reader import WavReader
from voice_recordings.errors import InvalidArgument, NotAudio
from voice_recordings.recorder.arrivals import Arrivals
from voice_recordings.recorder.processing import Processed, Processing, Stores
from voice_recordings.recordings.media import Segment
from voice_recordings.recordings.session import Input
from voice_recordings.storage.memory_media import MemoryMedia, MemorySpool

_KEPT_BYTES = 64 * 1024 * 1024
_PCM_KEY = "take/pcm"
_MADE_KEY = "take/made"


class Sound(enum.Enum):
    """What is heard."""

    SPEECH = "SPEECH"
    TONE = "TONE"
    SILENCE = "SILENCE"


@dataclass(frozen=True, slots=True)
class Made:
    """A sound to be made."""

    sound: Sound
    format: PcmFormat
    duration: timedelta


@dataclass(frozen=True, slots=True)
class Given:
    """A WAV file to be read."""

    file: bytes


@dataclass(frozen=True, slots=True)
class Take:
    """Audio that has been through the pipeline, with the objects that came of it."""

    input: Input
    notes: tuple[Note, ...]
    format: PcmFormat
    pcm: bytes
    processed: Processed
    mp3: tuple[bytes, ...]
    waveform: bytes

    @property
    def size_bytes(self) -> int:
        """How much memory it holds, about."""
        return len(self.pcm) + sum(map(len, self.mp3)) + len(self.waveform)


class Studio:
    """Makes takes, and keeps the last ones: the same again costs nothing."""

    def __init__(self, threads: Executor, thresholds: Thresholds) -> None:
        self._threads = threads
        self._thresholds = thresholds
        self._takes: OrderedDict[tuple[Made | Given, bool], Take] = OrderedDict()

    async def take(self, what: Made | Given, *, trim: bool) -> Take:
        """The audio, processed. Raises `NotAudio` for a file that cannot be read."""
        key = (what, trim)
        take = self._takes.get(key)
        if take is None:
            take = await self._process(what, trim=trim)
            self._takes[key] = take
        self._takes.move_to_end(key)
        while (
            len(self._takes) > 1 and sum(t.size_bytes for t in self._takes.values()) > _KEPT_BYTES
        ):
            self._takes.popitem(last=False)
        return take

    async def _process(self, what: Made | Given, *, trim: bool) -> Take:
        loop = asyncio.get_running_loop()
        pcm_format, came_in, notes, pcm = await loop.run_in_executor(self._threads, _source, what)
        media = MemoryMedia()
        spool = MemorySpool(media)
        writer = await spool.open(_PCM_KEY)
        await writer.append(pcm)
        processing = Processing(
            Stores(spool, media, self._threads),
            pcm_key=_PCM_KEY,
            made_key=_MADE_KEY,
            pcm_format=pcm_format,
            thresholds=self._thresholds,
            trim=trim,
        )
        processed = await processing.run(Arrivals(len(pcm), complete=True))
        made = processed.made
        return Take(
            input=came_in,
            notes=notes,
            format=pcm_format,
            pcm=pcm,
            processed=processed,
            mp3=tuple([_bytes(media, segment) for segment in made.mp3]) if made else (),
            waveform=_bytes(media, made.waveform) if made else b"",
        )


def _source(what: Made | Given) -> tuple[PcmFormat, Input, tuple[Note, ...], bytes]:
    if isinstance(what, Given):
        return _read(what.file)
    pcm = _MAKERS[what.sound](what)
    came_in = Input(
        container="none",
        codec="pcm_s16le",
        sample_rate_hertz=what.format.sample_rate_hertz,
        channel_count=what.format.channel_count,
        size_bytes=len(pcm),
    )
    return what.format, came_in, (), pcm


def _read(file: bytes) -> tuple[PcmFormat, Input, tuple[Note, ...], bytes]:
    reader = WavReader()
    try:
        pcm = reader.feed(file) + reader.finish()
    except NotAudio as error:
        raise InvalidArgument.of("file", error.violations[0].description) from error
    source = reader.source
    if source is None:
        raise InvalidArgument.of("file", "has no readable header")
    came_in = Input(
        container=source.container,
        codec=source.codec,
        sample_rate_hertz=source.sample_rate_hertz,
        channel_count=source.channel_count,
        size_bytes=len(file),
    )
    pcm_format = PcmFormat(source.sample_rate_hertz, source.channel_count)
    return pcm_format, came_in, tuple(reader.notes), pcm


def _samples(what: Made) -> int:
    return round(what.duration.total_seconds() * what.format.sample_rate_hertz)


def _speech(what: Made) -> bytes:
    """Speech alone, without the still line before and after it."""
    seconds = what.duration.total_seconds()
    call = b"".join(speak_call(what.format, HEAD_SECONDS + seconds + TAIL_SECONDS))
    start = round(HEAD_SECONDS * what.format.sample_rate_hertz) * what.format.frame_bytes
    return call[start : start + _samples(what) * what.format.frame_bytes]


def _tone(what: Made) -> bytes:
    return tone(what.format, what.duration.total_seconds())


def _silence(what: Made) -> bytes:
    return bytes(_samples(what) * what.format.frame_bytes)


_MAKERS = {Sound.SPEECH: _speech, Sound.TONE: _tone, Sound.SILENCE: _silence}


def _bytes(media: MemoryMedia, segment: Segment) -> bytes:
    return media.slice(segment.key, segment.offset, segment.offset + segment.length)
