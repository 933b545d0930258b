"""Signed assertions: JSON Web Tokens (RFC 7519) that a service account made with its key.

Only one form is read: compact, RS256, signed by a key of the account it names.
Everything that can be refused without cryptography is refused first. PyJWT
checks the signature; the times are checked here, by the server's clock.
"""

import base64
import binascii
import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from voice_recordings.access.policy import Policy

MAX_LENGTH = 8192
LONGEST_LIFE = timedelta(hours=1)
# How far a client's clock may run before ours. One that runs behind needs no
# tolerance: its assertions only end sooner.
CLOCK_SKEW = timedelta(seconds=60)

_COMPACT = re.compile(r"([A-Za-z0-9_-]{2,1024})\.([A-Za-z0-9_-]{2,8192})\.[A-Za-z0-9_-]{300,1400}")
# Nothing that names a key by value or address, nothing critical, nothing nested.
_HEADER_NAMES = frozenset({"alg", "typ", "kid"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_SECONDS = 2**40


class AssertionRefused(Exception):
    """The assertion proves nothing; the message may be told to whoever sent it."""


class AssertionExpired(AssertionRefused):
    """The assertion is true but too old."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """A true one: whose, by which key, until when; `signed` is what the signature is over."""

    email: str
    key_id: str
    expires: datetime
    scope: str
    signed: str


def check_assertion(
    token: str, policy: Policy, audiences: Collection[str], now: datetime
) -> Assertion:
    """Reads an assertion that is for one of the audiences.

    Raises `AssertionRefused`.
    """
    match = _COMPACT.fullmatch(token) if len(token) <= MAX_LENGTH else None
    if match is None:
        raise AssertionRefused("it is not a signed JWT in compact form")
    header, claims = _json(match[1]), _json(match[2])
    if header.get("alg") != "RS256" or not _HEADER_NAMES.issuperset(header):
        raise AssertionRefused("its header must have alg RS256 and kid, and may have typ")
    if str(header.get("typ", "JWT")).upper() != "JWT":
        raise AssertionRefused("its typ is not JWT")
    key_id, email = header.get("kid"), claims.get("iss")
    account = policy.accounts.get(email) if isinstance(email, str) else None
    key = account.keys.get(key_id) if account and isinstance(key_id, str) else None
    if account is None or account.disabled or key is None or not _is_signed(token, key):
        raise AssertionRefused("it is not signed by a key of an account known here")
    if claims.get("sub", account.email) != account.email:
        raise AssertionRefused("its sub is not its iss")
    if _audience(claims) not in audiences:
        raise AssertionRefused("its aud is not this service")
    scope = claims.get("scope", "")
    if not isinstance(scope, str):
        raise AssertionRefused("its scope is not a string")
    return Assertion(
        account.email, str(key_id), _expires(claims, now), scope, token.rpartition(".")[0]
    )


def _json(part: str) -> dict[str, Any]:
    try:
        value = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError, binascii.Error):
        raise AssertionRefused("its parts are not JSON in base64url") from None
    if not isinstance(value, dict):
        raise AssertionRefused("its parts are not JSON objects")
    return value


def _is_signed(token: str, key: Any) -> bool:
    import jwt  # noqa: PLC0415 - brings cryptography, for those who use assertions

    try:
        jwt.PyJWS().decode_complete(token, key, algorithms=["RS256"])
    except jwt.PyJWTError:
        return False
    return True


def _audience(claims: dict[str, Any]) -> str | None:
    audience = claims.get("aud")
    if isinstance(audience, list) and len(audience) == 1:
        audience = audience[0]
    return audience if isinstance(audience, str) else None


def _expires(claims: dict[str, Any], now: datetime) -> datetime:
    issued, expires = _time(claims, "iat"), _time(claims, "exp")
    begins = _time(claims, "nbf") if "nbf" in claims else issued
    if max(issued, begins) > now + CLOCK_SKEW:
        raise AssertionRefused("it is from the future")
    if not timedelta() < expires - issued <= LONGEST_LIFE:
        raise AssertionRefused("its exp must be at most an hour after its iat")
    if now >= expires:
        raise AssertionExpired("it has expired")
    return expires


def _time(claims: dict[str, Any], name: str) -> datetime:
    seconds = claims.get(name)
    # bool is an int in Python; NaN compares false.
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise AssertionRefused(f"its {name} is not a number")
    if not 0 <= seconds < _LATEST_SECONDS:
        raise AssertionRefused(f"its {name} is not a time")
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        raise AssertionRefused(f"its {name} is not a time") from None
