"""Domain values packed into few bytes, to be unpacked by the same process.

An ended recording is some thirty objects; packed it is one, a sixth of the
size, which the garbage collector need not look at.
"""

import dataclasses
import enum
import functools
import io
import pickle
import zlib
from datetime import UTC
from typing import Any, Generic, TypeVar, cast

T = TypeVar("T")

# A recording says much twice, and its MP3's head is mostly zeros: level 1 finds that too.
_QUICKLY = 1


class Packed(bytes, Generic[T]):
    """A packed value of type T."""

    __slots__ = ()


# What values have in common stands here once, and in what is packed as its number.
_shared: list[Any] = []
_numbers: dict[Any, int] = {}


class _Packer(pickle.Pickler):
    """Takes dataclasses apart into their types and fields."""

    def persistent_id(self, value: Any) -> int | None:
        if not isinstance(value, (type, enum.Enum)) and value is not UTC:
            return None
        number = _numbers.get(value)
        if number is None:
            number = _numbers[value] = len(_shared)
            _shared.append(value)
        return number

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, type) or not dataclasses.is_dataclass(value):
            return NotImplemented
        kind: type = type(value)
        return kind, tuple([getattr(value, name) for name in _fields(kind)])


class _Unpacker(pickle.Unpickler):
    """Puts them together again; it is given nothing but what this module packed."""

    persistent_load = _shared.__getitem__  # without a call of Python's


@functools.cache
def _fields(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


def pack(value: T) -> Packed[T]:
    """The value in few bytes: of dataclasses, enums, times, text, bytes, numbers and tuples."""
    buffer = io.BytesIO()
    _Packer(buffer, pickle.HIGHEST_PROTOCOL).dump(value)
    return Packed(zlib.compress(buffer.getbuffer(), _QUICKLY))


def unpack(packed: Packed[T]) -> T:
    """A value equal to the one that was packed."""
    return cast("T", _Unpacker(io.BytesIO(zlib.decompress(packed))).load())
