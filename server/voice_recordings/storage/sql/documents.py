"""Domain values ⇄ the JSON that rows keep them in.

Derived from the dataclasses themselves, once each: a field added with a default
is read back from rows written before it existed, with no migration.
"""

import base64
import dataclasses
import enum
import functools
import types
import typing
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

import orjson

from voice_recordings.recordings.media import Segment

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# Manifests hold many of these; their field names would be most of a row.
_WITHOUT_NAMES = (Segment,)
_KIND = "@"

_Convert = Callable[[Any], Any]


def microseconds(time: datetime) -> int:
    """A time as rows keep it: microseconds since 1970."""
    return (time - _EPOCH) // _MICROSECOND


def time_of(value: int) -> datetime:
    """The time of so many microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=value)


class Document(Generic[T]):
    """Writes values of one type as JSON, and reads them back equal."""

    def __init__(self, kind: Any) -> None:
        """`kind` is a type as it stands in annotations: a dataclass, a union of some, a tuple."""
        self._pack, self._unpack = _converters(kind)

    def dump(self, value: T) -> str:
        """The JSON text."""
        return orjson.dumps(self._pack(value)).decode()

    def load(self, text: str) -> T:
        """The value of a JSON text. Raises `ValueError`, `KeyError` or `TypeError` if damaged."""
        value: T = self._unpack(orjson.loads(text))
        return value


@functools.cache
def _converters(kind: Any) -> tuple[_Convert, _Convert]:
    if kind in _SCALARS:
        return _SCALARS[kind]
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return _union(typing.get_args(kind))
    if origin is tuple:
        return _tuple(typing.get_args(kind))
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return (lambda value: value.value), kind
    if dataclasses.is_dataclass(kind):
        return _dataclass(kind)
    raise TypeError(f"rows cannot keep {kind}")


def _same(value: Any) -> Any:
    return value


_SCALARS: dict[Any, tuple[_Convert, _Convert]] = {
    int: (_same, _same),
    float: (_same, float),
    str: (_same, _same),
    bool: (_same, _same),
    bytes: (lambda value: base64.b64encode(value).decode(), base64.b64decode),
    datetime: (microseconds, time_of),
    timedelta: (
        lambda value: value // _MICROSECOND,
        lambda value: timedelta(microseconds=value),
    ),
}


def _tuple(arguments: tuple[Any, ...]) -> tuple[_Convert, _Convert]:
    if len(arguments) != 2 or arguments[1] is not Ellipsis:  # noqa: PLR2004 - tuple[T, ...]
        raise TypeError("rows keep tuples of any length alone")
    pack, unpack = _converters(arguments[0])
    return (
        lambda value: [pack(item) for item in value],
        lambda stored: tuple(map(unpack, stored)),
    )


def _union(members: tuple[Any, ...]) -> tuple[_Convert, _Convert]:
    some = [member for member in members if member is not type(None)]
    if len(some) == 1:
        pack, unpack = _converters(some[0])
    else:
        pack, unpack = _tagged(some)
    return (
        lambda value: None if value is None else pack(value),
        lambda stored: None if stored is None else unpack(stored),
    )


def _tagged(members: list[Any]) -> tuple[_Convert, _Convert]:
    """Dataclasses told apart by their names."""
    packs = {member: _converters(member)[0] for member in members}
    unpacks = {member.__name__: _converters(member)[1] for member in members}
    return (
        lambda value: {_KIND: type(value).__name__, **packs[type(value)](value)},
        lambda stored: unpacks[stored[_KIND]](stored),
    )


def _dataclass(kind: Any) -> tuple[_Convert, _Convert]:
    hints = typing.get_type_hints(kind)
    fields = [
        (field.name, *_converters(hints[field.name]))
        for field in dataclasses.fields(kind)
        if field.init
    ]
    if kind in _WITHOUT_NAMES:
        return (
            lambda value: [pack(getattr(value, name)) for name, pack, _ in fields],
            lambda stored: kind(
                *(unpack(item) for (_, _, unpack), item in zip(fields, stored, strict=True))
            ),
        )
    return (
        lambda value: {name: pack(getattr(value, name)) for name, pack, _ in fields},
        lambda stored: kind(
            **{name: unpack(stored[name]) for name, _, unpack in fields if name in stored}
        ),
    )
