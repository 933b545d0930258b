"""The session of a recording as a message."""

from datetime import timedelta

from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.frames import frame_samples
from voice_recordings.recordings.live import Live, Pause
from voice_recordings.recordings.recording import Recording
from voice_recordings.recordings.session import Input, Session
from voice_recordings.rpc.messages import duration, timestamp
from voicerecordings.recorder.v1.session_pb2 import Session as SessionMessage


def session_message(recording: Recording, session: Session) -> SessionMessage:
    """How the recording was made, so far or in the end."""
    came_in, thresholds = session.input, session.thresholds
    ending = recording.ending
    message = SessionMessage(
        name=recording.name.part("session"),
        reason=ending.reason.value if ending else None,
        detail=session.detail,
        input=SessionMessage.Input(
            container=came_in.container,
            codec=came_in.codec,
            sample_rate=came_in.sample_rate_hertz,
            channel_count=came_in.channel_count,
            size_bytes=came_in.size_bytes,
            duration=duration(came_in.duration) if came_in.duration is not None else None,
        ),
        thresholds=SessionMessage.Thresholds(
            trim_dbfs=thresholds.trim_dbfs,
            empty_dbfs=thresholds.empty_dbfs,
            frame=duration(_frame(came_in)),
        ),
        levels=[
            SessionMessage.Level(
                peak_dbfs=level.peak_dbfs,
                loudness_dbfs=level.loudness_dbfs,
                clipped_samples=level.clipped_samples,
            )
            for level in session.levels
        ],
        notes=[
            SessionMessage.Note(kind=note.kind.value, message=note.message)
            for note in session.notes
        ],
    )
    if ending is not None:
        message.end_time.CopyFrom(timestamp(ending.end_time))
    if session.trimming is not None:
        message.trimming.head.CopyFrom(duration(session.trimming.head))
        message.trimming.tail.CopyFrom(duration(session.trimming.tail))
    if session.live is not None:
        message.live.CopyFrom(_live_message(session, session.live))
    return message


def _live_message(session: Session, live: Live) -> SessionMessage.Live:
    limits = live.limits
    message = SessionMessage.Live(
        committed_bytes=session.input.size_bytes,
        pauses=[_pause_message(session.input, live, pause) for pause in live.pauses],
        closed=live.closed is not None,
    )
    if limits.max_duration is not None:
        message.max_duration.CopyFrom(duration(limits.max_duration))
    if limits.silence_timeout is not None:
        message.silence_timeout.CopyFrom(duration(limits.silence_timeout))
    return message


def _pause_message(came_in: Input, live: Live, pause: Pause) -> SessionMessage.Pause:
    pcm = PcmFormat(came_in.sample_rate_hertz, came_in.channel_count)
    sample_bytes = live.sample_bytes(pcm)
    swallowed = pause.end_offset - pause.start_offset
    return SessionMessage.Pause(
        mode=pause.mode.value,
        start_offset=pause.start_offset,
        end_offset=pause.end_offset,
        position=duration(pcm.duration(live.recorded(pause.start_offset) // sample_bytes)),
        duration=duration(pcm.duration(swallowed // sample_bytes)),
        open=pause.open,
    )


def _frame(came_in: Input) -> timedelta:
    pcm = PcmFormat(came_in.sample_rate_hertz, came_in.channel_count)
    return pcm.duration(frame_samples(pcm))
