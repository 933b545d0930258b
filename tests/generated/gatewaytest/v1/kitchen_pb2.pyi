import datetime

from gatewaytest.v1 import everything_pb2 as _everything_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import httpbody_pb2 as _httpbody_pb2
from google.protobuf import empty_pb2 as _empty_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class FailRequest(_message.Message):
    __slots__ = ("code", "message", "details", "how")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    DETAILS_FIELD_NUMBER: _ClassVar[int]
    HOW_FIELD_NUMBER: _ClassVar[int]
    code: int
    message: str
    details: _containers.RepeatedScalarFieldContainer[str]
    how: str
    def __init__(self, code: _Optional[int] = ..., message: _Optional[str] = ..., details: _Optional[_Iterable[str]] = ..., how: _Optional[str] = ...) -> None: ...

class LookRequest(_message.Message):
    __slots__ = ("initial", "trailing")
    INITIAL_FIELD_NUMBER: _ClassVar[int]
    TRAILING_FIELD_NUMBER: _ClassVar[int]
    initial: _containers.RepeatedScalarFieldContainer[str]
    trailing: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, initial: _Optional[_Iterable[str]] = ..., trailing: _Optional[_Iterable[str]] = ...) -> None: ...

class LookResponse(_message.Message):
    __slots__ = ("metadata", "peer", "has_deadline", "seconds_remaining", "binary")
    class MetadataEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class BinaryEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: bytes
        def __init__(self, key: _Optional[str] = ..., value: _Optional[bytes] = ...) -> None: ...
    METADATA_FIELD_NUMBER: _ClassVar[int]
    PEER_FIELD_NUMBER: _ClassVar[int]
    HAS_DEADLINE_FIELD_NUMBER: _ClassVar[int]
    SECONDS_REMAINING_FIELD_NUMBER: _ClassVar[int]
    BINARY_FIELD_NUMBER: _ClassVar[int]
    metadata: _containers.ScalarMap[str, str]
    peer: str
    has_deadline: bool
    seconds_remaining: float
    binary: _containers.ScalarMap[str, bytes]
    def __init__(self, metadata: _Optional[_Mapping[str, str]] = ..., peer: _Optional[str] = ..., has_deadline: bool = ..., seconds_remaining: _Optional[float] = ..., binary: _Optional[_Mapping[str, bytes]] = ...) -> None: ...

class File(_message.Message):
    __slots__ = ("name", "folder", "file", "create_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FOLDER_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    folder: str
    file: _httpbody_pb2.HttpBody
    create_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., folder: _Optional[str] = ..., file: _Optional[_Union[_httpbody_pb2.HttpBody, _Mapping]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Summary(_message.Message):
    __slots__ = ("messages", "total_bytes", "names")
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_BYTES_FIELD_NUMBER: _ClassVar[int]
    NAMES_FIELD_NUMBER: _ClassVar[int]
    messages: int
    total_bytes: int
    names: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, messages: _Optional[int] = ..., total_bytes: _Optional[int] = ..., names: _Optional[_Iterable[str]] = ...) -> None: ...

class WatchRequest(_message.Message):
    __slots__ = ("count", "fail_code", "hang", "content_type")
    COUNT_FIELD_NUMBER: _ClassVar[int]
    FAIL_CODE_FIELD_NUMBER: _ClassVar[int]
    HANG_FIELD_NUMBER: _ClassVar[int]
    CONTENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    count: int
    fail_code: int
    hang: bool
    content_type: str
    def __init__(self, count: _Optional[int] = ..., fail_code: _Optional[int] = ..., hang: bool = ..., content_type: _Optional[str] = ...) -> None: ...
