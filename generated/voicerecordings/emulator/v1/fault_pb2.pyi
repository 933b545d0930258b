import datetime

from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import empty_pb2 as _empty_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.rpc import status_pb2 as _status_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Door(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DOOR_UNSPECIFIED: _ClassVar[Door]
    GRPC: _ClassVar[Door]
    REST: _ClassVar[Door]
    MEDIA: _ClassVar[Door]
DOOR_UNSPECIFIED: Door
GRPC: Door
REST: Door
MEDIA: Door

class Fault(_message.Message):
    __slots__ = ("name", "method", "project", "door", "calls", "always", "chance", "delay", "status", "stall", "cut_after_bytes", "corrupt", "drop", "matched_count", "fired_count", "pending", "firings")
    class Calls(_message.Message):
        __slots__ = ("first", "count")
        FIRST_FIELD_NUMBER: _ClassVar[int]
        COUNT_FIELD_NUMBER: _ClassVar[int]
        first: int
        count: int
        def __init__(self, first: _Optional[int] = ..., count: _Optional[int] = ...) -> None: ...
    class Chance(_message.Message):
        __slots__ = ("probability", "seed")
        PROBABILITY_FIELD_NUMBER: _ClassVar[int]
        SEED_FIELD_NUMBER: _ClassVar[int]
        probability: float
        seed: int
        def __init__(self, probability: _Optional[float] = ..., seed: _Optional[int] = ...) -> None: ...
    class Firing(_message.Message):
        __slots__ = ("time", "method", "door", "call")
        TIME_FIELD_NUMBER: _ClassVar[int]
        METHOD_FIELD_NUMBER: _ClassVar[int]
        DOOR_FIELD_NUMBER: _ClassVar[int]
        CALL_FIELD_NUMBER: _ClassVar[int]
        time: _timestamp_pb2.Timestamp
        method: str
        door: Door
        call: int
        def __init__(self, time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., method: _Optional[str] = ..., door: _Optional[_Union[Door, str]] = ..., call: _Optional[int] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    DOOR_FIELD_NUMBER: _ClassVar[int]
    CALLS_FIELD_NUMBER: _ClassVar[int]
    ALWAYS_FIELD_NUMBER: _ClassVar[int]
    CHANCE_FIELD_NUMBER: _ClassVar[int]
    DELAY_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    STALL_FIELD_NUMBER: _ClassVar[int]
    CUT_AFTER_BYTES_FIELD_NUMBER: _ClassVar[int]
    CORRUPT_FIELD_NUMBER: _ClassVar[int]
    DROP_FIELD_NUMBER: _ClassVar[int]
    MATCHED_COUNT_FIELD_NUMBER: _ClassVar[int]
    FIRED_COUNT_FIELD_NUMBER: _ClassVar[int]
    PENDING_FIELD_NUMBER: _ClassVar[int]
    FIRINGS_FIELD_NUMBER: _ClassVar[int]
    name: str
    method: str
    project: str
    door: Door
    calls: Fault.Calls
    always: bool
    chance: Fault.Chance
    delay: _duration_pb2.Duration
    status: _status_pb2.Status
    stall: _empty_pb2.Empty
    cut_after_bytes: int
    corrupt: _empty_pb2.Empty
    drop: _empty_pb2.Empty
    matched_count: int
    fired_count: int
    pending: bool
    firings: _containers.RepeatedCompositeFieldContainer[Fault.Firing]
    def __init__(self, name: _Optional[str] = ..., method: _Optional[str] = ..., project: _Optional[str] = ..., door: _Optional[_Union[Door, str]] = ..., calls: _Optional[_Union[Fault.Calls, _Mapping]] = ..., always: bool = ..., chance: _Optional[_Union[Fault.Chance, _Mapping]] = ..., delay: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., status: _Optional[_Union[_status_pb2.Status, _Mapping]] = ..., stall: _Optional[_Union[_empty_pb2.Empty, _Mapping]] = ..., cut_after_bytes: _Optional[int] = ..., corrupt: _Optional[_Union[_empty_pb2.Empty, _Mapping]] = ..., drop: _Optional[_Union[_empty_pb2.Empty, _Mapping]] = ..., matched_count: _Optional[int] = ..., fired_count: _Optional[int] = ..., pending: bool = ..., firings: _Optional[_Iterable[_Union[Fault.Firing, _Mapping]]] = ...) -> None: ...

class AddFaultRequest(_message.Message):
    __slots__ = ("fault",)
    FAULT_FIELD_NUMBER: _ClassVar[int]
    fault: Fault
    def __init__(self, fault: _Optional[_Union[Fault, _Mapping]] = ...) -> None: ...

class ListFaultsRequest(_message.Message):
    __slots__ = ("project",)
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    project: str
    def __init__(self, project: _Optional[str] = ...) -> None: ...

class ListFaultsResponse(_message.Message):
    __slots__ = ("faults", "pending_count")
    FAULTS_FIELD_NUMBER: _ClassVar[int]
    PENDING_COUNT_FIELD_NUMBER: _ClassVar[int]
    faults: _containers.RepeatedCompositeFieldContainer[Fault]
    pending_count: int
    def __init__(self, faults: _Optional[_Iterable[_Union[Fault, _Mapping]]] = ..., pending_count: _Optional[int] = ...) -> None: ...

class DeleteFaultRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...
