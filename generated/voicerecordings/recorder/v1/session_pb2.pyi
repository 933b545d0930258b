import datetime

from google.api import resource_pb2 as _resource_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Session(_message.Message):
    __slots__ = ("name", "reason", "detail", "end_time", "input", "trimming", "levels", "thresholds", "notes", "live")
    class Reason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        REASON_UNSPECIFIED: _ClassVar[Session.Reason]
        COMPLETED: _ClassVar[Session.Reason]
        SILENT: _ClassVar[Session.Reason]
        NO_AUDIO: _ClassVar[Session.Reason]
        TIMED_OUT: _ClassVar[Session.Reason]
        DECODE_FAILED: _ClassVar[Session.Reason]
        STORAGE_FAILED: _ClassVar[Session.Reason]
        INTERNAL: _ClassVar[Session.Reason]
        TOO_LARGE: _ClassVar[Session.Reason]
        PRODUCER_LOST: _ClassVar[Session.Reason]
        STALLED: _ClassVar[Session.Reason]
        MAX_DURATION: _ClassVar[Session.Reason]
        SILENCE_TIMEOUT: _ClassVar[Session.Reason]
    REASON_UNSPECIFIED: Session.Reason
    COMPLETED: Session.Reason
    SILENT: Session.Reason
    NO_AUDIO: Session.Reason
    TIMED_OUT: Session.Reason
    DECODE_FAILED: Session.Reason
    STORAGE_FAILED: Session.Reason
    INTERNAL: Session.Reason
    TOO_LARGE: Session.Reason
    PRODUCER_LOST: Session.Reason
    STALLED: Session.Reason
    MAX_DURATION: Session.Reason
    SILENCE_TIMEOUT: Session.Reason
    class Note(_message.Message):
        __slots__ = ("kind", "message")
        class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
            __slots__ = ()
            KIND_UNSPECIFIED: _ClassVar[Session.Note.Kind]
            DATA_TRUNCATED: _ClassVar[Session.Note.Kind]
            LENGTH_REPAIRED: _ClassVar[Session.Note.Kind]
            PARTIAL_FRAME_DROPPED: _ClassVar[Session.Note.Kind]
            TRIM_SKIPPED: _ClassVar[Session.Note.Kind]
            SAMPLES_LIMITED: _ClassVar[Session.Note.Kind]
            RESAMPLED: _ClassVar[Session.Note.Kind]
        KIND_UNSPECIFIED: Session.Note.Kind
        DATA_TRUNCATED: Session.Note.Kind
        LENGTH_REPAIRED: Session.Note.Kind
        PARTIAL_FRAME_DROPPED: Session.Note.Kind
        TRIM_SKIPPED: Session.Note.Kind
        SAMPLES_LIMITED: Session.Note.Kind
        RESAMPLED: Session.Note.Kind
        KIND_FIELD_NUMBER: _ClassVar[int]
        MESSAGE_FIELD_NUMBER: _ClassVar[int]
        kind: Session.Note.Kind
        message: str
        def __init__(self, kind: _Optional[_Union[Session.Note.Kind, str]] = ..., message: _Optional[str] = ...) -> None: ...
    class Input(_message.Message):
        __slots__ = ("container", "codec", "sample_rate", "channel_count", "size_bytes", "duration")
        CONTAINER_FIELD_NUMBER: _ClassVar[int]
        CODEC_FIELD_NUMBER: _ClassVar[int]
        SAMPLE_RATE_FIELD_NUMBER: _ClassVar[int]
        CHANNEL_COUNT_FIELD_NUMBER: _ClassVar[int]
        SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
        DURATION_FIELD_NUMBER: _ClassVar[int]
        container: str
        codec: str
        sample_rate: int
        channel_count: int
        size_bytes: int
        duration: _duration_pb2.Duration
        def __init__(self, container: _Optional[str] = ..., codec: _Optional[str] = ..., sample_rate: _Optional[int] = ..., channel_count: _Optional[int] = ..., size_bytes: _Optional[int] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...
    class Trimming(_message.Message):
        __slots__ = ("head", "tail")
        HEAD_FIELD_NUMBER: _ClassVar[int]
        TAIL_FIELD_NUMBER: _ClassVar[int]
        head: _duration_pb2.Duration
        tail: _duration_pb2.Duration
        def __init__(self, head: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., tail: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...
    class Level(_message.Message):
        __slots__ = ("peak_dbfs", "loudness_dbfs", "clipped_samples")
        PEAK_DBFS_FIELD_NUMBER: _ClassVar[int]
        LOUDNESS_DBFS_FIELD_NUMBER: _ClassVar[int]
        CLIPPED_SAMPLES_FIELD_NUMBER: _ClassVar[int]
        peak_dbfs: float
        loudness_dbfs: float
        clipped_samples: int
        def __init__(self, peak_dbfs: _Optional[float] = ..., loudness_dbfs: _Optional[float] = ..., clipped_samples: _Optional[int] = ...) -> None: ...
    class Thresholds(_message.Message):
        __slots__ = ("trim_dbfs", "empty_dbfs", "frame")
        TRIM_DBFS_FIELD_NUMBER: _ClassVar[int]
        EMPTY_DBFS_FIELD_NUMBER: _ClassVar[int]
        FRAME_FIELD_NUMBER: _ClassVar[int]
        trim_dbfs: float
        empty_dbfs: float
        frame: _duration_pb2.Duration
        def __init__(self, trim_dbfs: _Optional[float] = ..., empty_dbfs: _Optional[float] = ..., frame: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...
    class Live(_message.Message):
        __slots__ = ("committed_bytes", "max_duration", "silence_timeout", "pauses", "closed")
        COMMITTED_BYTES_FIELD_NUMBER: _ClassVar[int]
        MAX_DURATION_FIELD_NUMBER: _ClassVar[int]
        SILENCE_TIMEOUT_FIELD_NUMBER: _ClassVar[int]
        PAUSES_FIELD_NUMBER: _ClassVar[int]
        CLOSED_FIELD_NUMBER: _ClassVar[int]
        committed_bytes: int
        max_duration: _duration_pb2.Duration
        silence_timeout: _duration_pb2.Duration
        pauses: _containers.RepeatedCompositeFieldContainer[Session.Pause]
        closed: bool
        def __init__(self, committed_bytes: _Optional[int] = ..., max_duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., silence_timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., pauses: _Optional[_Iterable[_Union[Session.Pause, _Mapping]]] = ..., closed: bool = ...) -> None: ...
    class Pause(_message.Message):
        __slots__ = ("mode", "start_offset", "end_offset", "position", "duration", "open")
        class Mode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
            __slots__ = ()
            MODE_UNSPECIFIED: _ClassVar[Session.Pause.Mode]
            SKIP: _ClassVar[Session.Pause.Mode]
            SILENCE: _ClassVar[Session.Pause.Mode]
        MODE_UNSPECIFIED: Session.Pause.Mode
        SKIP: Session.Pause.Mode
        SILENCE: Session.Pause.Mode
        MODE_FIELD_NUMBER: _ClassVar[int]
        START_OFFSET_FIELD_NUMBER: _ClassVar[int]
        END_OFFSET_FIELD_NUMBER: _ClassVar[int]
        POSITION_FIELD_NUMBER: _ClassVar[int]
        DURATION_FIELD_NUMBER: _ClassVar[int]
        OPEN_FIELD_NUMBER: _ClassVar[int]
        mode: Session.Pause.Mode
        start_offset: int
        end_offset: int
        position: _duration_pb2.Duration
        duration: _duration_pb2.Duration
        open: bool
        def __init__(self, mode: _Optional[_Union[Session.Pause.Mode, str]] = ..., start_offset: _Optional[int] = ..., end_offset: _Optional[int] = ..., position: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., open: bool = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    INPUT_FIELD_NUMBER: _ClassVar[int]
    TRIMMING_FIELD_NUMBER: _ClassVar[int]
    LEVELS_FIELD_NUMBER: _ClassVar[int]
    THRESHOLDS_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    LIVE_FIELD_NUMBER: _ClassVar[int]
    name: str
    reason: Session.Reason
    detail: str
    end_time: _timestamp_pb2.Timestamp
    input: Session.Input
    trimming: Session.Trimming
    levels: _containers.RepeatedCompositeFieldContainer[Session.Level]
    thresholds: Session.Thresholds
    notes: _containers.RepeatedCompositeFieldContainer[Session.Note]
    live: Session.Live
    def __init__(self, name: _Optional[str] = ..., reason: _Optional[_Union[Session.Reason, str]] = ..., detail: _Optional[str] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., input: _Optional[_Union[Session.Input, _Mapping]] = ..., trimming: _Optional[_Union[Session.Trimming, _Mapping]] = ..., levels: _Optional[_Iterable[_Union[Session.Level, _Mapping]]] = ..., thresholds: _Optional[_Union[Session.Thresholds, _Mapping]] = ..., notes: _Optional[_Iterable[_Union[Session.Note, _Mapping]]] = ..., live: _Optional[_Union[Session.Live, _Mapping]] = ...) -> None: ...
