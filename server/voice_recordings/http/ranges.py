"""One byte range of a file (RFC 9110 §14)."""

import re
from dataclasses import dataclass

_RANGE = re.compile(
    r"[Bb][Yy][Tt][Ee][Ss]=[ \t]*(?:([0-9]{1,18})-([0-9]{1,18})?|-([0-9]{1,18}))[ \t]*"
)


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes `start` to `end` (exclusive)."""

    start: int
    end: int


class Unsatisfiable(Exception):
    """The file has none of the bytes asked for."""


def byte_range(header: str | None, size_bytes: int) -> ByteRange | None:
    """The range asked for, or None where the whole file is to be sent.

    A header that is malformed, or asks for several ranges, is ignored, as
    RFC 9110 §14.2 allows. Raises `Unsatisfiable`.
    """
    match = _RANGE.fullmatch(header) if header else None
    if not match:
        return None
    first, last, suffix = match.groups()
    if suffix is not None:
        start, end = max(0, size_bytes - int(suffix)), size_bytes
    else:
        start = int(first)
        end = size_bytes if last is None else min(int(last) + 1, size_bytes)
        if last is not None and int(last) < start:
            return None
    if start >= end:
        raise Unsatisfiable
    return ByteRange(start, end)
