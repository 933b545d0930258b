"""Random messages of any type, for properties that hold for all of them."""

import math
from functools import cache
from typing import Any

from google.protobuf import any_pb2, duration_pb2, struct_pb2, timestamp_pb2, wrappers_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis import strategies as st

_FIELD = FieldDescriptor
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
INTEGERS = {
    _FIELD.CPPTYPE_INT32: st.integers(-(2**31), 2**31 - 1),
    _FIELD.CPPTYPE_UINT32: st.integers(0, 2**32 - 1),
    _FIELD.CPPTYPE_INT64: st.integers(-(2**63), 2**63 - 1),
    _FIELD.CPPTYPE_UINT64: st.integers(0, 2**64 - 1),
}
SECONDS = st.integers(-62135596800, 253402300799)
NANOS = st.one_of(
    st.integers(0, 999_999_999), st.integers(0, 999).map(lambda millis: millis * 1_000_000)
)
MASK_PATHS = st.from_regex(r"[a-z]{1,3}(_[a-z]{1,3})?(\.[a-z]{1,3})?", fullmatch=True)


def doubles() -> st.SearchStrategy[float]:
    """Any double, none of them more precise than its kind."""
    return st.floats(allow_nan=True, allow_infinity=True)


def values(depth: int) -> st.SearchStrategy[struct_pb2.Value]:
    """Values that JSON can hold."""
    leaves = st.one_of(
        st.just(struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)),
        st.floats(allow_nan=False, allow_infinity=False).map(
            lambda number: struct_pb2.Value(number_value=number)
        ),
        TEXTS.map(lambda text: struct_pb2.Value(string_value=text)),
        st.booleans().map(lambda flag: struct_pb2.Value(bool_value=flag)),
    )
    if not depth:
        return leaves
    return st.one_of(
        leaves,
        structs(depth - 1).map(lambda struct: struct_pb2.Value(struct_value=struct)),
        lists(depth - 1).map(lambda items: struct_pb2.Value(list_value=items)),
    )


def structs(depth: int) -> st.SearchStrategy[struct_pb2.Struct]:
    """Structs."""
    return st.dictionaries(TEXTS, values(depth), max_size=2).map(
        lambda fields: struct_pb2.Struct(fields=fields)
    )


def lists(depth: int) -> st.SearchStrategy[struct_pb2.ListValue]:
    """ListValues."""
    return st.lists(values(depth), max_size=2).map(lambda items: struct_pb2.ListValue(values=items))


def durations() -> st.SearchStrategy[duration_pb2.Duration]:
    """Durations of either sign."""
    return st.tuples(st.integers(0, 315_575_999_999), NANOS, st.sampled_from([1, -1])).map(
        lambda parts: duration_pb2.Duration(seconds=parts[2] * parts[0], nanos=parts[2] * parts[1])
    )


def timestamps() -> st.SearchStrategy[timestamp_pb2.Timestamp]:
    """Timestamps of the years 1 to 9999."""
    return st.builds(timestamp_pb2.Timestamp, seconds=SECONDS, nanos=NANOS)


def anys() -> st.SearchStrategy[any_pb2.Any]:
    """Anys of a few types, one of each way they are written in JSON."""

    def packed(message: Message) -> any_pb2.Any:
        made = any_pb2.Any()
        made.Pack(message)
        return made

    inner: st.SearchStrategy[Message] = st.one_of(
        durations(),
        structs(1),
        st.integers(-(2**63), 2**63 - 1).map(lambda number: wrappers_pb2.Int64Value(value=number)),
        st.just(any_pb2.Any()),
    )
    return st.one_of(st.just(any_pb2.Any()), inner.map(packed), inner.map(packed).map(packed))


WELL_KNOWN: dict[str, Any] = {
    "google.protobuf.Timestamp": timestamps(),
    "google.protobuf.Duration": durations(),
    "google.protobuf.Struct": structs(2),
    "google.protobuf.Value": values(2),
    "google.protobuf.ListValue": lists(2),
    "google.protobuf.Any": anys(),
}


def scalars(field: FieldDescriptor) -> st.SearchStrategy[Any]:
    """Values of a field that is no message."""
    if field.cpp_type in INTEGERS:
        return INTEGERS[field.cpp_type]
    if field.enum_type is not None:
        known = st.sampled_from(sorted(field.enum_type.values_by_number))
        is_open = not field.enum_type.is_closed and field.enum_type.name != "NullValue"
        return st.one_of(known, st.integers(-(2**31), 2**31 - 1)) if is_open else known
    if field.type == _FIELD.TYPE_BYTES:
        return st.binary(max_size=6)
    if field.cpp_type == _FIELD.CPPTYPE_FLOAT:
        return st.floats(width=32)
    plain: dict[int, st.SearchStrategy[Any]] = {
        _FIELD.CPPTYPE_DOUBLE: doubles(),
        _FIELD.CPPTYPE_BOOL: st.booleans(),
        _FIELD.CPPTYPE_STRING: TEXTS,
    }
    return plain[field.cpp_type]


@cache
def one_value(field: FieldDescriptor, depth: int) -> st.SearchStrategy[Any]:
    """A single value of a field, of whatever kind."""
    if field.message_type is None:
        return scalars(field)
    name = field.message_type.full_name
    if name == "google.protobuf.FieldMask":
        made = GetMessageClass(field.message_type)
        return st.lists(MASK_PATHS, max_size=2).map(lambda paths: made(paths=paths))
    return WELL_KNOWN[name] if name in WELL_KNOWN else messages(field.message_type, depth - 1)


@cache
def field_value(field: FieldDescriptor, depth: int) -> st.SearchStrategy[Any]:
    """What a constructor takes for a field."""
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        entry = field.message_type.fields_by_name
        return st.dictionaries(scalars(entry["key"]), one_value(entry["value"], depth), max_size=2)
    if field.is_repeated:
        return st.lists(one_value(field, depth), max_size=2)
    return one_value(field, depth)


@cache
def messages(descriptor: Descriptor, depth: int = 2, leave_out: str = "") -> st.SearchStrategy[Any]:
    """Messages of a type, a few of their fields set, themselves nested `depth` deep.

    Fields whose name contains `leave_out` are left out of the outermost one.
    """
    fields = [
        field
        for field in descriptor.fields
        if not (leave_out and leave_out in field.name)
        and (depth > 0 or not _is_recursive(field, descriptor))
    ]
    made = GetMessageClass(descriptor)
    if not fields:
        return st.just(made())
    chosen = st.lists(st.sampled_from(fields), max_size=5, unique_by=lambda field: field.name)

    @st.composite
    def drawn(draw: st.DrawFn) -> Message:
        return made(**{field.name: draw(field_value(field, depth)) for field in draw(chosen)})

    return drawn()


def _is_recursive(field: FieldDescriptor, descriptor: Descriptor) -> bool:
    inner = field.message_type
    if inner is not None and inner.GetOptions().map_entry:
        inner = inner.fields_by_name["value"].message_type
    return inner is descriptor


def same(first: Message, second: Message) -> bool:
    """Whether two messages are equal, NaN being equal to itself."""
    if first == second:
        return True
    return _plain(first) == _plain(second)


def _plain(message: Message) -> object:
    return [(field.number, _plain_value(field, value)) for field, value in message.ListFields()]


def _plain_value(field: FieldDescriptor, value: Any) -> object:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        inner = field.message_type.fields_by_name["value"]
        return {key: _plain_single(inner, value[key]) for key in value}
    if field.is_repeated:
        return [_plain_single(field, item) for item in value]
    return _plain_single(field, value)


def _plain_single(field: FieldDescriptor, value: Any) -> object:
    if field.message_type is not None:
        return _plain(value)
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else (value, math.copysign(1.0, value))
    return value
