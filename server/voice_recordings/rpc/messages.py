"""Domain values as messages of the public contract, and back."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from enfonica.voice.v1beta1 import call_recording_config_pb2, recordings_pb2
from voice_recordings.errors import InvalidArgument
from voice_recordings.recordings.media import AudioFile, Encoding
from voice_recordings.recordings.names import RecordingName
from voice_recordings.recordings.recording import (
    ErrorCode,
    Failed,
    PostProcessing,
    Recording,
    Source,
    Succeeded,
)

_VIEWS = frozenset(recordings_pb2.RecordingView.values())

# Makes the download URI of a file.
LinkMaker = Callable[[RecordingName, AudioFile], str]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_ERROR_CODES = {
    ErrorCode.TIMEOUT: recordings_pb2.Recording.TIMEOUT,
    ErrorCode.INTERNAL_ERROR: recordings_pb2.Recording.INTERNAL_ERROR,
}
_ENCODINGS = {
    Encoding.PCM_16BIT: recordings_pb2.RecordingAudio.AUDIO_ENCODING_PCM_16BIT,
    Encoding.MP3: recordings_pb2.RecordingAudio.AUDIO_ENCODING_MP3,
}


def recording_message(recording: Recording, link: LinkMaker | None) -> recordings_pb2.Recording:
    """The recording in the FULL view, or in the BASIC one where there is no link maker."""
    message = recordings_pb2.Recording(
        name=str(recording.name),
        state=recording.state.value,
        source=recording.source.value,
        channel_count=recording.channel_count,
        post_processing=[step.value for step in recording.post_processing],
        create_time=timestamp(recording.create_time),
        ready_uri=recording.ready_uri,
    )
    match recording.ending:
        case Succeeded(duration=length, audio=files):
            message.duration.CopyFrom(duration(length))
            message.start_time.CopyFrom(timestamp(recording.start_time))
            for audio in files:
                message.audio.add(
                    mime_type=audio.encoding.value,
                    encoding=_ENCODINGS[audio.encoding],
                    sample_rate=audio.sample_rate_hertz,
                    size_bytes=audio.size_bytes,
                    uri=link(recording.name, audio) if link else "",
                )
        case Failed(error_code=code):
            message.error_code = _ERROR_CODES[code]
    return message


def files_of(recording: Recording) -> tuple[AudioFile, ...]:
    """The files of `Recording.audio`, in its order."""
    return recording.ending.audio if isinstance(recording.ending, Succeeded) else ()


def wants_links(view: int, default: int) -> bool:
    """Whether a view holds download URIs; raises `InvalidArgument` for an unknown one."""
    if view not in _VIEWS:
        raise InvalidArgument.of("view", f"{view} is not a RecordingView")
    return (view or default) == recordings_pb2.FULL


def source_of(value: int) -> Source:
    """The source, CALL_RECORDING if unset; raises `InvalidArgument` for an unknown one."""
    if value == recordings_pb2.Recording.SOURCE_UNSPECIFIED:
        return Source.CALL_RECORDING
    if value not in recordings_pb2.Recording.Source.values():
        raise InvalidArgument.of("source", f"{value} is not a Source")
    return Source[recordings_pb2.Recording.Source.Name(value)]


def post_processing_of(values: Iterable[int]) -> tuple[PostProcessing, ...]:
    """The steps, each once; raises `InvalidArgument` for an unknown one."""
    known = {
        number: PostProcessing[name]
        for name, number in call_recording_config_pb2.PostProcessing.items()
        if name in PostProcessing.__members__
    }
    steps = []
    for value in values:
        if value not in known:
            raise InvalidArgument.of(
                "post_processing", f"{value} is not something that can be done"
            )
        if known[value] not in steps:
            steps.append(known[value])
    return tuple(steps)


def timestamp(time: datetime) -> Timestamp:
    """The time, exact to the microsecond."""
    seconds, microseconds = divmod((time - _EPOCH) // _MICROSECOND, 1_000_000)
    return Timestamp(seconds=seconds, nanos=microseconds * 1000)


def duration(span: timedelta) -> Duration:
    """The span, exact to the microsecond."""
    seconds, microseconds = divmod(span // _MICROSECOND, 1_000_000)
    return Duration(seconds=seconds, nanos=microseconds * 1000)


def time_of(message: Timestamp, field: str) -> datetime:
    """The time to the microsecond; raises `InvalidArgument` outside years 1 to 9999."""
    try:
        return message.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise InvalidArgument.of(field, "is not a time between the years 1 and 9999") from None
