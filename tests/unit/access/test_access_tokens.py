"""Access tokens."""

import base64
import string
from datetime import UTC, datetime, timedelta

import pytest

from voice_recordings.access.access_tokens import LIFETIME, AccessToken, AccessTokens
from voice_recordings.access.keys import Keyring
from voice_recordings.errors import CredentialsExpired, Unauthenticated

NOW = datetime(2030, 1, 1, 12, 0, 0, tzinfo=UTC)
TOKENS = AccessTokens(Keyring(b"s" * 32))
EMAIL = "crm@acme.voice-recordings.internal"


def test_a_token_tells_whose_it_is_until_it_ends() -> None:
    """Good to the last millisecond, and for more than the hour the Node client keeps it."""
    token = TOKENS.issue(EMAIL, "k1", NOW)
    read = AccessToken(EMAIL, "k1", NOW + LIFETIME)
    assert TOKENS.read(token, NOW) == read
    assert TOKENS.read(token, NOW + LIFETIME - timedelta(milliseconds=1)) == read
    assert timedelta(hours=1) < LIFETIME
    with pytest.raises(CredentialsExpired):
        TOKENS.read(token, NOW + LIFETIME)


def test_no_single_character_of_a_token_can_be_changed() -> None:
    """Every replacement, deletion and doubling is refused."""
    token = TOKENS.issue(EMAIL, "k1", NOW)
    for place, character in enumerate(token):
        for altered in ("A" if character != "A" else "B", "", character * 2):
            with pytest.raises(Unauthenticated):
                TOKENS.read(token[:place] + altered + token[place + 1 :], NOW)


def test_the_spare_bits_of_a_signature_are_not_free() -> None:
    """The last of 43 characters has two bits that carry nothing."""
    token = TOKENS.issue(EMAIL, "k1", NOW)
    alphabet = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
    last = alphabet.index(token[-1])
    for spare in range(1, 4):
        with pytest.raises(Unauthenticated):
            TOKENS.read(token[:-1] + alphabet[last ^ spare], NOW)


@pytest.mark.parametrize("token", ["", "vr1", "vr1...", "vr1." + "A" * 100_000, "é", "vr1.\n"])
def test_what_is_no_token_is_refused(token: str) -> None:
    """Whatever it is."""
    with pytest.raises(Unauthenticated):
        TOKENS.read(token, NOW)


def test_another_purpose_signs_no_token() -> None:
    """The key of links makes no access."""
    keyring = Keyring(b"s" * 32)
    signed, _, _ = AccessTokens(keyring).issue(EMAIL, "k1", NOW).rpartition(".")
    mac = base64.urlsafe_b64encode(keyring.signer("media-link").sign(signed.encode()))
    with pytest.raises(Unauthenticated):
        AccessTokens(keyring).read(f"{signed}.{mac.rstrip(b'=').decode()}", NOW)


def test_a_token_outlives_one_rotation() -> None:
    """Running parts follow the secret; two rotations later the token is void."""
    keyring = Keyring(b"s" * 32)
    tokens = AccessTokens(keyring)
    token = tokens.issue(EMAIL, "k1", NOW)
    keyring.rotate(b"n" * 32, previous=b"s" * 32)
    assert tokens.read(token, NOW).email == EMAIL
    assert tokens.issue(EMAIL, "k1", NOW) != token
    keyring.rotate(b"m" * 32, previous=b"n" * 32)
    with pytest.raises(Unauthenticated):
        tokens.read(token, NOW)
