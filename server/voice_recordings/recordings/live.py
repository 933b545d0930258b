"""What a live recording keeps of the stream it comes from: its coding, limits and pauses.

Offsets count the bytes the producer sent, dropped ones too.
"""

import enum
from dataclasses import dataclass, replace
from datetime import timedelta

from voice_recordings.audio.format import PcmFormat
from voice_recordings.recordings.recording import Reason


class Codec(enum.Enum):
    """How a producer encodes its samples."""

    LINEAR16 = "LINEAR16"
    MULAW = "MULAW"
    ALAW = "ALAW"

    @property
    def sample_bytes(self) -> int:
        """Bytes of one sample of one channel."""
        return 2 if self is Codec.LINEAR16 else 1


class PauseMode(enum.Enum):
    """What becomes of the time of a pause."""

    SKIP = "SKIP"
    """It is left out."""
    SILENCE = "SILENCE"
    """Silence stands in its place."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Bytes `start_offset` to `end_offset` of the stream, which are not recorded.

    While it is open, `end_offset` is how far it is known to have reached.
    """

    mode: PauseMode
    start_offset: int
    end_offset: int
    open: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """When a live recording ends by itself."""

    max_duration: timedelta | None = None
    """Of recorded audio."""
    silence_timeout: timedelta | None = None
    """Of silence in a row."""


@dataclass(frozen=True, slots=True)
class Live:
    """The stream of a live recording. It takes audio until it is `closed`, for a reason.

    `takers` counts the workers that took audio in before the one that closed it.
    """

    codec: Codec
    limits: Limits = Limits()
    pauses: tuple[Pause, ...] = ()
    closed: Reason | None = None
    takers: int = 0

    def sample_bytes(self, pcm: PcmFormat) -> int:
        """Bytes the producer sends for one sample of every channel."""
        return self.codec.sample_bytes * pcm.channel_count

    @property
    def paused(self) -> bool:
        """Whether a pause has been asked for and not been ended."""
        return bool(self.pauses) and self.pauses[-1].open

    def recorded(self, offset: int) -> int:
        """How many of the first `offset` bytes have a place in the recording."""
        skipped = 0
        for pause in self.pauses:
            if pause.mode is PauseMode.SKIP and pause.start_offset < offset:
                end = offset if pause.open else min(pause.end_offset, offset)
                skipped += end - pause.start_offset
        return offset - skipped

    def offset(self, recorded_bytes: int) -> int:
        """Where the stream goes on when so many of its bytes are in the recording.

        What a pause swallowed right behind them need not be sent again.
        """
        offset, rest = 0, recorded_bytes
        for pause in self.pauses:
            if pause.mode is PauseMode.SKIP:
                before = pause.start_offset - offset
                if rest < before:
                    break
                rest -= before
                offset = pause.end_offset
        return offset + rest

    def pause(self, mode: PauseMode, offset: int) -> "Live":
        """With a pause that begins at this offset."""
        return replace(self, pauses=(*self.pauses, Pause(mode, offset, offset, open=True)))

    def reached(self, offset: int) -> "Live":
        """With an open pause known to have reached this offset."""
        if not self.paused or self.pauses[-1].end_offset >= offset:
            return self
        return self._with_last(replace(self.pauses[-1], end_offset=offset))

    def resume(self, offset: int) -> "Live":
        """With its open pause ended at this offset; one that swallowed nothing is forgotten."""
        last = self.pauses[-1]
        if offset <= last.start_offset:
            return replace(self, pauses=self.pauses[:-1])
        return self._with_last(replace(last, end_offset=offset, open=False))

    def _with_last(self, pause: Pause) -> "Live":
        return replace(self, pauses=(*self.pauses[:-1], pause))
