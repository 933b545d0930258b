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

# Asked about first, as most of what values are made of.
_PLAIN = frozenset({str, int, bytes, float, bool, tuple, type(None)})
_QUICKLY = 1
_BARE = -zlib.MAX_WBITS  # without a checksum: it never leaves memory


class Packed(bytes, Generic[T]):
    """A packed value of type T."""

    __slots__ = ()


# What values have in common stands here once, and in what is packed as its number.
_shared: list[Any] = []
_numbers: dict[Any, int] = {}


class _Packer(pickle.Pickler):
    """Takes dataclasses apart into their types and fields."""

    def persistent_id(self, value: Any) -> int | None:
        if type(value) in _PLAIN:
            return None
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


class Packing(Generic[T]):
    """Packs values of one type, which are much like each other, as what they differ in.

    Takes dataclasses, enums, times, text, bytes, numbers and tuples of these.
    """

    def __init__(self) -> None:
        # The first value there is stands for what all have in common.
        self._model = b""

    def pack(self, value: T) -> Packed[T]:
        """The value in few bytes."""
        buffer = io.BytesIO()
        _Packer(buffer, pickle.HIGHEST_PROTOCOL).dump(value)
        plain = buffer.getvalue()
        self._model = self._model or plain
        squeeze = zlib.compressobj(_QUICKLY, wbits=_BARE, zdict=self._model)
        return Packed(squeeze.compress(plain) + squeeze.flush())

    def unpack(self, packed: Packed[T]) -> T:
        """A value equal to the one that was packed here."""
        plain = zlib.decompressobj(_BARE, zdict=self._model).decompress(packed)
        return cast("T", _Unpacker(io.BytesIO(plain)).load())
