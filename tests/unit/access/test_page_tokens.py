"""Page tokens."""

import base64
import string
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_recordings.access.keys import Keyring
from voice_recordings.access.page_tokens import PageTokens
from voice_recordings.errors import InvalidPageToken
from voice_recordings.recordings.names import Parent
from voice_recordings.recordings.paging import PageKey

TOKENS = PageTokens(Keyring(b"s" * 32))
PARENT = Parent("demo", None)
KEY = PageKey(datetime(2030, 1, 1, 0, 0, 0, 1, tzinfo=UTC), "c1", "r1")


@given(
    time=st.datetimes(timezones=st.just(UTC)),
    call=st.text(string.ascii_letters, min_size=1, max_size=64),
)
def test_a_token_leads_back_to_its_place(time: datetime, call: str) -> None:
    """What was issued is read again, to the microsecond."""
    key = PageKey(time, call, "r1")
    token = TOKENS.issue(PARENT, key)
    assert TOKENS.read(token, PARENT) == key
    assert set(token) <= set(string.ascii_letters + string.digits + "-_")


def test_a_token_is_good_after_a_restart_and_a_rotation() -> None:
    """It rests on the secret alone."""
    token = TOKENS.issue(PARENT, KEY)
    assert PageTokens(Keyring(b"s" * 32)).read(token, PARENT) == KEY
    assert PageTokens(Keyring(b"n" * 32, previous=b"s" * 32)).read(token, PARENT) == KEY


@pytest.mark.parametrize("parent", [Parent("demo", "c1"), Parent("other", None)])
def test_a_token_is_bound_to_its_parent(parent: Parent) -> None:
    """Another parent's token is refused."""
    with pytest.raises(InvalidPageToken):
        TOKENS.read(TOKENS.issue(PARENT, KEY), parent)


def test_no_single_character_of_a_token_can_be_changed() -> None:
    """Every replacement, deletion and doubling is refused."""
    token = TOKENS.issue(PARENT, KEY)
    for place, character in enumerate(token):
        for altered in ("A" if character != "A" else "B", "", character * 2):
            with pytest.raises(InvalidPageToken):
                TOKENS.read(token[:place] + altered + token[place + 1 :], PARENT)


@pytest.mark.parametrize(
    "token",
    [
        "x", "=", "====", "A" * 22, "A" * 5000, "-", "\0", "é", "a b", "\ud800",
        base64.urlsafe_b64encode(bytes(16) + b"[" * 700).decode(),
        base64.urlsafe_b64encode(bytes(16) + b'[["x"],1,"a","b"]').decode().rstrip("="),
        base64.urlsafe_b64encode(bytes(16) + b'{"a":1}').decode().rstrip("="),
        base64.urlsafe_b64encode(bytes(16) + b"7").decode().rstrip("="),
    ],
)  # fmt: skip
def test_what_is_no_token_is_refused_with_its_field(token: str) -> None:
    """Whatever it is, the answer names page_token."""
    with pytest.raises(InvalidPageToken) as refused:
        TOKENS.read(token, PARENT)
    assert [violation.field for violation in refused.value.violations] == ["page_token"]
