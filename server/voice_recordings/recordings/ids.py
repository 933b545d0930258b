"""Ids the service makes itself."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def uuid7(now: datetime, random_bytes: Callable[[int], bytes]) -> str:
    """A UUID that sorts by the time it was made (RFC 9562 §5.7), to the millisecond."""
    # In integers: seconds as a float are too coarse after some thousand years.
    milliseconds = (now - _EPOCH) // _MILLISECOND
    tail = int.from_bytes(random_bytes(10))
    value = (milliseconds & ((1 << 48) - 1)) << 80 | tail
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))
