"""The token exchange."""

from datetime import timedelta

import pytest

from support.accounts import DOTNET_SCOPE, KEY_ID, OWN, TOKEN_URL, assertion, policy
from voice_recordings.access.access_tokens import AccessTokens
from voice_recordings.access.assertions import AssertionRefused
from voice_recordings.access.exchange import (
    PUBLISHERS_AUDIENCE,
    ScopeRefused,
    TokenExchange,
    TooManyAssertions,
    UsedAssertions,
)
from voice_recordings.access.keys import Keyring
from voice_recordings.clock import ManualClock

POLICY = policy()
TOKENS = AccessTokens(Keyring(b"s" * 32))


def exchange_at(clock: ManualClock, limit: int = 100) -> TokenExchange:
    """An exchange that has seen nothing yet."""
    return TokenExchange(TOKENS, lambda: POLICY, UsedAssertions(limit), TOKEN_URL, clock)


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({}, id="Node"),
        pytest.param({"scope": DOTNET_SCOPE, "aud": PUBLISHERS_AUDIENCE}, id=".NET"),
        pytest.param({"aud": PUBLISHERS_AUDIENCE}, id="Node as published"),
        pytest.param(
            {"scope": f"{DOTNET_SCOPE} https://voice.api.enfonica.com/enfonica.voice.v1beta1.Recordings"},
            id="both scopes",
        ),
    ],
)  # fmt: skip
def test_the_published_clients_get_a_token(claims: dict[str, str]) -> None:
    """Both audiences, both spellings of the scope."""
    clock = ManualClock()
    token = exchange_at(clock).exchange(assertion(clock.now(), claims=claims))
    read = TOKENS.read(token, clock.now())
    assert (read.email, read.key_id) == (OWN, KEY_ID)


@pytest.mark.parametrize(
    "scope",
    [
        "", " ", "https://api.enfonica.com/auth/voice ", "https://api.enfonica.com/auth/sms",
        "http://127.0.0.1/enfonica.voice.v1beta1.Recordings", "openid",
        "https://127.0.0.1/enfonica.voice.v1beta1.Recordings/", "https://api.enfonica.com/auth/voicex",
    ],
)  # fmt: skip
def test_another_scope_is_refused(scope: str) -> None:
    """By an error of its own."""
    clock = ManualClock()
    with pytest.raises(ScopeRefused):
        exchange_at(clock).exchange(assertion(clock.now(), scope=scope))


async def test_an_assertion_is_good_once() -> None:
    """At any time of its life; a refused one is not used up."""
    clock = ManualClock()
    exchange = exchange_at(clock)
    token = assertion(clock.now())
    exchange.exchange(token)
    for minutes in (0, 30, 29):
        await clock.advance(timedelta(minutes=minutes))
        with pytest.raises(AssertionRefused, match="used already"):
            exchange.exchange(token)
    exchange.exchange(assertion(clock.now()))


async def test_what_is_remembered_is_bounded() -> None:
    """Beyond the limit the account waits; nothing used is forgotten while it could be used."""
    clock = ManualClock()
    exchange = exchange_at(clock, limit=3)
    used = [assertion(clock.now(), jti=str(number)) for number in range(3)]
    for token in used:
        exchange.exchange(token)
    with pytest.raises(TooManyAssertions):
        exchange.exchange(assertion(clock.now(), jti="one more"))
    for token in used:
        with pytest.raises(AssertionRefused, match="used already"):
            exchange.exchange(token)
    await clock.advance(timedelta(hours=1))
    exchange.exchange(assertion(clock.now(), jti="an hour later"))
