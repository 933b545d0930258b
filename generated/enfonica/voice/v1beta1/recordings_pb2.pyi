import datetime

from enfonica.voice.v1beta1 import call_recording_config_pb2 as _call_recording_config_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import client_pb2 as _client_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
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

class RecordingView(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RECORDING_VIEW_UNSPECIFIED: _ClassVar[RecordingView]
    BASIC: _ClassVar[RecordingView]
    FULL: _ClassVar[RecordingView]
RECORDING_VIEW_UNSPECIFIED: RecordingView
BASIC: RecordingView
FULL: RecordingView

class Recording(_message.Message):
    __slots__ = ("name", "state", "source", "duration", "channel_count", "post_processing", "error_code", "audio", "start_time", "create_time", "ready_uri")
    class Source(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        SOURCE_UNSPECIFIED: _ClassVar[Recording.Source]
        RECORD_ACTION: _ClassVar[Recording.Source]
        CALL_RECORDING: _ClassVar[Recording.Source]
    SOURCE_UNSPECIFIED: Recording.Source
    RECORD_ACTION: Recording.Source
    CALL_RECORDING: Recording.Source
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Recording.State]
        PENDING: _ClassVar[Recording.State]
        SUCCEEDED: _ClassVar[Recording.State]
        EMPTY: _ClassVar[Recording.State]
        FAILED: _ClassVar[Recording.State]
    STATE_UNSPECIFIED: Recording.State
    PENDING: Recording.State
    SUCCEEDED: Recording.State
    EMPTY: Recording.State
    FAILED: Recording.State
    class ErrorCode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        ERROR_CODE_UNSPECIFIED: _ClassVar[Recording.ErrorCode]
        TIMEOUT: _ClassVar[Recording.ErrorCode]
        INTERNAL_ERROR: _ClassVar[Recording.ErrorCode]
    ERROR_CODE_UNSPECIFIED: Recording.ErrorCode
    TIMEOUT: Recording.ErrorCode
    INTERNAL_ERROR: Recording.ErrorCode
    NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_COUNT_FIELD_NUMBER: _ClassVar[int]
    POST_PROCESSING_FIELD_NUMBER: _ClassVar[int]
    ERROR_CODE_FIELD_NUMBER: _ClassVar[int]
    AUDIO_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    READY_URI_FIELD_NUMBER: _ClassVar[int]
    name: str
    state: Recording.State
    source: Recording.Source
    duration: _duration_pb2.Duration
    channel_count: int
    post_processing: _containers.RepeatedScalarFieldContainer[_call_recording_config_pb2.PostProcessing]
    error_code: Recording.ErrorCode
    audio: _containers.RepeatedCompositeFieldContainer[RecordingAudio]
    start_time: _timestamp_pb2.Timestamp
    create_time: _timestamp_pb2.Timestamp
    ready_uri: str
    def __init__(self, name: _Optional[str] = ..., state: _Optional[_Union[Recording.State, str]] = ..., source: _Optional[_Union[Recording.Source, str]] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., channel_count: _Optional[int] = ..., post_processing: _Optional[_Iterable[_Union[_call_recording_config_pb2.PostProcessing, str]]] = ..., error_code: _Optional[_Union[Recording.ErrorCode, str]] = ..., audio: _Optional[_Iterable[_Union[RecordingAudio, _Mapping]]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ready_uri: _Optional[str] = ...) -> None: ...

class RecordingAudio(_message.Message):
    __slots__ = ("mime_type", "encoding", "sample_rate", "size_bytes", "uri")
    class AudioEncoding(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        AUDIO_ENCODING_UNSPECIFIED: _ClassVar[RecordingAudio.AudioEncoding]
        AUDIO_ENCODING_PCM_16BIT: _ClassVar[RecordingAudio.AudioEncoding]
        AUDIO_ENCODING_MP3: _ClassVar[RecordingAudio.AudioEncoding]
    AUDIO_ENCODING_UNSPECIFIED: RecordingAudio.AudioEncoding
    AUDIO_ENCODING_PCM_16BIT: RecordingAudio.AudioEncoding
    AUDIO_ENCODING_MP3: RecordingAudio.AudioEncoding
    MIME_TYPE_FIELD_NUMBER: _ClassVar[int]
    ENCODING_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_RATE_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    URI_FIELD_NUMBER: _ClassVar[int]
    mime_type: str
    encoding: RecordingAudio.AudioEncoding
    sample_rate: int
    size_bytes: int
    uri: str
    def __init__(self, mime_type: _Optional[str] = ..., encoding: _Optional[_Union[RecordingAudio.AudioEncoding, str]] = ..., sample_rate: _Optional[int] = ..., size_bytes: _Optional[int] = ..., uri: _Optional[str] = ...) -> None: ...

class GetRecordingRequest(_message.Message):
    __slots__ = ("name", "view")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    name: str
    view: RecordingView
    def __init__(self, name: _Optional[str] = ..., view: _Optional[_Union[RecordingView, str]] = ...) -> None: ...

class ListRecordingsRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token", "view")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    view: RecordingView
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., view: _Optional[_Union[RecordingView, str]] = ...) -> None: ...

class ListRecordingsResponse(_message.Message):
    __slots__ = ("recordings", "next_page_token")
    RECORDINGS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    recordings: _containers.RepeatedCompositeFieldContainer[Recording]
    next_page_token: str
    def __init__(self, recordings: _Optional[_Iterable[_Union[Recording, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class DeleteRecordingRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...
