import datetime

from enfonica.voice.v1beta1 import call_recording_config_pb2 as _call_recording_config_pb2
from enfonica.voice.v1beta1 import recordings_pb2 as _recordings_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import client_pb2 as _client_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import httpbody_pb2 as _httpbody_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from voicerecordings.recorder.v1 import session_pb2 as _session_pb2
from voicerecordings.recorder.v1 import waveform_pb2 as _waveform_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

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
