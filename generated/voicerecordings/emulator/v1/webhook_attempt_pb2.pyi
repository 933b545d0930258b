import datetime

from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from voicerecordings.emulator.v1 import request_log_pb2 as _request_log_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class WebhookAttempt(_message.Message):
    __slots__ = ("time", "recording", "uri", "webhook_id", "signature", "headers", "body", "status", "failure", "attempt")
    TIME_FIELD_NUMBER: _ClassVar[int]
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    URI_FIELD_NUMBER: _ClassVar[int]
    WEBHOOK_ID_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    HEADERS_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    time: _timestamp_pb2.Timestamp
    recording: str
    uri: str
    webhook_id: str
    signature: str
    headers: _containers.RepeatedCompositeFieldContainer[_request_log_pb2.MetadataEntry]
    body: bytes
    status: int
    failure: str
    attempt: int
    def __init__(self, time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., recording: _Optional[str] = ..., uri: _Optional[str] = ..., webhook_id: _Optional[str] = ..., signature: _Optional[str] = ..., headers: _Optional[_Iterable[_Union[_request_log_pb2.MetadataEntry, _Mapping]]] = ..., body: _Optional[bytes] = ..., status: _Optional[int] = ..., failure: _Optional[str] = ..., attempt: _Optional[int] = ...) -> None: ...

class ListWebhookAttemptsRequest(_message.Message):
    __slots__ = ("project", "recording")
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    project: str
    recording: str
    def __init__(self, project: _Optional[str] = ..., recording: _Optional[str] = ...) -> None: ...

class ListWebhookAttemptsResponse(_message.Message):
    __slots__ = ("attempts",)
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    attempts: _containers.RepeatedCompositeFieldContainer[WebhookAttempt]
    def __init__(self, attempts: _Optional[_Iterable[_Union[WebhookAttempt, _Mapping]]] = ...) -> None: ...

class WaitForWebhookAttemptsRequest(_message.Message):
    __slots__ = ("project", "recording", "count", "timeout")
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    project: str
    recording: str
    count: int
    timeout: _duration_pb2.Duration
    def __init__(self, project: _Optional[str] = ..., recording: _Optional[str] = ..., count: _Optional[int] = ..., timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class RedeliverWebhookRequest(_message.Message):
    __slots__ = ("recording",)
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    recording: str
    def __init__(self, recording: _Optional[str] = ...) -> None: ...
