"""The token exchange."""

from datetime import timedelta
from pathlib import Path

import pytest

from support.accounts import DOTNET_SCOPE, KEY_ID, OWN, TOKEN_URL, assertion, policy
from voice_recordings.access.access_tokens import AccessTokens
from voice_recordings.access.assertions import AssertionRefused
from voice_recordings.access.exchange import (
    PUBLISHERS_AUDIENCE,
    ScopeRefused,
    TokenExchange,
)
from voice_recordings.access.keys import Keyring
from voice_recordings.access.used_assertions import (
    NotRemembered,
    TooManyAssertions,
    UsedAssertions,
)
from voice_recordings.clock import ManualClock

POLICY = policy()
TOKENS = AccessTokens(Keyring(b"s" * 32))


def exchange_at(clock: ManualClock, limit: int = 100, file: Path | None = None) -> TokenExchange:
    """An exchange that has seen nothing yet, but for what is in the file."""
    used = UsedAssertions(clock.now(), file, limit)
    return TokenExchange(TOKENS, lambda: POLICY, used, TOKEN_URL, clock)


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


async def test_a_restart_forgets_no_assertion(tmp_path: Path) -> None:
    """What was used before is used; what has ended is no longer in the file."""
    clock, file = ManualClock(), tmp_path / "used"
    first, second = (assertion(clock.now(), jti=each) for each in "ab")
    exchange_at(clock, file=file).exchange(first)
    with file.open("a") as cut:
        cut.write("18934")
    after = exchange_at(clock, file=file)
    after.exchange(second)
    for token in (first, second):
        for each in (after, exchange_at(clock, file=file)):
            with pytest.raises(AssertionRefused, match="used already"):
                each.exchange(token)
    assert len(file.read_text().splitlines()) == 2
    await clock.advance(timedelta(hours=1))
    exchange_at(clock, file=file)
    assert file.read_text() == ""


def test_what_cannot_be_written_down_is_not_used(tmp_path: Path) -> None:
    """A full disk lets nobody in twice; once there is room the assertion is good."""
    clock = ManualClock()
    folder = tmp_path / "folder"
    folder.mkdir()
    used = UsedAssertions(clock.now(), folder / "used")
    used.close()
    (folder / "used").unlink()
    folder.rmdir()
    exchange = TokenExchange(TOKENS, lambda: POLICY, used, TOKEN_URL, clock)
    token = assertion(clock.now())
    with pytest.raises(NotRemembered):
        exchange.exchange(token)
    folder.mkdir()
    exchange.exchange(token)
