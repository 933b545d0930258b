"""Signed links."""

import string
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from voice_recordings.access.keys import Keyring
from voice_recordings.access.links import Links
from voice_recordings.errors import LinkExpired, LinkInvalid

NOW = datetime(2030, 1, 1, 12, 0, 0, 123_000, tzinfo=UTC)
PATH = "/media/projects/demo/calls/c1/recordings/r1/e1.wav"
LINKS = Links(Keyring(b"s" * 32))


def signed() -> tuple[str, str]:
    """The path and the query of a good link."""
    path, _, query = LINKS.sign(PATH, NOW).partition("?")
    return path, query


def test_a_link_is_good_for_sixty_minutes() -> None:
    """Up to the last millisecond, and not at the hour."""
    path, query = signed()
    LINKS.check(path, query, NOW)
    LINKS.check(path, query, NOW + timedelta(minutes=60, milliseconds=-1))
    with pytest.raises(LinkExpired):
        LINKS.check(path, query, NOW + timedelta(minutes=60))


def test_no_single_character_of_a_link_can_be_changed() -> None:
    """Every replacement, deletion and doubling is refused."""
    path, query = signed()
    whole = f"{path}?{query}"
    for place, character in enumerate(whole):
        other = next(c for c in string.ascii_letters + string.digits if c != character)
        for altered in (other, "", character * 2, "%" + character.encode().hex()):
            changed_path, _, changed_query = (
                whole[:place] + altered + whole[place + 1 :]
            ).partition("?")
            with pytest.raises(LinkInvalid):
                LINKS.check(changed_path, changed_query, NOW)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda query: query + "&x=1", id="a parameter more"),
        pytest.param(lambda query: "x=1&" + query, id="a parameter before"),
        pytest.param(lambda query: query + "&" + query, id="all twice"),
        pytest.param(lambda query: "&".join(reversed(query.split("&"))), id="another order"),
        pytest.param(lambda query: query + "=", id="padding"),
        pytest.param(lambda query: query + "%20", id="an escaped space"),
        pytest.param(lambda query: query + "#x", id="a fragment"),
        pytest.param(lambda query: query.replace("expires=", "expires=0"), id="a leading zero"),
        pytest.param(lambda query: query.replace("expires=", "Expires="), id="another case"),
        pytest.param(lambda query: query.split("&signature")[0], id="no signature"),
        pytest.param(lambda _: "", id="no query"),
        pytest.param(lambda query: query.replace("=1", "=١"), id="another digit one"),
    ],
)
def test_a_link_has_one_spelling(change: Callable[[str], str]) -> None:
    """Unknown, repeated, reordered and re-encoded parameters are refused."""
    path, query = signed()
    with pytest.raises(LinkInvalid):
        LINKS.check(path, change(query), NOW)


def test_the_spare_bits_of_a_signature_are_not_free() -> None:
    """The last of 43 characters has two bits that carry nothing."""
    path, query = signed()
    alphabet = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
    last = alphabet.index(query[-1])
    for spare in range(1, 4):
        with pytest.raises(LinkInvalid):
            LINKS.check(path, query[:-1] + alphabet[last ^ spare], NOW)


def test_a_link_outlives_the_secret_it_was_made_with() -> None:
    """The previous secret still opens what it signed."""
    path, query = signed()
    Links(Keyring(b"n" * 32, previous=b"s" * 32)).check(path, query, NOW)
    with pytest.raises(LinkInvalid):
        Links(Keyring(b"n" * 32)).check(path, query, NOW)


@pytest.mark.parametrize("selection", ["", "channels=1", "channel=0", "channel=1"])
def test_a_selection_is_part_of_what_is_signed(selection: str) -> None:
    """It comes back, and cannot be put in, taken out or exchanged."""
    path, _, query = LINKS.sign(PATH, NOW, selection).partition("?")
    assert LINKS.check(path, query, NOW) == selection
    bare = query.removeprefix(f"{selection}&") if selection else query
    for other in {"", "channels=1&", "channel=0&", "channel=1&"} - {query.removesuffix(bare)}:
        with pytest.raises(LinkInvalid):
            LINKS.check(path, other + bare, NOW)


@pytest.mark.parametrize(
    "selection", ["channels=2", "channel=2", "channel=", "channel=0&channel=0", "channel=%30"]
)
def test_nothing_else_can_be_selected(selection: str) -> None:
    """No other value, no second one, no other spelling."""
    path, _, query = LINKS.sign(PATH, NOW, selection).partition("?")
    with pytest.raises(LinkInvalid):
        LINKS.check(path, query, NOW)
