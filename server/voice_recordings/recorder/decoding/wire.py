"""What the decoding process tells its parent: messages of a kind, a length and a payload.

In this order: FORMAT, any number of AUDIO, END; or REFUSED instead of the
first. The parent believes none of it further than it can check.
"""

import enum
import json
import struct
from dataclasses import asdict, dataclass
from typing import Any

HEAD = struct.Struct("<cI")
MAX_PAYLOAD_BYTES = 256 * 1024
# How the process ends when it may have no more memory.
OUT_OF_MEMORY_STATUS = 3
# How it ends when the file cannot be kept while it is decoded.
NO_TEMPORARY_FILE_STATUS = 4
_MAX_TEXT_LENGTH = 300


class Kind(enum.Enum):
    """What a message holds."""

    FORMAT = b"F"
    AUDIO = b"A"
    END = b"E"
    REFUSED = b"X"


@dataclass(frozen=True, slots=True)
class Format:
    """What was found in the file; `samples` is None when it does not say how many."""

    sample_rate_hertz: int
    channel_count: int
    samples: int | None


@dataclass(frozen=True, slots=True)
class End:
    """How it went; `damage` is what the decoder said when it had to stop early."""

    limited_samples: int
    damage: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Why not one sample can be decoded."""

    message: str


class Malformed(Exception):
    """The process says something it never would."""


def pack(kind: Kind, payload: bytes) -> bytes:
    """One message."""
    return HEAD.pack(kind.value, len(payload)) + payload


def pack_fields(kind: Kind, fields: Format | End | Refused) -> bytes:
    """One message of fields."""
    return pack(kind, json.dumps(asdict(fields)).encode())


def unpack_head(head: bytes) -> tuple[Kind, int]:
    """A message's kind and the length of its payload; raises Malformed."""
    letter, length = HEAD.unpack(head)
    try:
        kind = Kind(letter)
    except ValueError:
        raise Malformed(f"a message of kind {letter!r}") from None
    if length > MAX_PAYLOAD_BYTES:
        raise Malformed(f"a message of {length} bytes")
    return kind, length


class Fields:
    """The fields of a message, taken out one by one; raises Malformed."""

    def __init__(self, payload: bytes) -> None:
        try:
            fields = json.loads(payload)
        except ValueError:
            raise Malformed("a message that is not JSON") from None
        if not isinstance(fields, dict):
            raise Malformed("a message that is not an object")
        self._fields: dict[str, Any] = fields

    def text(self, name: str) -> str:
        """A short text."""
        value = self._fields.get(name)
        if not isinstance(value, str) or len(value) > _MAX_TEXT_LENGTH:
            raise Malformed(f"{name} is not a short text")
        return value

    def number(self, name: str) -> int:
        """A whole number from 0 on."""
        value = self._fields.get(name)
        if type(value) is not int or value < 0:
            raise Malformed(f"{name} is not a whole number")
        return value

    def number_or_none(self, name: str) -> int | None:
        """A whole number from 0 on, or nothing."""
        return None if self._fields.get(name) is None else self.number(name)


def shortened(text: str) -> str:
    """The text, as long as a field may be."""
    return text[:_MAX_TEXT_LENGTH]
