"""Messages to ProtoJSON, by functions compiled once for each type.

A message becomes the dicts, lists and scalars of its JSON, which orjson turns
into text. The result is json_format's: the same values, and keys in the order
of field numbers.
"""

import base64
import math
import struct
from collections.abc import Callable
from keyword import iskeyword
from typing import Any, Final, NamedTuple

import orjson
from google.protobuf import any_pb2
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from voice_recordings.gateway.fields import is_map
from voice_recordings.gateway.scalars import WRAPPERS
from voice_recordings.gateway.wellknown import TO_JSON, EncodingError

Convert = Callable[[Any], Any]

ANY: Final = "google.protobuf.Any"
NULL_VALUE: Final = "google.protobuf.NullValue"


class _Row(NamedTuple):
    """How one field of a message is written; no `convert` means as it is."""

    field: FieldDescriptor
    convert: Convert | None


class _Names(dict[int, str]):
    """The names of an enum's values; a number without one stands for itself."""

    def __missing__(self, number: int) -> int:
        return number


class Encoder:
    """Encodes messages of any type.

    `enum_numbers` writes enums as numbers; `defaults` writes fields without
    presence also when they hold their default.
    """

    def __init__(
        self, pool: DescriptorPool, *, enum_numbers: bool = False, defaults: bool = False
    ) -> None:
        """Takes the pool that the types in Any are looked up in."""
        self._pool = pool
        self._enum_numbers = enum_numbers
        self._defaults = defaults
        self._compiled: dict[Descriptor, Convert] = {}

    def encode(self, message: Message) -> bytes:
        """The message's JSON; raises EncodingError."""
        return dumped(self.value(message))

    def value(self, message: Message) -> Any:
        """The value that the message's JSON has."""
        descriptor: Any = message.DESCRIPTOR
        return (self._compiled.get(descriptor) or self._compile(descriptor))(message)

    def field_value(self, message: Message, field: FieldDescriptor) -> Any:
        """The value that one field's JSON has; null for a message that is not set."""
        if field.message_type and not field.is_repeated and not message.HasField(field.name):
            return None
        value = getattr(message, field.name)
        convert = self._field(field)
        return convert(value) if convert else value

    def detail(self, detail: any_pb2.Any) -> Any:
        """The value of a status's detail; one of an unknown type keeps its bytes."""
        try:
            return self.value(detail)
        except ValueError:
            return {"@type": detail.type_url, "value": _base64(detail.value)}

    def _compile(self, descriptor: Descriptor) -> Convert:
        if descriptor in self._compiled:
            return self._compiled[descriptor]
        name = descriptor.full_name
        if name in WRAPPERS:
            inner = self._single(descriptor.fields_by_name["value"]) or _as_it_is
            self._compiled[descriptor] = lambda message: inner(message.value)
        elif name == ANY:
            self._compiled[descriptor] = self._any
        elif name in TO_JSON:
            self._compiled[descriptor] = TO_JSON[name]
        elif descriptor.is_extendable:
            self._compiled[descriptor] = self._extendable
        else:
            # A type may hold itself, and then asks for itself while it is compiled.
            self._compiled[descriptor] = self.value
            fields = sorted(descriptor.fields, key=lambda field: field.number)
            self._compiled[descriptor] = _object(
                [_Row(field, self._field(field)) for field in fields], defaults=self._defaults
            )
        return self._compiled[descriptor]

    def _field(self, field: FieldDescriptor) -> Convert | None:
        """The conversion of a field's value, None if there is nothing to do."""
        if is_map(field):
            entry: Any = field.message_type
            of_value = self._single(entry.fields_by_name["value"]) or _as_it_is
            key_text = _bool_text if _is_bool(entry.fields_by_name["key"]) else str
            return lambda value: {key_text(key): of_value(item) for key, item in value.items()}
        of_item = self._single(field)
        if not field.is_repeated:
            return of_item
        # A slice is a list made at once, which is quicker than to ask for item after item.
        if of_item is None:
            return lambda value: value[:]
        return lambda value: list(map(of_item, value[:]))

    def _single(self, field: FieldDescriptor) -> Convert | None:
        """The conversion of one value of a field."""
        if field.message_type is not None:
            return self._compile(field.message_type)
        if field.enum_type is not None:
            return self._enum(field.enum_type)
        if field.type == FieldDescriptor.TYPE_BYTES:
            return _base64
        return _SCALARS.get(field.cpp_type)

    def _enum(self, enum: EnumDescriptor) -> Convert | None:
        if enum.full_name == NULL_VALUE:
            return lambda _: None
        if self._enum_numbers:
            return None
        # The first of several names for one number, which walking the items would not give.
        by_number = enum.values_by_number
        return _Names({number: by_number[number].name for number in by_number}).__getitem__

    def _extendable(self, message: Message) -> dict[str, Any]:
        """A proto2 message that may hold extensions, which only its fields tell."""
        value = {}
        for field, item in message.ListFields():
            key = f"[{field.full_name}]" if field.is_extension else field.json_name
            convert = self._field(field)
            value[key] = convert(item) if convert else item
        return value

    def _any(self, message: Any) -> dict[str, Any]:
        if not message.type_url and not message.value:
            return {}
        try:
            descriptor = self._pool.FindMessageTypeByName(message.type_url.rpartition("/")[2])
            inner = GetMessageClass(descriptor).FromString(message.value)
        except KeyError as error:
            raise EncodingError(f"Any holds {message.type_url!r}, which is unknown") from error
        except DecodeError as error:
            raise EncodingError(f"Any holds a malformed {message.type_url!r}") from error
        value = self._compile(descriptor)(inner)
        if is_object(descriptor):
            return {"@type": message.type_url, **value}
        return {"@type": message.type_url, "value": value}


def dumped(value: Any, option: int = 0) -> bytes:
    """The text of a value; raises EncodingError for one that is nested too deeply."""
    try:
        return orjson.dumps(value, option=option)
    except orjson.JSONEncodeError as error:
        raise EncodingError(str(error)) from error


def is_object(descriptor: Descriptor) -> bool:
    """Whether the JSON of a type is an object of its fields."""
    name = descriptor.full_name
    return name not in WRAPPERS and name not in TO_JSON and name != ANY


def _object(rows: list[_Row], *, defaults: bool) -> Convert:
    """The conversion of a message, written out as one function.

    Written out, and not a loop over the rows, since the loop costs half as
    much again as what it does. Names in the source are identifiers that protoc
    has checked; keys are literals.
    """
    scope: dict[str, Any] = {"is_negative_zero": _is_negative_zero}
    lines = ["def convert(message):", "    value = {}"]
    if any(row.field.has_presence for row in rows):
        lines.append("    has = message.HasField")
    for field, convert in rows:
        scope[f"convert_{field.number}"] = convert
        plain = field.name.isidentifier() and not iskeyword(field.name)
        item = f"message.{field.name}" if plain else f"getattr(message, {field.name!r})"
        assignment = f"value[{field.json_name!r}] = " + (
            "item" if convert is None else f"convert_{field.number}(item)"
        )
        if field.has_presence:
            lines += [f"    if has({field.name!r}):", f"        item = {item}"]
        elif defaults:
            lines += [f"    item = {item}", "    if True:"]
        elif field.cpp_type in _FLOATS and not field.is_repeated:
            lines += [f"    item = {item}", "    if item or is_negative_zero(item):"]
        else:
            lines += [f"    item = {item}", "    if item:"]
        lines.append(f"        {assignment}")
    lines.append("    return value")
    exec("\n".join(lines), scope)  # noqa: S102 - the source is made here, of checked names
    made: Convert = scope["convert"]
    return made


def _is_negative_zero(value: float) -> bool:
    """Whether a zero is the one that protobuf does send."""
    return math.copysign(1.0, value) < 0


def _as_it_is(value: Any) -> Any:
    return value


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bool_text(value: bool) -> str:  # noqa: FBT001 - a map's key
    return "true" if value else "false"


_FLOATS: Final = frozenset({FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT})


def _is_bool(field: FieldDescriptor) -> bool:
    return field.cpp_type == FieldDescriptor.CPPTYPE_BOOL


def _double(value: float) -> float | str:
    if math.isfinite(value):
        return value
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def _float(value: float) -> float | str:
    """The shortest decimal that is the same float32."""
    if not math.isfinite(value):
        return _double(value)
    for digits in range(6, 9):
        short = float(f"{value:.{digits}g}")
        if abs(short) <= _LARGEST_FLOAT and _float32(short) == value:
            return short
    return float(f"{value:.9g}")


_LARGEST_FLOAT: Final = 3.4028235677973362e38  # what still rounds to a finite float32


def _float32(value: float) -> float:
    rounded: float = struct.unpack("<f", struct.pack("<f", value))[0]
    return rounded


_SCALARS: Final[dict[int, Convert]] = {
    FieldDescriptor.CPPTYPE_INT64: str,
    FieldDescriptor.CPPTYPE_UINT64: str,
    FieldDescriptor.CPPTYPE_DOUBLE: _double,
    FieldDescriptor.CPPTYPE_FLOAT: _float,
}
