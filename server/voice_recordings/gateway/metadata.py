"""HTTP headers to gRPC metadata and back."""

import base64
import binascii
import itertools
import re
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import grpc

from voice_recordings.gateway.errors import GatewayError, invalid
from voice_recordings.gateway.limits import Limits


class Metadatum(NamedTuple):
    """One pair, named as grpcio names its own."""

    key: str
    value: str | bytes


Metadata = tuple[Metadatum, ...]

# Handed on under their own names.
_KNOWN: Final = frozenset(
    {
        b"authorization",
        b"traceparent",
        b"tracestate",
        b"baggage",
        b"accept-language",
        b"user-agent",
    }
)
# Read by the gateway itself.
_OWN: Final = frozenset(
    {
        b"accept",
        b"accept-encoding",
        b"access-control-request-headers",
        b"access-control-request-method",
        b"content-length",
        b"content-type",
        b"content-encoding",
        b"grpc-timeout",
        b"origin",
        b"x-goog-fieldmask",
        b"x-http-method-override",
        b"x-request-id",
        b"x-server-timeout",
    }
)
_PREFIX: Final = b"grpc-metadata-"
# What proxies state an identity with: a client that sends one lies about who it is.
_IDENTITIES: Final = re.compile(
    r"x-goog-(?:authenticated-user-|iap-|api-key-owner).*"
    r"|x-forwarded-(?:user|email|groups|preferred-username|access-token|client-cert)"
    r"|x-remote-.*|remote-user|x-auth-request-.*|x-authenticated-.*|x-endpoint-api-.*"
    r"|x-amzn-oidc-.*|x-ms-client-principal.*|x-user(?:-id|-email)?"
)
_HOP_BY_HOP: Final = frozenset(
    {
        "connection",
        "content-length",
        "content-type",
        "host",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_KEY: Final = re.compile(r"[0-9a-z_.\-]+")
_TEXT: Final = re.compile(r"[\x20-\x7e]*")
_REQUEST_ID: Final = re.compile(r"[\x21-\x7e]{1,128}")
# Answers never carry these as a servicer's own: they belong to HTTP or to the gateway.
_RESERVED_OUT: Final = _HOP_BY_HOP | {
    "access-control-allow-origin",
    "content-encoding",
    "set-cookie",
    "vary",
    "x-content-type-options",
    "x-request-id",
}


@dataclass(slots=True)
class Incoming:
    """What a request's headers say: to the servicer, and to the gateway itself."""

    metadata: Metadata
    request_id: str
    own: dict[bytes, bytes] = field(default_factory=dict)

    def get(self, name: bytes) -> str:
        """A header the gateway reads itself; empty if it was not sent."""
        return self.own.get(name, b"").decode("latin-1").strip()


def numbered_ids() -> Callable[[], str]:
    """Ids of 32 hex digits that no other process gives: a number costs less than chance each."""
    process, numbers = uuid.uuid4().hex[:16], itertools.count(1)
    return lambda: f"{process}{next(numbers):016x}"


def incoming(
    headers: Iterable[tuple[bytes, bytes]],
    limits: Limits,
    new_request_id: str,
    *,
    proxied: bool,
) -> Incoming:
    """Sorts a request's headers; `proxied` lets x-forwarded-* through.

    Raises GatewayError (431) if there are too many or they are too long.
    """
    pairs: list[Metadatum] = []
    own: dict[bytes, bytes] = {}
    count = size = 0
    for raw_name, value in headers:
        count += 1
        size += len(raw_name) + len(value)
        name = raw_name.lower()
        if name in _OWN:
            own[name] = own[name] + b", " + value if name in own else value
        elif name in _KNOWN:
            _add(pairs, name.decode("ascii"), value)
        elif name.startswith((b"x-goog-", b"grpc-metadata-", b"x-forwarded-", b"forwarded")):
            _add_prefixed(pairs, name.decode("latin-1"), value, proxied=proxied)
    if count > limits.header_fields or size > limits.header_bytes:
        raise GatewayError(
            431,
            grpc.StatusCode.INVALID_ARGUMENT,
            "HEADERS_TOO_LARGE",
            f"more than {limits.header_fields} header fields, or {limits.header_bytes} bytes",
        )
    sent_id = own.get(b"x-request-id", b"").decode("latin-1")
    request_id = sent_id if _REQUEST_ID.fullmatch(sent_id) else new_request_id
    pairs.append(Metadatum("x-request-id", request_id))
    return Incoming(tuple(pairs), request_id, own)


def _add_prefixed(pairs: list[Metadatum], name: str, value: bytes, *, proxied: bool) -> None:
    if name.startswith(_PREFIX.decode()):
        name = name[len(_PREFIX) :]
        if name.startswith(("grpc-", "x-forwarded-")) or name in _HOP_BY_HOP:
            return
    elif name.startswith(("x-forwarded-", "forwarded")) and not proxied:
        return
    if _KEY.fullmatch(name) and not _IDENTITIES.fullmatch(name):
        _add(pairs, name, value)


def _add(pairs: list[Metadatum], name: str, value: bytes) -> None:
    if name.endswith("-bin"):
        pairs.extend(Metadatum(name, _decoded(name, piece.strip())) for piece in value.split(b","))
        return
    text = value.decode("latin-1")
    if not _TEXT.fullmatch(text):
        raise invalid(
            f"the header {name} holds bytes that gRPC metadata cannot", reason="BAD_HEADER"
        )
    pairs.append(Metadatum(name, text))


def _decoded(name: str, value: bytes) -> bytes:
    try:
        padded = value.rstrip(b"=")
        return binascii.a2b_base64(padded + b"=" * (-len(padded) % 4), strict_mode=True)
    except ValueError as error:
        raise invalid(f"the header {name} is not base64", reason="BAD_HEADER") from error


def outgoing(metadata: Sequence[tuple[str, str | bytes]]) -> list[tuple[bytes, bytes]]:
    """Headers for what a servicer sent; what HTTP could be broken with is left out."""
    headers = []
    for key, value in metadata:
        name = key.lower()
        if name.startswith("grpc-") or name in _RESERVED_OUT or not _KEY.fullmatch(name):
            continue
        if name.endswith("-bin"):
            raw = value if isinstance(value, bytes) else value.encode()
            headers.append((name.encode(), base64.b64encode(raw)))
            continue
        text = value.decode("latin-1") if isinstance(value, bytes) else value
        if _TEXT.fullmatch(text):
            headers.append((name.encode(), text.encode("ascii")))
    return headers
