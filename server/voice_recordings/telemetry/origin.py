"""Where what is being done comes from, for whoever tells of it: the request, and its trace."""

import re
from contextvars import ContextVar
from dataclasses import dataclass

# W3C Trace Context, level 1: version, trace, parent, flags; zeros and version ff are none.
_TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
)
_MOST_TRACESTATE = 512


@dataclass(frozen=True, slots=True)
class Origin:
    """A request by its id, and its place in a trace (W3C Trace Context); empty where unknown.

    It is kept with what comes of the request, and goes out with its webhook.
    """

    request_id: str = ""
    traceparent: str = ""
    tracestate: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """What tells another server of it."""
        named = {
            "X-Request-Id": self.request_id,
            "traceparent": self.traceparent,
            "tracestate": self.tracestate,
        }
        return {name: value for name, value in named.items() if value}


NOWHERE = Origin()

# That of the call being served, or of the recording or webhook being worked on.
origin: ContextVar[Origin] = ContextVar("origin", default=NOWHERE)


def origin_of(request_id: str, traceparents: list[str], tracestates: list[str]) -> Origin:
    """What a client sent; of a trace context that is not whole, nothing is used."""
    if len(traceparents) != 1 or not _TRACEPARENT.fullmatch(traceparents[0]):
        return Origin(request_id)
    state = ",".join(tracestates)
    usable = len(state) <= _MOST_TRACESTATE and state.isascii() and state.isprintable()
    return Origin(request_id, traceparents[0], state if usable else "")
