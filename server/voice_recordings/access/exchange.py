"""The token exchange: a service account's assertion for an access token (RFC 7523)."""

import re
from collections.abc import Callable

from voice_recordings.access.access_tokens import AccessTokens
from voice_recordings.access.assertions import AssertionRefused, check_assertion
from voice_recordings.access.policy import Policy
from voice_recordings.access.used_assertions import UsedAssertions
from voice_recordings.clock import Clock

PUBLISHERS_AUDIENCE = "https://oauth2.api.enfonica.com/token"

# The publisher's .NET client asks for the first, its Node client for the
# second, with the host it was told to call.
_SCOPE = re.compile(
    r"https://api\.enfonica\.com/auth/voice"
    r"|https://[A-Za-z0-9.:\[\]-]{1,255}/enfonica\.voice\.v1beta1\.Recordings"
)


class ScopeRefused(AssertionRefused):
    """The assertion asks for a scope that does not exist here."""


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

        Raises `AssertionRefused`, or one of its kinds.
        """
        now = self._clock.now()
        assertion = check_assertion(token, self._policy(), self._audiences, now)
        scopes = assertion.scope.split(" ")
        if not all(_SCOPE.fullmatch(scope) for scope in scopes):
            raise ScopeRefused("its scope is not one of this service")
        self._used.use(assertion, now)
        return self._tokens.issue(assertion.email, assertion.key_id, now)
