import datetime

from google.api import resource_pb2 as _resource_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Waveform(_message.Message):
    __slots__ = ("name", "duration", "bucket_count", "channels")
    class Channel(_message.Message):
        __slots__ = ("lowest", "highest")
        LOWEST_FIELD_NUMBER: _ClassVar[int]
        HIGHEST_FIELD_NUMBER: _ClassVar[int]
        lowest: _containers.RepeatedScalarFieldContainer[int]
        highest: _containers.RepeatedScalarFieldContainer[int]
        def __init__(self, lowest: _Optional[_Iterable[int]] = ..., highest: _Optional[_Iterable[int]] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    BUCKET_COUNT_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    name: str
    duration: _duration_pb2.Duration
    bucket_count: int
    channels: _containers.RepeatedCompositeFieldContainer[Waveform.Channel]
    def __init__(self, name: _Optional[str] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., bucket_count: _Optional[int] = ..., channels: _Optional[_Iterable[_Union[Waveform.Channel, _Mapping]]] = ...) -> None: ...
