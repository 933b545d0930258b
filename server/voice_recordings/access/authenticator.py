"""Who is calling, by the authorization header alone."""

import hashlib
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from voice_recordings.access.access_tokens import AccessTokens
from voice_recordings.access.assertions import (
    MAX_LENGTH,
    AssertionExpired,
    AssertionRefused,
    check_assertion,
)
from voice_recordings.access.policy import Policy
from voice_recordings.clock import Clock
from voice_recordings.errors import CredentialsExpired, CredentialsMissing, Unauthenticated

_BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/-]+=*)", re.IGNORECASE)
_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Caller:
    """A service account that has proved who it is; the proof is good until `expires`."""

    email: str
    expires: datetime | None


class Authenticates(Protocol):
    """Says who calls."""

    def authenticate(self, headers: Sequence[str | bytes]) -> Caller:
        """The caller, from the authorization headers of a call. Raises `Unauthenticated`."""
        ...


class Authenticator:
    """Recognises access tokens, self-signed JWTs and static bearer tokens.

    A proof once seen is remembered by its digest until it ends or the policy
    changes, so that only the first call with it costs cryptography.
    """

    def __init__(
        self,
        tokens: AccessTokens,
        policy: Callable[[], Policy],
        audiences: Collection[str],
        clock: Clock,
    ) -> None:
        """`audiences` are what a self-signed JWT may be made for."""
        self._tokens = tokens
        self._policy = policy
        self._audiences = frozenset(audiences)
        self._clock = clock
        self._remembered: dict[bytes, Caller] = {}
        self._remembered_for: Policy | None = None

    def authenticate(self, headers: Sequence[str | bytes]) -> Caller:
        """The caller, from the values of all authorization headers of a call.

        Raises `Unauthenticated`, or its `CredentialsMissing` or `CredentialsExpired`.
        """
        if not headers:
            raise CredentialsMissing
        header = headers[0]
        if len(headers) > 1 or not isinstance(header, str):
            raise Unauthenticated("there must be one authorization header")
        policy, now = self._policy(), self._clock.now()
        if policy is not self._remembered_for:
            self._remembered.clear()
            self._remembered_for = policy
        digest = hashlib.sha256(header.encode()).digest()
        caller = self._remembered.get(digest)
        if caller is None:
            caller = self._recognise(header, policy, now)
            if len(self._remembered) >= _REMEMBERED:
                del self._remembered[next(iter(self._remembered))]
            self._remembered[digest] = caller
        elif caller.expires is not None and now >= caller.expires:
            del self._remembered[digest]
            raise CredentialsExpired
        return caller

    def forget(self) -> None:
        """Checks every proof anew; for when the secret has changed."""
        self._remembered_for = None

    def _recognise(self, header: str, policy: Policy, now: datetime) -> Caller:
        match = _BEARER.fullmatch(header) if len(header) <= MAX_LENGTH else None
        if match is None:
            raise Unauthenticated("the authorization header must be: Bearer TOKEN")
        token: str = match[1]
        if token.startswith("vr1."):
            return self._by_access_token(token, policy, now)
        if token.startswith("eyJ") and token.count(".") >= 1:
            return self._by_assertion(token, policy, now)
        return _by_static_token(token, policy, now)

    def _by_access_token(self, token: str, policy: Policy, now: datetime) -> Caller:
        said = self._tokens.read(token, now)
        account = policy.accounts.get(said.email)
        # Taking a key away, or disabling the account, ends its tokens too.
        if account is None or account.disabled or said.key_id not in account.keys:
            raise Unauthenticated
        return Caller(account.email, said.expires)

    def _by_assertion(self, token: str, policy: Policy, now: datetime) -> Caller:
        try:
            assertion = check_assertion(token, policy, self._audiences, now)
        except AssertionExpired:
            raise CredentialsExpired from None
        except AssertionRefused as refused:
            raise Unauthenticated(f"the JWT is refused: {refused}") from None
        return Caller(assertion.email, assertion.expires)


def service_audiences(url: str) -> frozenset[str]:
    """What a self-signed JWT for the service at this URL may name as its audience.

    Google's libraries use the address with a slash, and add the service for gRPC.
    """
    base = url.rstrip("/")
    services = ("enfonica.voice.v1beta1.Recordings", "voicerecordings.recorder.v1.Recorder")
    return frozenset({base, f"{base}/", *(f"{base}/{service}" for service in services)})


def _by_static_token(token: str, policy: Policy, now: datetime) -> Caller:
    account, expires = policy.bearers.get(hashlib.sha256(token.encode()).digest(), (None, None))
    if account is None or account.disabled:
        raise Unauthenticated
    if expires is not None and now >= expires:
        raise CredentialsExpired
    return Caller(account.email, expires)
