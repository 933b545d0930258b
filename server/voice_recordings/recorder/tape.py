"""What of a producer's stream goes on record: offsets checked, pauses kept out, limits kept."""

from collections.abc import Callable, Iterator

from voice_recordings.audio import g711
from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.trailing_silence import TrailingSilence
from voice_recordings.audio.wav import HEADER_BYTES, MAX_WAV_BYTES
from voice_recordings.errors import (
    InvalidArgument,
    OffsetOutOfRange,
    RecordingNotLive,
    RecordingNotPaused,
    RecordingPaused,
    TooManyPauses,
)
from voice_recordings.recordings.live import Codec, Live, PauseMode
from voice_recordings.recordings.ports import Intake
from voice_recordings.recordings.recording import Reason

MAX_PAUSES = 1000
# A pause may be asked for ahead, but not further than any recording is long.
_FARTHEST_BYTES = MAX_WAV_BYTES


class Tape:
    """Turns a live stream into PCM 16, from the start or from what a spool holds already.

    `received` is the offset of the first byte not yet received; `limit` says
    which limit has been reached, after which nothing is recorded. Raises
    `RecordingNotLive` for an intake that is none.
    """

    def __init__(self, intake: Intake, spooled_bytes: int = 0) -> None:
        live = intake.session.live
        if live is None:
            raise RecordingNotLive
        self.live = live
        self._pcm = intake.format
        self._sample_bytes = live.sample_bytes(intake.format)
        self._recorded = intake.format.bytes_to_samples(spooled_bytes)
        # A crash may have left part of a sample in the spool; it is not written again.
        self._spooled_part = spooled_bytes % intake.format.frame_bytes
        self._cap, self._cap_reason = _cap(intake.format, live)
        self._silence = _silence(intake, live)
        self._listened = 0
        self.received = live.offset(self._recorded * self._sample_bytes)
        self.limit: Reason | None = self._cap_reason if self._recorded >= self._cap else None

    def take(self, offset: int, audio: bytes) -> bytes:
        """The PCM that these bytes of the stream add.

        What was received before adds nothing, nor what lies behind a limit.
        Raises `OffsetOutOfRange` for a gap, and `InvalidArgument` for parts of samples.
        """
        self._check(offset, audio)
        if self.limit is not None:
            return b""
        if offset > self.received:
            raise OffsetOutOfRange.of("offset", offset, self.received)
        pcm = b"".join(self._record(offset, audio))
        if self._spooled_part and pcm:
            pcm, self._spooled_part = pcm[self._spooled_part :], 0
        return pcm

    def paused(self, mode: PauseMode, at_offset: int | None) -> Live:
        """The stream with a pause; to be kept, and then to become `live`."""
        if self.live.paused:
            raise RecordingPaused
        if len(self.live.pauses) >= MAX_PAUSES:
            raise TooManyPauses
        return self.live.pause(mode, self._at(at_offset))

    def resumed(self, at_offset: int | None) -> Live:
        """The stream with its pause ended; to be kept, and then to become `live`."""
        if not self.live.paused:
            raise RecordingNotPaused
        return self.live.resume(self._at(at_offset))

    def _at(self, offset: int | None) -> int:
        earliest = self.received
        if self.live.pauses and not self.live.paused:
            earliest = max(earliest, self.live.pauses[-1].end_offset)
        if offset is None:
            return earliest
        if offset % self._sample_bytes:
            raise InvalidArgument.of(
                "at_offset", f"{offset} is not a multiple of {self._sample_bytes}, a sample's bytes"
            )
        if offset < earliest:
            raise OffsetOutOfRange.of("at_offset", offset, earliest)
        if offset - earliest > _FARTHEST_BYTES:
            raise InvalidArgument.of(
                "at_offset",
                f"{offset} is more than {_FARTHEST_BYTES} bytes ahead of {earliest}, the next byte",
            )
        return offset

    def _check(self, offset: int, audio: bytes) -> None:
        for field, count in (("offset", offset), ("audio", len(audio))):
            if count < 0 or count % self._sample_bytes:
                raise InvalidArgument.of(
                    field,
                    f"{count} bytes are not a number of whole samples of "
                    f"{self._sample_bytes} bytes each",
                )

    def _record(self, offset: int, audio: bytes) -> Iterator[bytes]:
        decode = _DECODERS[self.live.codec]
        for mode, start, end in list(self._spans(offset + len(audio))):
            if self.limit is not None:
                return
            if mode is PauseMode.SKIP:
                self.received = end
                continue
            if mode is PauseMode.SILENCE:
                pcm = bytes((end - start) // self._sample_bytes * self._pcm.frame_bytes)
            else:
                pcm = decode(audio[start - offset : end - offset])
            samples = self._within_limits(pcm, heard=mode is None)
            self._recorded += samples
            self.received = start + samples * self._sample_bytes
            yield pcm[: samples * self._pcm.frame_bytes]

    def _spans(self, end: int) -> Iterator[tuple[PauseMode | None, int, int]]:
        """The stretches from `received` on that lie within one pause, or outside of all."""
        position = self.received
        for pause in self.live.pauses:
            stop = end if pause.open else min(pause.end_offset, end)
            if stop <= position:
                continue
            if pause.start_offset >= end:
                break
            if position < pause.start_offset:
                yield None, position, pause.start_offset
                position = pause.start_offset
            yield pause.mode, position, stop
            position = stop
        if position < end:
            yield None, position, end

    def _within_limits(self, pcm: bytes, *, heard: bool) -> int:
        """How many of these samples still belong on record; notes the limit they reach."""
        samples = self._pcm.bytes_to_samples(len(pcm))
        room = self._cap - self._recorded
        if self._silence is not None and heard:
            until = self._silence.feed(pcm)
            if until is not None and until - self._listened <= min(samples, room):
                self.limit = Reason.SILENCE_TIMEOUT
                return until - self._listened
            self._listened += samples
        if samples >= room:
            self.limit = self._cap_reason
            return room
        return samples


def _same(audio: bytes) -> bytes:
    return audio


_DECODERS: dict[Codec, Callable[[bytes], bytes]] = {
    Codec.LINEAR16: _same,
    Codec.MULAW: g711.decode_mulaw,
    Codec.ALAW: g711.decode_alaw,
}


def _cap(pcm: PcmFormat, live: Live) -> tuple[int, Reason]:
    """The most samples there may be, and why."""
    largest = pcm.bytes_to_samples(MAX_WAV_BYTES - HEADER_BYTES)
    longest = live.limits.max_duration
    if longest is not None:
        samples = max(1, round(longest.total_seconds() * pcm.sample_rate_hertz))
        if samples <= largest:
            return samples, Reason.MAX_DURATION
    return largest, Reason.TOO_LARGE


def _silence(intake: Intake, live: Live) -> TrailingSilence | None:
    limit = live.limits.silence_timeout
    if limit is None:
        return None
    samples = round(limit.total_seconds() * intake.format.sample_rate_hertz)
    return TrailingSilence(intake.format, intake.session.thresholds.trim_dbfs, samples)
