import datetime

from enfonica.voice.v1beta1 import call_recording_config_pb2 as _call_recording_config_pb2
from enfonica.voice.v1beta1 import recordings_pb2 as _recordings_pb2
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

class SimulateRecordingRequest(_message.Message):
    __slots__ = ("parent", "recording_id", "outcome", "source", "channel_count", "sample_rate", "duration", "post_processing", "sound", "file", "ready_uri", "create_time", "end_after", "end_after_gets", "end_on_command")
    class Outcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        OUTCOME_UNSPECIFIED: _ClassVar[SimulateRecordingRequest.Outcome]
        SUCCEEDED: _ClassVar[SimulateRecordingRequest.Outcome]
        EMPTY: _ClassVar[SimulateRecordingRequest.Outcome]
        FAILED_TIMEOUT: _ClassVar[SimulateRecordingRequest.Outcome]
        FAILED_INTERNAL_ERROR: _ClassVar[SimulateRecordingRequest.Outcome]
        PENDING: _ClassVar[SimulateRecordingRequest.Outcome]
    OUTCOME_UNSPECIFIED: SimulateRecordingRequest.Outcome
    SUCCEEDED: SimulateRecordingRequest.Outcome
    EMPTY: SimulateRecordingRequest.Outcome
    FAILED_TIMEOUT: SimulateRecordingRequest.Outcome
    FAILED_INTERNAL_ERROR: SimulateRecordingRequest.Outcome
    PENDING: SimulateRecordingRequest.Outcome
    class Sound(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        SOUND_UNSPECIFIED: _ClassVar[SimulateRecordingRequest.Sound]
        SPEECH: _ClassVar[SimulateRecordingRequest.Sound]
        TONE: _ClassVar[SimulateRecordingRequest.Sound]
        SILENCE: _ClassVar[SimulateRecordingRequest.Sound]
    SOUND_UNSPECIFIED: SimulateRecordingRequest.Sound
    SPEECH: SimulateRecordingRequest.Sound
    TONE: SimulateRecordingRequest.Sound
    SILENCE: SimulateRecordingRequest.Sound
    PARENT_FIELD_NUMBER: _ClassVar[int]
    RECORDING_ID_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_COUNT_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_RATE_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    POST_PROCESSING_FIELD_NUMBER: _ClassVar[int]
    SOUND_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    READY_URI_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    END_AFTER_FIELD_NUMBER: _ClassVar[int]
    END_AFTER_GETS_FIELD_NUMBER: _ClassVar[int]
    END_ON_COMMAND_FIELD_NUMBER: _ClassVar[int]
    parent: str
    recording_id: str
    outcome: SimulateRecordingRequest.Outcome
    source: _recordings_pb2.Recording.Source
    channel_count: int
    sample_rate: int
    duration: _duration_pb2.Duration
    post_processing: _containers.RepeatedScalarFieldContainer[_call_recording_config_pb2.PostProcessing]
    sound: SimulateRecordingRequest.Sound
    file: bytes
    ready_uri: str
    create_time: _timestamp_pb2.Timestamp
    end_after: _duration_pb2.Duration
    end_after_gets: int
    end_on_command: bool
    def __init__(self, parent: _Optional[str] = ..., recording_id: _Optional[str] = ..., outcome: _Optional[_Union[SimulateRecordingRequest.Outcome, str]] = ..., source: _Optional[_Union[_recordings_pb2.Recording.Source, str]] = ..., channel_count: _Optional[int] = ..., sample_rate: _Optional[int] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., post_processing: _Optional[_Iterable[_Union[_call_recording_config_pb2.PostProcessing, str]]] = ..., sound: _Optional[_Union[SimulateRecordingRequest.Sound, str]] = ..., file: _Optional[bytes] = ..., ready_uri: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_after: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., end_after_gets: _Optional[int] = ..., end_on_command: bool = ...) -> None: ...

class EndRecordingRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...
