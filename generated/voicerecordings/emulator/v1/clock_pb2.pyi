import datetime

from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Clock(_message.Message):
    __slots__ = ("time", "frozen", "waiting_count")
    TIME_FIELD_NUMBER: _ClassVar[int]
    FROZEN_FIELD_NUMBER: _ClassVar[int]
    WAITING_COUNT_FIELD_NUMBER: _ClassVar[int]
    time: _timestamp_pb2.Timestamp
    frozen: bool
    waiting_count: int
    def __init__(self, time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., frozen: bool = ..., waiting_count: _Optional[int] = ...) -> None: ...

class GetClockRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class FreezeClockRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ResumeClockRequest(_message.Message):
    __slots__ = ("rewind",)
    REWIND_FIELD_NUMBER: _ClassVar[int]
    rewind: bool
    def __init__(self, rewind: bool = ...) -> None: ...

class SetClockRequest(_message.Message):
    __slots__ = ("time",)
    TIME_FIELD_NUMBER: _ClassVar[int]
    time: _timestamp_pb2.Timestamp
    def __init__(self, time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class AdvanceClockRequest(_message.Message):
    __slots__ = ("duration",)
    DURATION_FIELD_NUMBER: _ClassVar[int]
    duration: _duration_pb2.Duration
    def __init__(self, duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class ClockAdvanced(_message.Message):
    __slots__ = ("clock", "events", "counts", "incomplete")
    class Event(_message.Message):
        __slots__ = ("time", "kind", "subject")
        class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
            __slots__ = ()
            KIND_UNSPECIFIED: _ClassVar[ClockAdvanced.Event.Kind]
            TIMEOUT: _ClassVar[ClockAdvanced.Event.Kind]
            LINK_EXPIRED: _ClassVar[ClockAdvanced.Event.Kind]
            WEBHOOK_ATTEMPT: _ClassVar[ClockAdvanced.Event.Kind]
            LEASE_RENEWED: _ClassVar[ClockAdvanced.Event.Kind]
            TAKE_OVER: _ClassVar[ClockAdvanced.Event.Kind]
            SIMULATION_ENDED: _ClassVar[ClockAdvanced.Event.Kind]
            LIVE_RECORDING: _ClassVar[ClockAdvanced.Event.Kind]
        KIND_UNSPECIFIED: ClockAdvanced.Event.Kind
        TIMEOUT: ClockAdvanced.Event.Kind
        LINK_EXPIRED: ClockAdvanced.Event.Kind
        WEBHOOK_ATTEMPT: ClockAdvanced.Event.Kind
        LEASE_RENEWED: ClockAdvanced.Event.Kind
        TAKE_OVER: ClockAdvanced.Event.Kind
        SIMULATION_ENDED: ClockAdvanced.Event.Kind
        LIVE_RECORDING: ClockAdvanced.Event.Kind
        TIME_FIELD_NUMBER: _ClassVar[int]
        KIND_FIELD_NUMBER: _ClassVar[int]
        SUBJECT_FIELD_NUMBER: _ClassVar[int]
        time: _timestamp_pb2.Timestamp
        kind: ClockAdvanced.Event.Kind
        subject: str
        def __init__(self, time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., kind: _Optional[_Union[ClockAdvanced.Event.Kind, str]] = ..., subject: _Optional[str] = ...) -> None: ...
    class Count(_message.Message):
        __slots__ = ("kind", "count")
        KIND_FIELD_NUMBER: _ClassVar[int]
        COUNT_FIELD_NUMBER: _ClassVar[int]
        kind: ClockAdvanced.Event.Kind
        count: int
        def __init__(self, kind: _Optional[_Union[ClockAdvanced.Event.Kind, str]] = ..., count: _Optional[int] = ...) -> None: ...
    CLOCK_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    INCOMPLETE_FIELD_NUMBER: _ClassVar[int]
    clock: Clock
    events: _containers.RepeatedCompositeFieldContainer[ClockAdvanced.Event]
    counts: _containers.RepeatedCompositeFieldContainer[ClockAdvanced.Count]
    incomplete: bool
    def __init__(self, clock: _Optional[_Union[Clock, _Mapping]] = ..., events: _Optional[_Iterable[_Union[ClockAdvanced.Event, _Mapping]]] = ..., counts: _Optional[_Iterable[_Union[ClockAdvanced.Count, _Mapping]]] = ..., incomplete: bool = ...) -> None: ...
