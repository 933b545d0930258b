"""Field values written as text: in paths, in queries, and as JSON strings.

Each parser takes the text and gives what the field is set to, or raises
ValueError with the description of a violation.
"""

import binascii
import math
import re
import struct
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message_factory import GetMessageClass

Parser = Callable[[str], Any]

_INTEGER = re.compile(r"-?[0-9]+")
# Digits that any 64-bit value can need, and leading zeros somebody may have.
_MOST_DIGITS = 64
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_TIMESTAMP = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))", re.ASCII
)
_DURATION = re.compile(r"(-?)(\d{1,12})(?:\.(\d{1,9}))?s", re.ASCII)
_MASK_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*")
_URL_SAFE = str.maketrans("-_", "+/")
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - offsets are taken off by hand; UTC throughout
FIRST_SECOND: Final = -62135596800  # 0001-01-01T00:00:00Z
LAST_SECOND: Final = 253402300799  # 9999-12-31T23:59:59Z
LONGEST_DURATION_SECONDS: Final = 315_576_000_000  # google/protobuf/duration.proto
_HOURS_A_DAY: Final = 24
_MINUTES_AN_HOUR: Final = 60

_RANGES: Final[Mapping[int, tuple[int, int]]] = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
}
WRAPPERS: Final = frozenset(
    f"google.protobuf.{kind}Value"
    for kind in ("Double", "Float", "Int64", "UInt64", "Int32", "UInt32", "Bool", "String", "Bytes")
)


def parser(field: FieldDescriptor) -> Parser | None:
    """The parser for one value of the field; None if text cannot hold one."""
    if field.message_type is not None:
        return _message_parser(field.message_type)
    if field.enum_type is not None:
        return enum_parser(field.enum_type)
    if field.cpp_type in _RANGES:
        return integer_parser(field.cpp_type)
    return parse_bytes if field.type == FieldDescriptor.TYPE_BYTES else _PLAIN[field.cpp_type]


def integer_parser(cpp_type: int) -> Parser:
    """Parses `-?[0-9]+` within the range of the type."""

    def parse(text: str) -> int:
        if not _INTEGER.fullmatch(text):
            raise ValueError(f"{_shown(text)} is not an integer")
        if len(text) > _MOST_DIGITS:
            raise ValueError(f"{_shown(text)} is out of range")
        return in_range(int(text), cpp_type)

    return parse


def in_range(value: int, cpp_type: int) -> int:
    """The value itself, if the type holds it."""
    lowest, highest = _RANGES[cpp_type]
    if not lowest <= value <= highest:
        raise ValueError(f"{value} is not between {lowest} and {highest}")
    return value


def parse_double(text: str) -> float:
    """Parses a JSON number, `NaN`, `Infinity` or `-Infinity`."""
    if text in {"NaN", "Infinity", "-Infinity"}:
        return float(text)
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{_shown(text)} is not a number")
    return finite(float(text))


def parse_float(text: str) -> float:
    """As parse_double, for a field of 32 bits."""
    return single(parse_double(text))


def finite(value: float) -> float:
    """The value, if a double can hold what was written."""
    if math.isinf(value):
        raise ValueError("the number is out of range for a double")
    return value


def single(value: float) -> float:
    """The value, if its nearest float32 is finite or it never was."""
    try:
        struct.pack("<f", value)
    except OverflowError as error:
        raise ValueError(f"{value} is out of range for a float") from error
    return value


def parse_bool(text: str) -> bool:
    """Parses `true` or `false`, and no other spelling."""
    if text not in {"true", "false"}:
        raise ValueError(f"{_shown(text)} is neither true nor false")
    return text == "true"


def parse_bytes(text: str) -> bytes:
    """Parses base64 of either alphabet, padded or not."""
    if ("-" in text or "_" in text) and ("+" in text or "/" in text):
        raise ValueError("mixes the two alphabets of base64")
    unpadded = text.rstrip("=")
    if len(text) != len(unpadded) and len(text) % 4:
        raise ValueError("has wrong base64 padding")
    try:
        return binascii.a2b_base64(
            unpadded.translate(_URL_SAFE) + "=" * (-len(unpadded) % 4), strict_mode=True
        )
    except ValueError as error:
        raise ValueError("is not base64") from error


def enum_parser(enum: EnumDescriptor) -> Parser:
    """Parses a value's name or number; an open enum takes unknown numbers."""
    by_name = {name: value.number for name, value in enum.values_by_name.items()}
    parse_number = integer_parser(FieldDescriptor.CPPTYPE_INT32)

    def parse(text: str) -> int:
        number = by_name.get(text)
        if number is not None:
            return number
        if not _INTEGER.fullmatch(text):
            raise ValueError(f"{_shown(text)} is not a value of {enum.full_name}")
        return known_number(parse_number(text), enum)

    return parse


def known_number(number: int, enum: EnumDescriptor) -> int:
    """The number, unless the enum is closed and lacks it."""
    if enum.is_closed and number not in enum.values_by_number:
        raise ValueError(f"{number} is not a value of {enum.full_name}")
    return number


def parse_timestamp(text: str) -> tuple[int, int]:
    """Parses RFC 3339 in capitals into seconds since 1970 and nanoseconds."""
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        raise ValueError(f"{_shown(text)} is not an RFC 3339 time")
    try:
        local = datetime(*map(int, match.group(1, 2, 3, 4, 5, 6)))  # type: ignore[arg-type]  # noqa: DTZ001 - see _EPOCH
    except ValueError as error:
        raise ValueError(f"{_shown(text)}: {error}") from error
    seconds = (local - _EPOCH) // timedelta(seconds=1) - _offset_seconds(match, text)
    if not FIRST_SECOND <= seconds <= LAST_SECOND:
        raise ValueError(f"{_shown(text)} is not between the years 1 and 9999")
    return seconds, _nanos(match[7])


def _offset_seconds(match: re.Match[str], text: str) -> int:
    if match[8] is None:
        return 0
    hours, minutes = int(match[9]), int(match[10])
    if hours >= _HOURS_A_DAY or minutes >= _MINUTES_AN_HOUR:
        raise ValueError(f"{_shown(text)} has an impossible offset")
    seconds = (hours * _MINUTES_AN_HOUR + minutes) * 60
    return -seconds if match[8] == "-" else seconds


def parse_duration(text: str) -> tuple[int, int]:
    """Parses `-?N[.N]s` into seconds and nanoseconds of one sign."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"{_shown(text)} is not a duration such as 1.5s")
    seconds, nanos = int(match[2]), _nanos(match[3])
    if seconds > LONGEST_DURATION_SECONDS or (seconds == LONGEST_DURATION_SECONDS and nanos):
        raise ValueError(f"{_shown(text)} is longer than 10,000 years")
    return (-seconds, -nanos) if match[1] else (seconds, nanos)


def _nanos(fraction: str | None) -> int:
    return int(fraction.ljust(9, "0")) if fraction else 0


def parse_mask(text: str) -> list[str]:
    """Parses comma-separated field paths, camel or snake, into snake."""
    paths = text.split(",") if text else []
    for path in paths:
        if not _MASK_PATH.fullmatch(path):
            raise ValueError(f"{_shown(path)} is not a field path")
    return [re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), path) for path in paths]


_PLAIN: Final[Mapping[int, Parser]] = {
    FieldDescriptor.CPPTYPE_DOUBLE: parse_double,
    FieldDescriptor.CPPTYPE_FLOAT: parse_float,
    FieldDescriptor.CPPTYPE_BOOL: parse_bool,
    FieldDescriptor.CPPTYPE_STRING: str,
}


def _message_parser(descriptor: Descriptor) -> Parser | None:
    """For the well-known types whose JSON is a single value."""
    made: Callable[..., Any] = GetMessageClass(descriptor)
    if descriptor.full_name in WRAPPERS:
        value = parser(descriptor.fields_by_name["value"])
        return None if value is None else lambda text: made(value=value(text))
    pairs = {
        "google.protobuf.Timestamp": parse_timestamp,
        "google.protobuf.Duration": parse_duration,
    }
    if pair := pairs.get(descriptor.full_name):
        return lambda text: made(**dict(zip(("seconds", "nanos"), pair(text), strict=True)))
    if descriptor.full_name == "google.protobuf.FieldMask":
        return lambda text: made(paths=parse_mask(text))
    return None


def _shown(text: str) -> str:
    """The text, short enough for a message."""
    return repr(text if len(text) <= 40 else text[:40] + "…")  # noqa: PLR2004 - a line's worth
