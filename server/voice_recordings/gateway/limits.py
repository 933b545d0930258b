"""How much a request may ask of the gateway."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on requests; each has an answer of its own when it is passed."""

    uri_bytes: int = 16 * 1024
    header_bytes: int = 64 * 1024
    header_fields: int = 100
    body_bytes: int = 4 * 1024 * 1024
    json_depth: int = 100
    query_parameters: int = 1_000
    query_depth: int = 32
    # A streamed body is handed on in messages of at most this size.
    chunk_bytes: int = 64 * 1024
    # Bodies streamed as HttpBody are bounded by their method, by `/package.Service/Method`.
    streamed_body_bytes: Mapping[str, int] = field(default_factory=dict)
    # What no client may exceed; a client that states no deadline gets the default.
    longest_timeout_seconds: float = 3600.0
    default_timeout_seconds: float | None = None
