"""ProtoJSON to messages, by functions compiled once for each type.

Stricter than json_format where that takes what is no ProtoJSON (a root that is
no object, `"1_000"`, `"+5"`, broken base64, 1e309), and more lenient in one
place: the number 3.4028235e+38, its own print of the largest float.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeAlias

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from voice_recordings.gateway import scalars
from voice_recordings.gateway.encoder import ANY, NULL_VALUE, is_object
from voice_recordings.gateway.fields import is_map

Read: TypeAlias = Callable[[Any], Any]
Fill: TypeAlias = Callable[[Any, Any], None]

_VALUE: Final = "google.protobuf.Value"


class DecodingError(ValueError):
    """A JSON value does not fit; `path` leads to it from the root."""

    def __init__(self, description: str, *path: str) -> None:
        """Takes the path's parts, outermost first."""
        super().__init__(description)
        self.description = description
        self.path = path

    def below(self, part: str) -> "DecodingError":
        """The same error, seen from one level higher."""
        return DecodingError(self.description, part, *self.path)


class _Entry(NamedTuple):
    """How one key of an object is read into a message."""

    number: int
    oneof: str | None
    takes_null: bool
    fill: Fill


class Decoder:
    """Decodes into messages of any type."""

    def __init__(self, pool: DescriptorPool) -> None:
        """Takes the pool that the types in Any, and extensions, are looked up in."""
        self._pool = pool
        self._fillers: dict[Descriptor, Fill] = {}

    def merge(self, value: Any, message: Message) -> None:
        """Sets what a value of the message's own type says; raises DecodingError."""
        descriptor: Any = message.DESCRIPTOR
        self._filler(descriptor)(message, value)

    def merge_field(self, value: Any, message: Message, field: FieldDescriptor) -> None:
        """Sets one field to its JSON; null leaves it unset."""
        entry = self._entry(field)
        if value is not None or entry.takes_null:
            _at(field.json_name, entry.fill, message, value)

    def _filler(self, descriptor: Descriptor) -> Fill:
        if descriptor not in self._fillers:
            name = descriptor.full_name
            if name in scalars.WRAPPERS:
                read = _reader(descriptor.fields_by_name["value"])
                self._fillers[descriptor] = lambda message, value: setattr(
                    message, "value", read(value)
                )
            elif name == ANY:
                self._fillers[descriptor] = self._fill_any
            elif name in _WELL_KNOWN:
                self._fillers[descriptor] = _WELL_KNOWN[name]
            else:
                entries: dict[str, _Entry] = {}
                # Known before its fields are: a type may hold itself.
                self._fillers[descriptor] = self._object(descriptor, entries)
                for field in descriptor.fields:
                    entries[field.name] = entries[field.json_name] = self._entry(field)
        return self._fillers[descriptor]

    def _object(self, descriptor: Descriptor, entries: dict[str, _Entry]) -> Fill:
        def fill(message: Any, value: Any) -> None:
            seen: set[object] = set()
            for key, item in _dict(value).items():
                entry = entries.get(key) or self._extension(descriptor, key)
                if entry is None:
                    raise DecodingError(f"{descriptor.full_name} has no such field", key)
                if entry.number in seen:
                    raise DecodingError("is given under both of its names", key)
                seen.add(entry.number)
                if item is None and not entry.takes_null:
                    continue
                if entry.oneof is not None:
                    if entry.oneof in seen:
                        raise DecodingError(f"excludes another field of {entry.oneof}", key)
                    seen.add(entry.oneof)
                _at(key, entry.fill, message, item)

        return fill

    def _entry(self, field: FieldDescriptor) -> _Entry:
        oneof = field.containing_oneof.name if field.containing_oneof else None
        return _Entry(field.number, oneof, _takes_null(field), self._field(field))

    def _extension(self, descriptor: Descriptor, key: str) -> _Entry | None:
        """The entry of `[full.name]`, if that extends the message."""
        if not (descriptor.is_extendable and key.startswith("[") and key.endswith("]")):
            return None
        try:
            field = self._pool.FindExtensionByName(key[1:-1])
        except KeyError:
            return None
        return self._entry(field) if field.containing_type is descriptor else None

    def _field(self, field: FieldDescriptor) -> Fill:
        if is_map(field):
            return self._map(field)
        take = _taker(field)
        if field.message_type is not None:
            return self._message(field, self._filler(field.message_type), take)
        read = _reader(field)
        if field.is_repeated:
            return lambda message, value: take(message).extend(
                [_at(f"[{index}]", read, item) for index, item in enumerate(_list(value))]
            )
        if field.is_extension:
            return lambda message, value: message.Extensions.__setitem__(field, read(value))
        name = field.name
        return lambda message, value: setattr(message, name, read(value))

    def _message(self, field: FieldDescriptor, fill: Fill, take: Read) -> Fill:
        if field.is_repeated:

            def extend(message: Any, value: Any) -> None:
                container = take(message)
                for index, item in enumerate(_list(value)):
                    _at(f"[{index}]", fill, container.add(), item)

            return extend

        def merge(message: Any, value: Any) -> None:
            submessage = take(message)
            submessage.SetInParent()
            fill(submessage, value)

        return merge

    def _map(self, field: FieldDescriptor) -> Fill:
        entry: Any = field.message_type
        key_field, value_field = entry.fields_by_name["key"], entry.fields_by_name["value"]
        read_key = scalars.parser(key_field) or str
        name = field.name
        if value_field.message_type is not None:
            fill = self._filler(value_field.message_type)

            def put(container: Any, key: Any, item: Any) -> None:
                fill(container[key], item)

        else:
            read = _reader(value_field)

            def put(container: Any, key: Any, item: Any) -> None:
                container[key] = read(item)

        def merge(message: Any, value: Any) -> None:
            container = getattr(message, name)
            seen = set()
            for text, item in _dict(value).items():
                key = _at(text, read_key, text)
                if key in seen:
                    raise DecodingError("is a key given twice", text)
                seen.add(key)
                _at(text, put, container, key, item)

        return merge

    def _fill_any(self, message: Any, value: Any) -> None:
        if not _dict(value):
            return
        fields = dict(value)
        url = fields.pop("@type", None)
        if not isinstance(url, str) or "/" not in url:
            raise DecodingError("is not the URL of a type", "@type")
        try:
            descriptor = self._pool.FindMessageTypeByName(url.rpartition("/")[2])
        except KeyError as error:
            raise DecodingError(f"{url!r} is unknown", "@type") from error
        inner = GetMessageClass(descriptor)()
        if is_object(descriptor):
            self._filler(descriptor)(inner, fields)
        elif set(fields) == {"value"}:
            _at("value", self._filler(descriptor), inner, fields["value"])
        else:
            raise DecodingError("holds `value` beside `@type`, and nothing else")
        message.type_url = url
        message.value = inner.SerializeToString()


def _at(part: str, function: Callable[..., Any], *arguments: Any) -> Any:
    """Calls the function; what it raises is told with `part` before its path."""
    try:
        return function(*arguments)
    except DecodingError as error:
        raise error.below(part) from error
    except ValueError as error:
        raise DecodingError(str(error), part) from error


def _taker(field: FieldDescriptor) -> Read:
    """Gives a field's message or container."""
    if field.is_extension:
        return lambda message: message.Extensions[field]
    name = field.name
    return lambda message: getattr(message, name)


def _takes_null(field: FieldDescriptor) -> bool:
    """Whether null is a value of the field rather than the lack of one."""
    if field.is_repeated:
        return False
    if field.message_type is not None:
        return field.message_type.full_name == _VALUE
    return field.enum_type is not None and field.enum_type.full_name == NULL_VALUE


def _dict(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DecodingError("is not an object")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise DecodingError("is not a list")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise DecodingError("is not a string")
    return value


def _reader(field: FieldDescriptor) -> Read:
    """Reads one scalar value of a field."""
    if field.enum_type is not None:
        return _enum_reader(field.enum_type)
    if field.type == FieldDescriptor.TYPE_BYTES:
        return lambda value: scalars.parse_bytes(_text(value))
    if field.cpp_type in _READERS:
        return _READERS[field.cpp_type]
    return _integer_reader(field.cpp_type)


def _integer_reader(cpp_type: int) -> Read:
    parse = scalars.integer_parser(cpp_type)

    def read(value: Any) -> int:
        if isinstance(value, str):
            return int(parse(value))
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise DecodingError("is not a number")
        if isinstance(value, float) and not value.is_integer():
            raise DecodingError(f"{value} is not an integer")
        return scalars.in_range(int(value), cpp_type)

    return read


def _enum_reader(enum: EnumDescriptor) -> Read:
    numbers = {name: value.number for name, value in enum.values_by_name.items()}
    read_number = _integer_reader(FieldDescriptor.CPPTYPE_INT32)
    is_null = enum.full_name == NULL_VALUE

    def read(value: Any) -> int:
        if is_null and value is None:
            return 0
        if not isinstance(value, str):
            return scalars.known_number(read_number(value), enum)
        if value not in numbers:
            raise DecodingError(f"{value[:40]!r} is not a value of {enum.full_name}")
        return numbers[value]

    return read


def _read_double(value: Any) -> float:
    if isinstance(value, str):
        return scalars.parse_double(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise DecodingError("is not a number")
    try:
        return scalars.finite(float(value))
    except OverflowError as error:
        raise DecodingError("is out of range for a double") from error


def _read_float(value: Any) -> float:
    return scalars.single(_read_double(value))


def _read_bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise DecodingError("is neither true nor false")
    return value


_READERS: Final[dict[int, Read]] = {
    FieldDescriptor.CPPTYPE_DOUBLE: _read_double,
    FieldDescriptor.CPPTYPE_FLOAT: _read_float,
    FieldDescriptor.CPPTYPE_BOOL: _read_bool,
    FieldDescriptor.CPPTYPE_STRING: _text,
}


def _fill_timestamp(message: Any, value: Any) -> None:
    message.seconds, message.nanos = scalars.parse_timestamp(_text(value))


def _fill_duration(message: Any, value: Any) -> None:
    message.seconds, message.nanos = scalars.parse_duration(_text(value))


def _fill_mask(message: Any, value: Any) -> None:
    message.paths.extend(scalars.parse_mask(_text(value)))


def _fill_struct(message: Any, value: Any) -> None:
    for key, item in _dict(value).items():
        _at(key, _fill_value, message.fields[key], item)


def _fill_list(message: Any, value: Any) -> None:
    for index, item in enumerate(_list(value)):
        _at(f"[{index}]", _fill_value, message.values.add(), item)


def _fill_value(message: Any, value: Any) -> None:
    if value is None:
        message.null_value = 0
    elif isinstance(value, bool):
        message.bool_value = value
    elif isinstance(value, str):
        message.string_value = value
    elif isinstance(value, dict):
        message.struct_value.SetInParent()
        _fill_struct(message.struct_value, value)
    elif isinstance(value, list):
        message.list_value.SetInParent()
        _fill_list(message.list_value, value)
    else:
        message.number_value = _read_double(value)


_WELL_KNOWN: Final[dict[str, Fill]] = {
    "google.protobuf.Timestamp": _fill_timestamp,
    "google.protobuf.Duration": _fill_duration,
    "google.protobuf.FieldMask": _fill_mask,
    "google.protobuf.Struct": _fill_struct,
    "google.protobuf.ListValue": _fill_list,
    _VALUE: _fill_value,
}
