"""The signatures, against a second implementation and two packages of others."""

import base64
import hashlib
from datetime import UTC, datetime

import pytest
import standardwebhooks
import svix.webhooks
from hypothesis import given
from hypothesis import strategies as st

from voice_recordings.webhooks import signing

KEY = bytes(range(64))
URL = "https://app.example/ready?tenant=7&x=%20"
BODY = b'{"name":"projects/p/calls/c/recordings/r"}'


def hmac_from_first_principles(key: bytes, message: bytes) -> bytes:
    """RFC 2104, written out."""
    block = (
        key.ljust(64, b"\0") if len(key) <= 64 else hashlib.sha256(key).digest().ljust(64, b"\0")
    )
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block) + message).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in block) + inner).digest()


@given(
    key=st.binary(min_size=64, max_size=64),
    url=st.text(max_size=80),
    event=st.text(max_size=20),
    body=st.binary(max_size=300),
)
def test_the_publishers_signature_is_the_hmac_of_all_three(
    key: bytes, url: str, event: str, body: bytes
) -> None:
    """No separators: URL, event and body one after the other, as UTF-8."""
    expected = hmac_from_first_principles(key, url.encode() + event.encode() + body)
    assert base64.b64decode(signing.publisher_signature(key, url, event, body)) == expected


def test_a_signature_that_openssl_made() -> None:
    """Printf | openssl dgst -sha256 -mac HMAC -macopt hexkey:0001…3f -binary | base64."""
    signature = signing.publisher_signature(KEY, URL, "RECORDING_READY", BODY)
    assert signature == "Ot3JVJxGftg5wkHty2zLX/E3KjpbCCs6PS+DphBgIPU="


def headers_at(now: datetime, *keys: bytes) -> dict[str, str]:
    """The headers of the one webhook these tests know."""
    return signing.signed_headers(
        keys, url=URL, event="RECORDING_READY", webhook_id="msg_1", now=now, body=BODY
    )


@pytest.mark.parametrize(
    "package",
    [standardwebhooks.Webhook, svix.webhooks.Webhook],
    ids=["standardwebhooks", "svix"],
)
def test_packages_of_others_verify_it(
    package: type[standardwebhooks.Webhook] | type[svix.webhooks.Webhook],
) -> None:
    """What receivers have installed already takes our headers, with either key during rotation."""
    # These packages ask the machine for the time, so the signature is made at it.
    old, new = bytes(64), KEY
    headers = headers_at(datetime.now(UTC), new, old)
    for key in (old, new):
        package("whsec_" + signing.key_text(key)).verify(BODY, headers)
        package(key).verify(BODY, headers)


def test_a_package_of_others_refuses_another_key() -> None:
    """The test above can fail."""
    headers = headers_at(datetime.now(UTC), KEY)
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(bytes(64)).verify(BODY, headers)


def test_the_headers_of_one_request() -> None:
    """Names and values as the contract has them."""
    headers = headers_at(datetime(2030, 1, 1, tzinfo=UTC), KEY)
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert headers["X-Enfonica-Event"] == "RECORDING_READY"
    assert headers["webhook-id"] == "msg_1"
    assert headers["webhook-timestamp"] == "1893456000"
    assert headers["webhook-signature"].startswith("v1,")
    assert len(headers) == 6


def derive(project: str, version: int) -> bytes:
    """A stand-in for the keyring with its shape: 64 bytes by project and version."""
    return hashlib.sha512(f"{project}/{version}".encode()).digest()


def test_the_last_version_stays_good_during_rotation() -> None:
    """The current key comes first; the first version has none before it."""
    assert signing.project_keys(derive, "p", 1) == (derive("p", 1),)
    assert signing.project_keys(derive, "p", 3) == (derive("p", 3), derive("p", 2))


@given(key=st.binary(min_size=64, max_size=64))
def test_a_key_survives_being_shown(key: bytes) -> None:
    """88 characters of base64 and back, with the prefix of Standard Webhooks too."""
    text = signing.key_text(key)
    assert len(text) == 88
    assert signing.key_bytes(text) == key
    assert signing.key_bytes("whsec_" + text) == key
    assert signing.key_bytes(key) == key


@pytest.mark.parametrize(
    "key",
    [b"", bytes(63), bytes(65), "", "A" * 88 + "=", "!" * 88, signing.key_text(KEY)[:-4]],
    ids=["empty", "short", "long", "no text", "89 characters", "not base64", "84 characters"],
)
def test_what_is_not_a_key(key: bytes | str) -> None:
    """A key of another length is a mistake, not a weaker key."""
    with pytest.raises(ValueError, match="a key"):
        signing.key_bytes(key)
