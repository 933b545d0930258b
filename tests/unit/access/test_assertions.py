"""Assertions: what of a JWT is believed."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from support.accounts import KEY_ID, OTHER, OWN, TOKEN_URL, assertion, policy
from support.jwts import b64, jwt, key_pair
from voice_recordings.access.assertions import (
    MAX_LENGTH,
    Assertion,
    AssertionExpired,
    AssertionRefused,
    check_assertion,
)
from voice_recordings.access.projects_file import read_projects
from voice_recordings.access.rsa import load_public_key

NOW = datetime(2030, 1, 1, 12, 0, 0, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
POLICY = policy()


def check(token: str, now: datetime = NOW) -> Assertion:
    """As /token would."""
    return check_assertion(token, POLICY, {TOKEN_URL}, now)


def test_the_node_clients_assertion_is_believed() -> None:
    """Signed here with nothing but integers."""
    checked = check(assertion(NOW))
    assert (checked.email, checked.key_id) == (OWN, KEY_ID)
    assert checked.expires == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(assertion(NOW, header={"typ": "JWT"}), id="with typ"),
        pytest.param(assertion(NOW, sub=OWN), id="with sub"),
        pytest.param(assertion(NOW, aud=[TOKEN_URL]), id="a list of one audience"),
        pytest.param(assertion(NOW + timedelta(seconds=60)), id="a clock a minute fast"),
        pytest.param(assertion(NOW, iat=SECONDS - 1.5, exp=SECONDS + 0.5), id="fractions"),
        pytest.param(assertion(NOW, jti="1", email="x"), id="other claims"),
    ],
)
def test_these_are_believed_too(token: str) -> None:
    """What other libraries of the same kind send."""
    assert check(token).email == OWN


def test_an_assertion_ends_by_the_servers_clock() -> None:
    """At its exp, with no grace."""
    token = assertion(NOW)
    check(token, NOW + timedelta(minutes=59, seconds=59))
    with pytest.raises(AssertionExpired):
        check(token, NOW + timedelta(hours=1))


def hmac_confused() -> str:
    """HS256 keyed with the public key, which anybody may know."""
    signed = f"{b64(json.dumps({'alg': 'HS256', 'kid': KEY_ID}).encode())}.{claims()}"
    mac = hmac.digest(key_pair(0).public.encode(), signed.encode(), hashlib.sha256)
    return f"{signed}.{b64(mac)}"


def claims() -> str:
    """Good claims, encoded."""
    return assertion(NOW).split(".")[1]


def unsigned(header: dict[str, Any], signature: str = "") -> str:
    """A JWT with a made-up signature."""
    return f"{b64(json.dumps({'kid': KEY_ID, **header}).encode())}.{claims()}.{signature}"


GOOD = assertion(NOW)
HEAD, BODY, SIGNATURE = GOOD.split(".")


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("", id="nothing"),
        pytest.param("x", id="no JWT"),
        pytest.param("..", id="three empty parts"),
        pytest.param(f"{HEAD}.{BODY}", id="no signature part"),
        pytest.param(f"{HEAD}.{BODY}.", id="an empty signature"),
        pytest.param(f"{GOOD}.x", id="four parts"),
        pytest.param(f"{HEAD}.{BODY}.{SIGNATURE}.x.x", id="five parts, as encrypted ones have"),
        pytest.param(GOOD[:-1], id="cut by one"),
        pytest.param(GOOD[: len(GOOD) // 2], id="cut in half"),
        pytest.param(f"{GOOD}=", id="padded"),
        pytest.param(f"{GOOD}\n", id="a line end"),
        pytest.param(f"{HEAD}.{BODY}.{'A' * len(SIGNATURE)}", id="a signature of zeros"),
        pytest.param("A" * 1024 * 1024, id="a megabyte"),
        pytest.param(f"{HEAD}.{'A' * 1024 * 1024}.{SIGNATURE}", id="a megabyte of claims"),
        pytest.param(unsigned({"alg": "none"}), id="none"),
        pytest.param(unsigned({"alg": "none"}, SIGNATURE), id="none with a signature"),
        pytest.param(unsigned({"alg": "NoNe"}, SIGNATURE), id="none in another case"),
        pytest.param(hmac_confused(), id="HMAC with the public key"),
        pytest.param(unsigned({"alg": "HS256"}, SIGNATURE), id="HS256 named"),
        pytest.param(assertion(NOW, header={"alg": "RS384"}), id="RS384 named"),
        pytest.param(assertion(NOW, header={"alg": "PS256"}), id="PS256 named"),
        pytest.param(assertion(NOW, header={"alg": ["RS256"]}), id="a list of algorithms"),
        pytest.param(assertion(NOW, header={"crit": ["exp"]}), id="critical headers"),
        pytest.param(assertion(NOW, header={"b64": False}), id="unencoded payload"),
        pytest.param(assertion(NOW, header={"jku": "https://evil.example/"}), id="jku"),
        pytest.param(assertion(NOW, header={"jwk": {"kty": "RSA"}}), id="a key of its own"),
        pytest.param(assertion(NOW, header={"cty": "JWT"}), id="nested"),
        pytest.param(assertion(NOW, header={"zip": "DEF"}), id="compressed"),
        pytest.param(assertion(NOW, header={"typ": "at+jwt"}), id="another type"),
        pytest.param(assertion(NOW, header={"kid": "key-2"}), id="an unknown key id"),
        pytest.param(assertion(NOW, header={"kid": None}), id="no key id"),
        pytest.param(assertion(NOW, header={"kid": ["key-1"]}), id="a list of key ids"),
        pytest.param(assertion(NOW, header={"kid": "../key-1"}), id="a path as key id"),
        pytest.param(assertion(NOW, key=1), id="another account's key"),
        pytest.param(assertion(NOW, iss=OTHER), id="another account's name"),
        pytest.param(assertion(NOW, iss="nobody@acme.example"), id="an unknown issuer"),
        pytest.param(assertion(NOW, iss=[OWN]), id="a list of issuers"),
        pytest.param(assertion(NOW, drop=("iss",)), id="no issuer"),
        pytest.param(assertion(NOW, sub=OTHER), id="for somebody else"),
        pytest.param(assertion(NOW, sub=None), id="a null sub"),
        pytest.param(assertion(NOW, aud="https://elsewhere.example/token"), id="another audience"),
        pytest.param(assertion(NOW, aud=TOKEN_URL + "/"), id="nearly the audience"),
        pytest.param(assertion(NOW, aud=[TOKEN_URL, "x"]), id="two audiences"),
        pytest.param(assertion(NOW, drop=("aud",)), id="no audience"),
        pytest.param(assertion(NOW, scope=["a"]), id="a list of scopes"),
        pytest.param(assertion(NOW - timedelta(hours=2)), id="expired"),
        pytest.param(assertion(NOW + timedelta(seconds=61)), id="from the future"),
        pytest.param(assertion(NOW, nbf=SECONDS + 61), id="not yet valid"),
        pytest.param(assertion(NOW, exp=SECONDS + 3601), id="good for too long"),
        pytest.param(assertion(NOW, exp=SECONDS), id="good for no time"),
        pytest.param(assertion(NOW, exp=SECONDS - 5, iat=SECONDS + 5), id="ends before it begins"),
        pytest.param(assertion(NOW, drop=("exp",)), id="no exp"),
        pytest.param(assertion(NOW, drop=("iat",)), id="no iat"),
        pytest.param(assertion(NOW, exp=str(SECONDS + 60)), id="exp as text"),
        pytest.param(assertion(NOW, exp=True, iat=False), id="exp as bool"),
        pytest.param(assertion(NOW, exp=1e300), id="exp beyond all time"),
        pytest.param(assertion(NOW, exp=float("nan")), id="exp NaN"),
        pytest.param(assertion(NOW, iat=float("-inf")), id="iat infinite"),
        pytest.param(
            jwt(key_pair(0).private, {"alg": "RS256", "kid": KEY_ID}, GOOD.encode()),
            id="a JWT in a JWT",
        ),
        pytest.param(
            jwt(key_pair(0).private, {"alg": "RS256", "kid": KEY_ID}, b"[" * 6000),
            id="deep claims",
        ),
        pytest.param(jwt(key_pair(0).private, b"[1]", {"iss": OWN}), id="a list as header"),
        pytest.param(
            jwt(key_pair(0).private, {"alg": "RS256", "kid": KEY_ID}, b"\xff\xfe"), id="not UTF-8"
        ),
    ],
)
def test_what_proves_nothing_is_refused(token: str) -> None:
    """Whatever it is, by one kind of error."""
    with pytest.raises(AssertionRefused):
        check(token)


def test_no_single_character_of_an_assertion_can_be_changed() -> None:
    """Every replacement and deletion is refused."""
    for place, character in enumerate(GOOD):
        for altered in ("A" if character != "A" else "B", ""):
            with pytest.raises(AssertionRefused):
                check(GOOD[:place] + altered + GOOD[place + 1 :])


def test_a_disabled_account_asserts_nothing() -> None:
    """Though its key is still in the file."""
    text = f'[projects.acme]\n[service_accounts."{OWN}"]\nproject = "acme"\ndisabled = true\n'
    text += f"[service_accounts.\"{OWN}\".keys]\n\"{KEY_ID}\" = '''{key_pair(0).public}'''\n"
    with pytest.raises(AssertionRefused):
        check_assertion(GOOD, read_projects(text, load_public_key), {TOKEN_URL}, NOW)


def test_the_longest_assertion_is_bounded() -> None:
    """What is longer is not even taken apart."""
    pad = base64.urlsafe_b64encode(bytes(MAX_LENGTH)).decode()
    with pytest.raises(AssertionRefused, match="compact form"):
        check(assertion(NOW, pad=pad))
