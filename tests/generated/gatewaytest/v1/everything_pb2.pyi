import datetime

from google.protobuf import any_pb2 as _any_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import empty_pb2 as _empty_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf import wrappers_pb2 as _wrappers_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Color(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COLOR_UNSPECIFIED: _ClassVar[Color]
    RED: _ClassVar[Color]
    CRIMSON: _ClassVar[Color]
    GREEN: _ClassVar[Color]
    INFRARED: _ClassVar[Color]
COLOR_UNSPECIFIED: Color
RED: Color
CRIMSON: Color
GREEN: Color
INFRARED: Color

class Everything(_message.Message):
    __slots__ = ("double_field", "float_field", "int32_field", "int64_field", "uint32_field", "uint64_field", "sint32_field", "sint64_field", "fixed32_field", "fixed64_field", "sfixed32_field", "sfixed64_field", "bool_field", "string_field", "bytes_field", "color", "child", "optional_int32", "optional_string", "optional_color", "optional_bool", "doubles", "floats", "int32s", "int64s", "uint64s", "bools", "strings", "byteses", "colors", "children", "string_map", "int32_map", "int64_map", "uint64_map", "bool_map", "child_map", "value_map", "timestamp_map", "float_map", "chosen_string", "chosen_int32", "chosen_child", "chosen_null", "chosen_duration", "timestamp", "duration", "field_mask", "struct", "value", "list_value", "any", "empty", "null_value", "double_value", "float_value", "int64_value", "uint64_value", "int32_value", "uint32_value", "bool_value", "string_value", "bytes_value", "timestamps", "durations", "string_values", "int64_values", "values", "anys", "null_values", "structs", "field_masks", "renamed_field", "odd__name_", "late", "early")
    class StringMapEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class Int32MapEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: int
        value: int
        def __init__(self, key: _Optional[int] = ..., value: _Optional[int] = ...) -> None: ...
    class Int64MapEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: int
        value: float
        def __init__(self, key: _Optional[int] = ..., value: _Optional[float] = ...) -> None: ...
    class Uint64MapEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: int
        value: bytes
        def __init__(self, key: _Optional[int] = ..., value: _Optional[bytes] = ...) -> None: ...
    class BoolMapEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: bool
        value: Color
        def __init__(self, key: bool = ..., value: _Optional[_Union[Color, str]] = ...) -> None: ...
    class ChildMapEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: Everything
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Everything, _Mapping]] = ...) -> None: ...
    class ValueMapEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _struct_pb2.Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ...) -> None: ...
    class TimestampMapEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _timestamp_pb2.Timestamp
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
    class FloatMapEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    DOUBLE_FIELD_FIELD_NUMBER: _ClassVar[int]
    FLOAT_FIELD_FIELD_NUMBER: _ClassVar[int]
    INT32_FIELD_FIELD_NUMBER: _ClassVar[int]
    INT64_FIELD_FIELD_NUMBER: _ClassVar[int]
    UINT32_FIELD_FIELD_NUMBER: _ClassVar[int]
    UINT64_FIELD_FIELD_NUMBER: _ClassVar[int]
    SINT32_FIELD_FIELD_NUMBER: _ClassVar[int]
    SINT64_FIELD_FIELD_NUMBER: _ClassVar[int]
    FIXED32_FIELD_FIELD_NUMBER: _ClassVar[int]
    FIXED64_FIELD_FIELD_NUMBER: _ClassVar[int]
    SFIXED32_FIELD_FIELD_NUMBER: _ClassVar[int]
    SFIXED64_FIELD_FIELD_NUMBER: _ClassVar[int]
    BOOL_FIELD_FIELD_NUMBER: _ClassVar[int]
    STRING_FIELD_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_FIELD_NUMBER: _ClassVar[int]
    COLOR_FIELD_NUMBER: _ClassVar[int]
    CHILD_FIELD_NUMBER: _ClassVar[int]
    OPTIONAL_INT32_FIELD_NUMBER: _ClassVar[int]
    OPTIONAL_STRING_FIELD_NUMBER: _ClassVar[int]
    OPTIONAL_COLOR_FIELD_NUMBER: _ClassVar[int]
    OPTIONAL_BOOL_FIELD_NUMBER: _ClassVar[int]
    DOUBLES_FIELD_NUMBER: _ClassVar[int]
    FLOATS_FIELD_NUMBER: _ClassVar[int]
    INT32S_FIELD_NUMBER: _ClassVar[int]
    INT64S_FIELD_NUMBER: _ClassVar[int]
    UINT64S_FIELD_NUMBER: _ClassVar[int]
    BOOLS_FIELD_NUMBER: _ClassVar[int]
    STRINGS_FIELD_NUMBER: _ClassVar[int]
    BYTESES_FIELD_NUMBER: _ClassVar[int]
    COLORS_FIELD_NUMBER: _ClassVar[int]
    CHILDREN_FIELD_NUMBER: _ClassVar[int]
    STRING_MAP_FIELD_NUMBER: _ClassVar[int]
    INT32_MAP_FIELD_NUMBER: _ClassVar[int]
    INT64_MAP_FIELD_NUMBER: _ClassVar[int]
    UINT64_MAP_FIELD_NUMBER: _ClassVar[int]
    BOOL_MAP_FIELD_NUMBER: _ClassVar[int]
    CHILD_MAP_FIELD_NUMBER: _ClassVar[int]
    VALUE_MAP_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_MAP_FIELD_NUMBER: _ClassVar[int]
    FLOAT_MAP_FIELD_NUMBER: _ClassVar[int]
    CHOSEN_STRING_FIELD_NUMBER: _ClassVar[int]
    CHOSEN_INT32_FIELD_NUMBER: _ClassVar[int]
    CHOSEN_CHILD_FIELD_NUMBER: _ClassVar[int]
    CHOSEN_NULL_FIELD_NUMBER: _ClassVar[int]
    CHOSEN_DURATION_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    FIELD_MASK_FIELD_NUMBER: _ClassVar[int]
    STRUCT_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    LIST_VALUE_FIELD_NUMBER: _ClassVar[int]
    ANY_FIELD_NUMBER: _ClassVar[int]
    EMPTY_FIELD_NUMBER: _ClassVar[int]
    NULL_VALUE_FIELD_NUMBER: _ClassVar[int]
    DOUBLE_VALUE_FIELD_NUMBER: _ClassVar[int]
    FLOAT_VALUE_FIELD_NUMBER: _ClassVar[int]
    INT64_VALUE_FIELD_NUMBER: _ClassVar[int]
    UINT64_VALUE_FIELD_NUMBER: _ClassVar[int]
    INT32_VALUE_FIELD_NUMBER: _ClassVar[int]
    UINT32_VALUE_FIELD_NUMBER: _ClassVar[int]
    BOOL_VALUE_FIELD_NUMBER: _ClassVar[int]
    STRING_VALUE_FIELD_NUMBER: _ClassVar[int]
    BYTES_VALUE_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMPS_FIELD_NUMBER: _ClassVar[int]
    DURATIONS_FIELD_NUMBER: _ClassVar[int]
    STRING_VALUES_FIELD_NUMBER: _ClassVar[int]
    INT64_VALUES_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    ANYS_FIELD_NUMBER: _ClassVar[int]
    NULL_VALUES_FIELD_NUMBER: _ClassVar[int]
    STRUCTS_FIELD_NUMBER: _ClassVar[int]
    FIELD_MASKS_FIELD_NUMBER: _ClassVar[int]
    RENAMED_FIELD_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    CLASS_FIELD_NUMBER: _ClassVar[int]
    ODD__NAME__FIELD_NUMBER: _ClassVar[int]
    LATE_FIELD_NUMBER: _ClassVar[int]
    EARLY_FIELD_NUMBER: _ClassVar[int]
    double_field: float
    float_field: float
    int32_field: int
    int64_field: int
    uint32_field: int
    uint64_field: int
    sint32_field: int
    sint64_field: int
    fixed32_field: int
    fixed64_field: int
    sfixed32_field: int
    sfixed64_field: int
    bool_field: bool
    string_field: str
    bytes_field: bytes
    color: Color
    child: Everything
    optional_int32: int
    optional_string: str
    optional_color: Color
    optional_bool: bool
    doubles: _containers.RepeatedScalarFieldContainer[float]
    floats: _containers.RepeatedScalarFieldContainer[float]
    int32s: _containers.RepeatedScalarFieldContainer[int]
    int64s: _containers.RepeatedScalarFieldContainer[int]
    uint64s: _containers.RepeatedScalarFieldContainer[int]
    bools: _containers.RepeatedScalarFieldContainer[bool]
    strings: _containers.RepeatedScalarFieldContainer[str]
    byteses: _containers.RepeatedScalarFieldContainer[bytes]
    colors: _containers.RepeatedScalarFieldContainer[Color]
    children: _containers.RepeatedCompositeFieldContainer[Everything]
    string_map: _containers.ScalarMap[str, str]
    int32_map: _containers.ScalarMap[int, int]
    int64_map: _containers.ScalarMap[int, float]
    uint64_map: _containers.ScalarMap[int, bytes]
    bool_map: _containers.ScalarMap[bool, Color]
    child_map: _containers.MessageMap[str, Everything]
    value_map: _containers.MessageMap[str, _struct_pb2.Value]
    timestamp_map: _containers.MessageMap[str, _timestamp_pb2.Timestamp]
    float_map: _containers.ScalarMap[str, float]
    chosen_string: str
    chosen_int32: int
    chosen_child: Everything
    chosen_null: _struct_pb2.NullValue
    chosen_duration: _duration_pb2.Duration
    timestamp: _timestamp_pb2.Timestamp
    duration: _duration_pb2.Duration
    field_mask: _field_mask_pb2.FieldMask
    struct: _struct_pb2.Struct
    value: _struct_pb2.Value
    list_value: _struct_pb2.ListValue
    any: _any_pb2.Any
    empty: _empty_pb2.Empty
    null_value: _struct_pb2.NullValue
    double_value: _wrappers_pb2.DoubleValue
    float_value: _wrappers_pb2.FloatValue
    int64_value: _wrappers_pb2.Int64Value
    uint64_value: _wrappers_pb2.UInt64Value
    int32_value: _wrappers_pb2.Int32Value
    uint32_value: _wrappers_pb2.UInt32Value
    bool_value: _wrappers_pb2.BoolValue
    string_value: _wrappers_pb2.StringValue
    bytes_value: _wrappers_pb2.BytesValue
    timestamps: _containers.RepeatedCompositeFieldContainer[_timestamp_pb2.Timestamp]
    durations: _containers.RepeatedCompositeFieldContainer[_duration_pb2.Duration]
    string_values: _containers.RepeatedCompositeFieldContainer[_wrappers_pb2.StringValue]
    int64_values: _containers.RepeatedCompositeFieldContainer[_wrappers_pb2.Int64Value]
    values: _containers.RepeatedCompositeFieldContainer[_struct_pb2.Value]
    anys: _containers.RepeatedCompositeFieldContainer[_any_pb2.Any]
    null_values: _containers.RepeatedScalarFieldContainer[_struct_pb2.NullValue]
    structs: _containers.RepeatedCompositeFieldContainer[_struct_pb2.Struct]
    field_masks: _containers.RepeatedCompositeFieldContainer[_field_mask_pb2.FieldMask]
    renamed_field: str
    odd__name_: str
    late: str
    early: str
    def __init__(self, double_field: _Optional[float] = ..., float_field: _Optional[float] = ..., int32_field: _Optional[int] = ..., int64_field: _Optional[int] = ..., uint32_field: _Optional[int] = ..., uint64_field: _Optional[int] = ..., sint32_field: _Optional[int] = ..., sint64_field: _Optional[int] = ..., fixed32_field: _Optional[int] = ..., fixed64_field: _Optional[int] = ..., sfixed32_field: _Optional[int] = ..., sfixed64_field: _Optional[int] = ..., bool_field: bool = ..., string_field: _Optional[str] = ..., bytes_field: _Optional[bytes] = ..., color: _Optional[_Union[Color, str]] = ..., child: _Optional[_Union[Everything, _Mapping]] = ..., optional_int32: _Optional[int] = ..., optional_string: _Optional[str] = ..., optional_color: _Optional[_Union[Color, str]] = ..., optional_bool: bool = ..., doubles: _Optional[_Iterable[float]] = ..., floats: _Optional[_Iterable[float]] = ..., int32s: _Optional[_Iterable[int]] = ..., int64s: _Optional[_Iterable[int]] = ..., uint64s: _Optional[_Iterable[int]] = ..., bools: _Optional[_Iterable[bool]] = ..., strings: _Optional[_Iterable[str]] = ..., byteses: _Optional[_Iterable[bytes]] = ..., colors: _Optional[_Iterable[_Union[Color, str]]] = ..., children: _Optional[_Iterable[_Union[Everything, _Mapping]]] = ..., string_map: _Optional[_Mapping[str, str]] = ..., int32_map: _Optional[_Mapping[int, int]] = ..., int64_map: _Optional[_Mapping[int, float]] = ..., uint64_map: _Optional[_Mapping[int, bytes]] = ..., bool_map: _Optional[_Mapping[bool, Color]] = ..., child_map: _Optional[_Mapping[str, Everything]] = ..., value_map: _Optional[_Mapping[str, _struct_pb2.Value]] = ..., timestamp_map: _Optional[_Mapping[str, _timestamp_pb2.Timestamp]] = ..., float_map: _Optional[_Mapping[str, float]] = ..., chosen_string: _Optional[str] = ..., chosen_int32: _Optional[int] = ..., chosen_child: _Optional[_Union[Everything, _Mapping]] = ..., chosen_null: _Optional[_Union[_struct_pb2.NullValue, str]] = ..., chosen_duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., field_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., struct: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., value: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., list_value: _Optional[_Union[_struct_pb2.ListValue, _Mapping]] = ..., any: _Optional[_Union[_any_pb2.Any, _Mapping]] = ..., empty: _Optional[_Union[_empty_pb2.Empty, _Mapping]] = ..., null_value: _Optional[_Union[_struct_pb2.NullValue, str]] = ..., double_value: _Optional[_Union[_wrappers_pb2.DoubleValue, _Mapping]] = ..., float_value: _Optional[_Union[_wrappers_pb2.FloatValue, _Mapping]] = ..., int64_value: _Optional[_Union[_wrappers_pb2.Int64Value, _Mapping]] = ..., uint64_value: _Optional[_Union[_wrappers_pb2.UInt64Value, _Mapping]] = ..., int32_value: _Optional[_Union[_wrappers_pb2.Int32Value, _Mapping]] = ..., uint32_value: _Optional[_Union[_wrappers_pb2.UInt32Value, _Mapping]] = ..., bool_value: _Optional[_Union[_wrappers_pb2.BoolValue, _Mapping]] = ..., string_value: _Optional[_Union[_wrappers_pb2.StringValue, _Mapping]] = ..., bytes_value: _Optional[_Union[_wrappers_pb2.BytesValue, _Mapping]] = ..., timestamps: _Optional[_Iterable[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]]] = ..., durations: _Optional[_Iterable[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]]] = ..., string_values: _Optional[_Iterable[_Union[_wrappers_pb2.StringValue, _Mapping]]] = ..., int64_values: _Optional[_Iterable[_Union[_wrappers_pb2.Int64Value, _Mapping]]] = ..., values: _Optional[_Iterable[_Union[_struct_pb2.Value, _Mapping]]] = ..., anys: _Optional[_Iterable[_Union[_any_pb2.Any, _Mapping]]] = ..., null_values: _Optional[_Iterable[_Union[_struct_pb2.NullValue, str]]] = ..., structs: _Optional[_Iterable[_Union[_struct_pb2.Struct, _Mapping]]] = ..., field_masks: _Optional[_Iterable[_Union[_field_mask_pb2.FieldMask, _Mapping]]] = ..., renamed_field: _Optional[str] = ..., odd__name_: _Optional[str] = ..., late: _Optional[str] = ..., early: _Optional[str] = ..., **kwargs) -> None: ...
