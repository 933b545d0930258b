"""The JSON of the well-known types that are not objects of their fields."""

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from voice_recordings.gateway.scalars import (
    FIRST_SECOND,
    LAST_SECOND,
    LONGEST_DURATION_SECONDS,
)

_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - UTC throughout; "Z" is put behind by hand
_TWO_DIGITS: Final = tuple(f"{number:02d}" for number in range(60))
_NANOS_A_SECOND: Final = 1_000_000_000
_NANOS_A_MILLISECOND: Final = 1_000_000
_NANOS_A_MICROSECOND: Final = 1_000


class EncodingError(ValueError):
    """A message holds what JSON cannot express: an infinite number in a Value, say."""


def timestamp_text(message: Any) -> str:
    """RFC 3339 in UTC, with 0, 3, 6 or 9 digits of a second."""
    seconds, nanos = message.seconds, message.nanos
    fraction = _fraction(nanos) if nanos else ""
    return f"{_minute_text(seconds // 60)}{_TWO_DIGITS[seconds % 60]}{fraction}Z"


# Times that are answered with lie close together.
@lru_cache(maxsize=4096)
def _minute_text(minutes: int) -> str:
    """`YYYY-MM-DDTHH:MM:` of minutes since 1970."""
    if not FIRST_SECOND <= minutes * 60 <= LAST_SECOND:
        raise EncodingError(f"a Timestamp is not {minutes} minutes from 1970")
    return (_EPOCH + timedelta(minutes=minutes)).isoformat()[: len("YYYY-MM-DDTHH:MM:")]


def duration_text(message: Any) -> str:
    """Seconds with 0, 3, 6 or 9 digits behind the point, and an `s`."""
    seconds, nanos = message.seconds, message.nanos
    if 0 <= seconds <= LONGEST_DURATION_SECONDS and nanos >= 0:
        return f"{seconds}{_fraction(nanos) if nanos else ''}s"
    if abs(seconds) > LONGEST_DURATION_SECONDS:
        raise EncodingError(f"{seconds} s {nanos} ns is no Duration")
    if (seconds > 0 > nanos) or (seconds < 0 < nanos):
        raise EncodingError(f"{seconds} s and {nanos} ns differ in sign")
    return f"-{abs(seconds)}{_fraction(abs(nanos)) if nanos else ''}s"


def _fraction(nanos: int) -> str:
    """The digits of nanoseconds that are not 0."""
    if not 0 < nanos < _NANOS_A_SECOND:
        raise EncodingError(f"{nanos} ns are not within a second")
    if nanos % _NANOS_A_MICROSECOND:
        return f".{nanos:09d}"
    if nanos % _NANOS_A_MILLISECOND:
        return f".{nanos // _NANOS_A_MICROSECOND:06d}"
    return f".{nanos // _NANOS_A_MILLISECOND:03d}"


def mask_text(message: Any) -> str:
    """Camel-case paths, comma-separated."""
    return ",".join(_camel(path) for path in message.paths)


def _camel(path: str) -> str:
    """The path in camel case, or as it is where camel case would lose what it was."""
    head, *rest = path.split("_")
    if any(not part[:1].islower() for part in rest) or path != path.lower():
        return path
    return head + "".join(part[0].upper() + part[1:] for part in rest)


def struct_value(message: Any) -> dict[str, Any]:
    """A Struct as the object it stands for."""
    return {key: any_value(value) for key, value in message.fields.items()}


def list_value(message: Any) -> list[Any]:
    """A ListValue as the list it stands for."""
    return [any_value(value) for value in message.values]


def any_value(message: Any) -> Any:
    """A Value as what it stands for; one that is not set is null."""
    kind = message.WhichOneof("kind")
    if kind is None or kind == "null_value":
        return None
    value = getattr(message, kind)
    if kind == "struct_value":
        return struct_value(value)
    if kind == "list_value":
        return list_value(value)
    if kind == "number_value" and not math.isfinite(value):
        raise EncodingError(f"a Value cannot hold {value}")
    return value


# Any is not among them: its JSON depends on the type inside.
TO_JSON: Final[dict[str, Callable[[Any], Any]]] = {
    "google.protobuf.Timestamp": timestamp_text,
    "google.protobuf.Duration": duration_text,
    "google.protobuf.FieldMask": mask_text,
    "google.protobuf.Struct": struct_value,
    "google.protobuf.ListValue": list_value,
    "google.protobuf.Value": any_value,
}
