"""What a recording becomes once its audio has been processed, or could not be."""

from dataclasses import dataclass, replace
from datetime import datetime

from voice_recordings.audio.notes import Note, NoteKind
from voice_recordings.audio.wav import wav_header
from voice_recordings.errors import (
    AudioTooLarge,
    DecodeFailed,
    DecoderLost,
    NotAudio,
    StorageFailed,
)
from voice_recordings.recorder.processing import Processed
from voice_recordings.recordings.media import AudioFile, Encoding, Segment
from voice_recordings.recordings.ports import Intake
from voice_recordings.recordings.recording import (
    Empty,
    Ending,
    ErrorCode,
    Failed,
    Reason,
    Succeeded,
)
from voice_recordings.recordings.session import Session, Trimming


@dataclass(frozen=True, slots=True)
class Conclusion:
    """An ending and the report that goes with it."""

    ending: Ending
    session: Session


def conclude(
    intake: Intake, processed: Processed, wav: tuple[Segment, ...], etag: str, now: datetime
) -> Conclusion:
    """The ending of audio that was processed: `SUCCEEDED`, or `EMPTY` when silent.

    A live recording of whose producer nothing was ever heard is a timeout.

    `wav` is the kept span of the spooled PCM, the body of the WAV file.
    """
    pcm, verdict = intake.format, processed.verdict
    session = replace(
        intake.session,
        input=replace(intake.session.input, duration=pcm.duration(processed.samples)),
        levels=processed.levels,
        notes=(*intake.session.notes, *processed.notes),
    )
    closed = session.live.closed if session.live else None
    if closed is Reason.STALLED:
        stalled = Failed(now, ErrorCode.TIMEOUT, closed)
        return Conclusion(stalled, replace(session, detail=_DETAILS[closed]))
    made = processed.made
    if verdict.silent or made is None:
        reason = Reason.SILENT if processed.samples else Reason.NO_AUDIO
        if closed not in (None, Reason.COMPLETED):
            reason = closed
        return Conclusion(Empty(now, reason), replace(session, detail=_DETAILS[reason]))
    if verdict.trim_skipped:
        skipped = Note(
            NoteKind.TRIM_SKIPPED,
            f"nothing is louder than {intake.session.thresholds.trim_dbfs:g} dBFS, "
            "so nothing was trimmed",
        )
        session = replace(session, notes=(*session.notes, skipped))
    if verdict.head_samples or verdict.tail_samples:
        trimming = Trimming(pcm.duration(verdict.head_samples), pcm.duration(verdict.tail_samples))
        session = replace(session, trimming=trimming)
    kept, rate, mp3_rate = verdict.kept.samples, pcm.sample_rate_hertz, made.mp3_sample_rate_hertz
    if mp3_rate != rate:
        resampled = Note(
            NoteKind.RESAMPLED,
            f"MP3 has no sample rate of {rate} Hz, so the MP3 file was made at {mp3_rate} Hz",
        )
        session = replace(session, notes=(*session.notes, resampled))
    header = wav_header(pcm, kept * pcm.frame_bytes)
    audio = (
        AudioFile(Encoding.PCM_16BIT, rate, etag, header, wav),
        AudioFile(Encoding.MP3, mp3_rate, etag, made.mp3_head, made.mp3),
    )
    reason = closed or Reason.COMPLETED
    return Conclusion(
        Succeeded(now, pcm.duration(kept), audio, made.waveform, reason),
        replace(session, detail=_DETAILS[reason]),
    )


def failure(intake: Intake, error: Exception, now: datetime) -> Conclusion:
    """The ending of audio that could not be processed."""
    reason = next(
        (reason for kind, reason in _REASONS.items() if isinstance(error, kind)), Reason.INTERNAL
    )
    detail = _DETAILS[reason]
    if isinstance(error, AudioTooLarge | DecodeFailed | DecoderLost):
        detail = error.message
    return Conclusion(
        Failed(now, ErrorCode.INTERNAL_ERROR, reason), replace(intake.session, detail=detail)
    )


def timeout(intake: Intake, now: datetime) -> Conclusion:
    """The ending of audio whose processing did not come back."""
    reason = Reason.TIMED_OUT
    return Conclusion(
        Failed(now, ErrorCode.TIMEOUT, reason),
        replace(intake.session, detail=_DETAILS[reason]),
    )


_REASONS = {
    AudioTooLarge: Reason.TOO_LARGE,
    DecodeFailed: Reason.DECODE_FAILED,
    NotAudio: Reason.DECODE_FAILED,
    StorageFailed: Reason.STORAGE_FAILED,
}
_DETAILS = {
    Reason.COMPLETED: "All the audio was taken in and processed.",
    Reason.SILENT: "The audio is silent from beginning to end.",
    Reason.NO_AUDIO: "There is no audio.",
    Reason.TIMED_OUT: "The audio was not processed in time.",
    Reason.DECODE_FAILED: "The file is damaged beyond reading.",
    Reason.STORAGE_FAILED: "The audio could not be stored or read back.",
    Reason.INTERNAL: "The service failed in a way it did not foresee; its log says more.",
    Reason.STALLED: "Nothing was ever heard of the producer.",
    Reason.PRODUCER_LOST: "The producer fell silent; what had been committed was kept.",
    Reason.TOO_LARGE: "It grew as large as a recording may be.",
    Reason.MAX_DURATION: "It held as much audio as it was to hold.",
    Reason.SILENCE_TIMEOUT: "Nobody spoke for as long as was allowed.",
}
