"""How long a client is ready to wait, from `grpc-timeout` and `X-Server-Timeout`."""

import re
from collections.abc import Mapping
from typing import Final

from voice_recordings.gateway.errors import invalid
from voice_recordings.gateway.limits import Limits
from voice_recordings.gateway.metadata import Incoming

# The gRPC protocol: at most eight digits and a unit.
_GRPC_TIMEOUT: Final = re.compile(r"([0-9]{1,8})([HMSmun])")
_UNIT_SECONDS: Final[Mapping[str, float]] = {
    "H": 3600.0,
    "M": 60.0,
    "S": 1.0,
    "m": 1e-3,
    "u": 1e-6,
    "n": 1e-9,
}
# Google's front ends: decimal seconds.
_SERVER_TIMEOUT: Final = re.compile(r"[0-9]{1,8}(?:\.[0-9]{1,9})?")


def timeout_seconds(incoming: Incoming, limits: Limits) -> float | None:
    """The smaller of what the headers ask for, capped; None if nothing bounds the call."""
    own = incoming.own
    if b"grpc-timeout" not in own and b"x-server-timeout" not in own:
        return limits.default_timeout_seconds
    asked = []
    if b"grpc-timeout" in own:
        text = incoming.get(b"grpc-timeout")
        match = _GRPC_TIMEOUT.fullmatch(text)
        if match is None:
            raise invalid(f"grpc-timeout: {text[:40]!r} is malformed", reason="BAD_TIMEOUT")
        asked.append(int(match[1]) * _UNIT_SECONDS[match[2]])
    if b"x-server-timeout" in own:
        text = incoming.get(b"x-server-timeout")
        if not _SERVER_TIMEOUT.fullmatch(text):
            raise invalid(f"X-Server-Timeout: {text[:40]!r} is malformed", reason="BAD_TIMEOUT")
        asked.append(float(text))
    return min(*asked, limits.longest_timeout_seconds)
