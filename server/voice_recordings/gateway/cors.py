"""Cross-origin requests from browsers (https://fetch.spec.whatwg.org/#http-cors-protocol)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import grpc

from voice_recordings.gateway.errors import GatewayError, Headers

_NAMES: Final = re.compile(r"[A-Za-z0-9_\-]+(?: *, *[A-Za-z0-9_\-]+)*")
_VARY: Final = (b"vary", b"origin")
_EXPOSED: Final = b"retry-after, www-authenticate, x-request-id"


@dataclass(frozen=True, slots=True)
class Cors:
    """Which pages may call: `origins` such as `https://app.example`, or `*` for all."""

    origins: Sequence[str]
    max_age_seconds: int = 3600

    def allows(self, origin: str) -> bool:
        """Whether pages of this origin may call."""
        return "*" in self.origins or origin in self.origins

    def headers(self, origin: str) -> Headers:
        """What an answer to a page of this origin says."""
        if not self.allows(origin):
            return (_VARY,)
        # No page is sent cookies or credentials of the browser's, so all may be one answer.
        allowed = "*" if "*" in self.origins else origin
        return (
            (b"access-control-allow-origin", allowed.encode("latin-1", "replace")),
            (b"access-control-expose-headers", _EXPOSED),
            _VARY,
        )

    def preflight(self, origin: str, methods: Iterable[str], asked_headers: str) -> Headers:
        """What a preflight is answered with; raises GatewayError (403) for other origins."""
        if not self.allows(origin):
            raise GatewayError(
                403,
                grpc.StatusCode.PERMISSION_DENIED,
                "ORIGIN_NOT_ALLOWED",
                f"pages of {origin[:80]!r} may not call this service",
                headers=[_VARY],
            )
        headers = [
            *self.headers(origin),
            (b"access-control-allow-methods", ", ".join(methods).encode("latin-1", "replace")),
            (b"access-control-max-age", str(self.max_age_seconds).encode()),
        ]
        if _NAMES.fullmatch(asked_headers):
            # Which headers reach a servicer is the metadata rules' business, not CORS's.
            headers.append((b"access-control-allow-headers", asked_headers.encode("latin-1")))
        return headers
