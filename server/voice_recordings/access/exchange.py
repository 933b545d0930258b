"""The token exchange: a service account's assertion for an access token (RFC 7523)."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime

from voice_recordings.access.access_tokens import AccessTokens
from voice_recordings.access.assertions import Assertion, AssertionRefused, check_assertion
from voice_recordings.access.policy import Policy
from voice_recordings.clock import Clock

PUBLISHERS_AUDIENCE = "https://oauth2.api.enfonica.com/token"

# The publisher's .NET client asks for the first, its Node client for the
# second, with the host it was told to call.
_SCOPE = re.compile(
    r"https://api\.enfonica\.com/auth/voice"
    r"|https://[A-Za-z0-9.:\[\]-]{1,255}/enfonica\.voice\.v1beta1\.Recordings"
)
_DIGEST_BYTES = 16
_REMEMBERED_AN_ACCOUNT = 20_000


class ScopeRefused(AssertionRefused):
    """The assertion asks for a scope that does not exist here."""


class TooManyAssertions(AssertionRefused):
    """The account has used more assertions in an hour than are remembered."""


class UsedAssertions:
    """Remembers assertions until they end, so that none is used twice."""

    def __init__(self, limit: int = _REMEMBERED_AN_ACCOUNT) -> None:
        self._limit = limit
        # By account, in the order of use; expiries need not be in order.
        self._used: dict[str, dict[bytes, datetime]] = defaultdict(dict)

    def use(self, assertion: Assertion, now: datetime) -> None:
        """Raises `AssertionRefused` if it has been used, and remembers it if not."""
        used = self._used[assertion.email]
        digest = hashlib.sha256(assertion.signed.encode()).digest()[:_DIGEST_BYTES]
        if digest in used:
            raise AssertionRefused("it has been used already")
        if len(used) >= self._limit:
            for old in [key for key, expires in used.items() if expires <= now]:
                del used[old]
            if len(used) >= self._limit:
                raise TooManyAssertions(
                    "the account has asked too often: an access token is good for an hour"
                )
        used[digest] = assertion.expires


class TokenExchange:
    """Gives access tokens for assertions meant for this service's token URL."""

    def __init__(
        self,
        tokens: AccessTokens,
        policy: Callable[[], Policy],
        used: UsedAssertions,
        token_url: str,
        clock: Clock,
    ) -> None:
        self._tokens = tokens
        self._policy = policy
        self._used = used
        self._audiences = frozenset({token_url, PUBLISHERS_AUDIENCE})
        self._clock = clock

    def exchange(self, token: str) -> str:
        """An access token of the account that made the assertion.

        Raises `AssertionRefused`, or its `ScopeRefused` or `TooManyAssertions`.
        """
        now = self._clock.now()
        assertion = check_assertion(token, self._policy(), self._audiences, now)
        scopes = assertion.scope.split(" ")
        if not all(_SCOPE.fullmatch(scope) for scope in scopes):
            raise ScopeRefused("its scope is not one of this service")
        self._used.use(assertion, now)
        return self._tokens.issue(assertion.email, assertion.key_id, now)
