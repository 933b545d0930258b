import datetime

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

class Delivery(_message.Message):
    __slots__ = ("name", "uri", "state", "create_time", "next_attempt_time", "attempts")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Delivery.State]
        PENDING: _ClassVar[Delivery.State]
        DELIVERED: _ClassVar[Delivery.State]
        FAILED: _ClassVar[Delivery.State]
    STATE_UNSPECIFIED: Delivery.State
    PENDING: Delivery.State
    DELIVERED: Delivery.State
    FAILED: Delivery.State
    class Attempt(_message.Message):
        __slots__ = ("start_time", "latency", "status", "failure", "detail")
        class Failure(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
            __slots__ = ()
            FAILURE_UNSPECIFIED: _ClassVar[Delivery.Attempt.Failure]
            CONNECT_TIMEOUT: _ClassVar[Delivery.Attempt.Failure]
            TIMEOUT: _ClassVar[Delivery.Attempt.Failure]
            NAME_NOT_FOUND: _ClassVar[Delivery.Attempt.Failure]
            ADDRESS_REFUSED: _ClassVar[Delivery.Attempt.Failure]
            CONNECTION_FAILED: _ClassVar[Delivery.Attempt.Failure]
            TLS_FAILED: _ClassVar[Delivery.Attempt.Failure]
            ANSWER_INVALID: _ClassVar[Delivery.Attempt.Failure]
            REDIRECT_REFUSED: _ClassVar[Delivery.Attempt.Failure]
            URL_INVALID: _ClassVar[Delivery.Attempt.Failure]
            INTERNAL: _ClassVar[Delivery.Attempt.Failure]
        FAILURE_UNSPECIFIED: Delivery.Attempt.Failure
        CONNECT_TIMEOUT: Delivery.Attempt.Failure
        TIMEOUT: Delivery.Attempt.Failure
        NAME_NOT_FOUND: Delivery.Attempt.Failure
        ADDRESS_REFUSED: Delivery.Attempt.Failure
        CONNECTION_FAILED: Delivery.Attempt.Failure
        TLS_FAILED: Delivery.Attempt.Failure
        ANSWER_INVALID: Delivery.Attempt.Failure
        REDIRECT_REFUSED: Delivery.Attempt.Failure
        URL_INVALID: Delivery.Attempt.Failure
        INTERNAL: Delivery.Attempt.Failure
        START_TIME_FIELD_NUMBER: _ClassVar[int]
        LATENCY_FIELD_NUMBER: _ClassVar[int]
        STATUS_FIELD_NUMBER: _ClassVar[int]
        FAILURE_FIELD_NUMBER: _ClassVar[int]
        DETAIL_FIELD_NUMBER: _ClassVar[int]
        start_time: _timestamp_pb2.Timestamp
        latency: _duration_pb2.Duration
        status: int
        failure: Delivery.Attempt.Failure
        detail: str
        def __init__(self, start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., latency: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., status: _Optional[int] = ..., failure: _Optional[_Union[Delivery.Attempt.Failure, str]] = ..., detail: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    URI_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    NEXT_ATTEMPT_TIME_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    name: str
    uri: str
    state: Delivery.State
    create_time: _timestamp_pb2.Timestamp
    next_attempt_time: _timestamp_pb2.Timestamp
    attempts: _containers.RepeatedCompositeFieldContainer[Delivery.Attempt]
    def __init__(self, name: _Optional[str] = ..., uri: _Optional[str] = ..., state: _Optional[_Union[Delivery.State, str]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., next_attempt_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., attempts: _Optional[_Iterable[_Union[Delivery.Attempt, _Mapping]]] = ...) -> None: ...

class ListDeliveriesRequest(_message.Message):
    __slots__ = ("parent",)
    PARENT_FIELD_NUMBER: _ClassVar[int]
    parent: str
    def __init__(self, parent: _Optional[str] = ...) -> None: ...

class ListDeliveriesResponse(_message.Message):
    __slots__ = ("deliveries",)
    DELIVERIES_FIELD_NUMBER: _ClassVar[int]
    deliveries: _containers.RepeatedCompositeFieldContainer[Delivery]
    def __init__(self, deliveries: _Optional[_Iterable[_Union[Delivery, _Mapping]]] = ...) -> None: ...

class RedeliverWebhookRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class RedeliverFailedWebhooksRequest(_message.Message):
    __slots__ = ("parent", "since")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    parent: str
    since: _timestamp_pb2.Timestamp
    def __init__(self, parent: _Optional[str] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RedeliverFailedWebhooksResponse(_message.Message):
    __slots__ = ("redelivered_count",)
    REDELIVERED_COUNT_FIELD_NUMBER: _ClassVar[int]
    redelivered_count: int
    def __init__(self, redelivered_count: _Optional[int] = ...) -> None: ...
