import datetime

from enfonica.voice.v1beta1 import call_recording_config_pb2 as _call_recording_config_pb2
from enfonica.voice.v1beta1 import recordings_pb2 as _recordings_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import client_pb2 as _client_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import httpbody_pb2 as _httpbody_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from voicerecordings.recorder.v1 import download_pb2 as _download_pb2
from voicerecordings.recorder.v1 import session_pb2 as _session_pb2
from voicerecordings.recorder.v1 import waveform_pb2 as _waveform_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CreateRecordingRequest(_message.Message):
    __slots__ = ("parent", "recording_id", "recording")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    RECORDING_ID_FIELD_NUMBER: _ClassVar[int]
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    parent: str
    recording_id: str
    recording: NewRecording
    def __init__(self, parent: _Optional[str] = ..., recording_id: _Optional[str] = ..., recording: _Optional[_Union[NewRecording, _Mapping]] = ...) -> None: ...

class NewRecording(_message.Message):
    __slots__ = ("source", "post_processing", "ready_uri", "format", "max_duration", "silence_timeout")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    POST_PROCESSING_FIELD_NUMBER: _ClassVar[int]
    READY_URI_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    MAX_DURATION_FIELD_NUMBER: _ClassVar[int]
    SILENCE_TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    source: _recordings_pb2.Recording.Source
    post_processing: _containers.RepeatedScalarFieldContainer[_call_recording_config_pb2.PostProcessing]
    ready_uri: str
    format: AudioFormat
    max_duration: _duration_pb2.Duration
    silence_timeout: _duration_pb2.Duration
    def __init__(self, source: _Optional[_Union[_recordings_pb2.Recording.Source, str]] = ..., post_processing: _Optional[_Iterable[_Union[_call_recording_config_pb2.PostProcessing, str]]] = ..., ready_uri: _Optional[str] = ..., format: _Optional[_Union[AudioFormat, _Mapping]] = ..., max_duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., silence_timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class AudioFormat(_message.Message):
    __slots__ = ("codec", "sample_rate", "channel_count")
    class Codec(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CODEC_UNSPECIFIED: _ClassVar[AudioFormat.Codec]
        LINEAR16: _ClassVar[AudioFormat.Codec]
        MULAW: _ClassVar[AudioFormat.Codec]
        ALAW: _ClassVar[AudioFormat.Codec]
    CODEC_UNSPECIFIED: AudioFormat.Codec
    LINEAR16: AudioFormat.Codec
    MULAW: AudioFormat.Codec
    ALAW: AudioFormat.Codec
    CODEC_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_RATE_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_COUNT_FIELD_NUMBER: _ClassVar[int]
    codec: AudioFormat.Codec
    sample_rate: int
    channel_count: int
    def __init__(self, codec: _Optional[_Union[AudioFormat.Codec, str]] = ..., sample_rate: _Optional[int] = ..., channel_count: _Optional[int] = ...) -> None: ...

class WriteAudioRequest(_message.Message):
    __slots__ = ("name", "offset", "audio", "finish")
    NAME_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    AUDIO_FIELD_NUMBER: _ClassVar[int]
    FINISH_FIELD_NUMBER: _ClassVar[int]
    name: str
    offset: int
    audio: bytes
    finish: bool
    def __init__(self, name: _Optional[str] = ..., offset: _Optional[int] = ..., audio: _Optional[bytes] = ..., finish: bool = ...) -> None: ...

class WriteAudioResponse(_message.Message):
    __slots__ = ("committed_bytes", "ended")
    COMMITTED_BYTES_FIELD_NUMBER: _ClassVar[int]
    ENDED_FIELD_NUMBER: _ClassVar[int]
    committed_bytes: int
    ended: _session_pb2.Session.Reason
    def __init__(self, committed_bytes: _Optional[int] = ..., ended: _Optional[_Union[_session_pb2.Session.Reason, str]] = ...) -> None: ...

class FinishRecordingRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class PauseRecordingRequest(_message.Message):
    __slots__ = ("name", "mode", "at_offset")
    NAME_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    AT_OFFSET_FIELD_NUMBER: _ClassVar[int]
    name: str
    mode: _session_pb2.Session.Pause.Mode
    at_offset: int
    def __init__(self, name: _Optional[str] = ..., mode: _Optional[_Union[_session_pb2.Session.Pause.Mode, str]] = ..., at_offset: _Optional[int] = ...) -> None: ...

class ResumeRecordingRequest(_message.Message):
    __slots__ = ("name", "at_offset")
    NAME_FIELD_NUMBER: _ClassVar[int]
    AT_OFFSET_FIELD_NUMBER: _ClassVar[int]
    name: str
    at_offset: int
    def __init__(self, name: _Optional[str] = ..., at_offset: _Optional[int] = ...) -> None: ...

class ImportRecordingRequest(_message.Message):
    __slots__ = ("parent", "recording_id", "source", "post_processing", "ready_uri", "start_time", "file")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    RECORDING_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    POST_PROCESSING_FIELD_NUMBER: _ClassVar[int]
    READY_URI_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    parent: str
    recording_id: str
    source: _recordings_pb2.Recording.Source
    post_processing: _containers.RepeatedScalarFieldContainer[_call_recording_config_pb2.PostProcessing]
    ready_uri: str
    start_time: _timestamp_pb2.Timestamp
    file: _httpbody_pb2.HttpBody
    def __init__(self, parent: _Optional[str] = ..., recording_id: _Optional[str] = ..., source: _Optional[_Union[_recordings_pb2.Recording.Source, str]] = ..., post_processing: _Optional[_Iterable[_Union[_call_recording_config_pb2.PostProcessing, str]]] = ..., ready_uri: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., file: _Optional[_Union[_httpbody_pb2.HttpBody, _Mapping]] = ...) -> None: ...

class GetSessionRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetWaveformRequest(_message.Message):
    __slots__ = ("name", "bucket_count")
    NAME_FIELD_NUMBER: _ClassVar[int]
    BUCKET_COUNT_FIELD_NUMBER: _ClassVar[int]
    name: str
    bucket_count: int
    def __init__(self, name: _Optional[str] = ..., bucket_count: _Optional[int] = ...) -> None: ...

class GetDownloadRequest(_message.Message):
    __slots__ = ("name", "mime_type", "channels", "channel")
    NAME_FIELD_NUMBER: _ClassVar[int]
    MIME_TYPE_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    name: str
    mime_type: str
    channels: int
    channel: int
    def __init__(self, name: _Optional[str] = ..., mime_type: _Optional[str] = ..., channels: _Optional[int] = ..., channel: _Optional[int] = ...) -> None: ...
