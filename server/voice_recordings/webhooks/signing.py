"""Signatures: the publisher's, and beside it the one of Standard Webhooks.

    publisher   Base64(HMAC-SHA256(key, url + event + body)), no separators
    standard    "v1," + Base64(HMAC-SHA256(key, id + "." + timestamp + "." + body))

The publisher's binds the URL, the other the time; a receiver that checks both
can be fooled neither by a webhook meant for another nor by an old one.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Sequence
from datetime import datetime

from voice_recordings.webhooks import event as wire

KEY_BYTES = 64
_KEY_CHARACTERS = 88

# (project id, key version) -> the project's raw key. Versions count from 1.
DeriveKey = Callable[[str, int], bytes]


def publisher_signature(key: bytes, url: str, event: str, body: bytes) -> str:
    """Signs one request to one URL, which is the full one, as sent."""
    return _mac(key, f"{url}{event}".encode() + body)


def standard_signature(key: bytes, webhook_id: str, timestamp_seconds: int, body: bytes) -> str:
    """Signs one webhook at one time, in whole seconds since 1970."""
    return "v1," + _mac(key, f"{webhook_id}.{timestamp_seconds}.".encode() + body)


def signed_headers(
    keys: Sequence[bytes], *, url: str, event: str, webhook_id: str, now: datetime, body: bytes
) -> dict[str, str]:
    """The headers of one request, signed with each of the keys, the current one first.

    The publisher's header holds one signature, so it is the current key's; the
    standard one lists them all.
    """
    timestamp_seconds = int(now.timestamp())
    return {
        "Content-Type": wire.CONTENT_TYPE,
        wire.EVENT_HEADER: event,
        wire.SIGNATURE_HEADER: publisher_signature(keys[0], url, event, body),
        wire.ID_HEADER: webhook_id,
        wire.TIMESTAMP_HEADER: str(timestamp_seconds),
        wire.STANDARD_SIGNATURE_HEADER: " ".join(
            standard_signature(key, webhook_id, timestamp_seconds, body) for key in keys
        ),
    }


def project_keys(derive: DeriveKey, project: str, version: int) -> tuple[bytes, ...]:
    """The keys a project's webhooks are signed with: the current version's, then the last one's.

    Receivers so have as long as they like to change from one to the other.
    """
    versions = (version, version - 1) if version > 1 else (version,)
    return tuple(derive(project, each) for each in versions)


def key_text(key: bytes) -> str:
    """A key as people see it: 88 characters of base64."""
    return base64.b64encode(key).decode()


def key_bytes(key: bytes | str) -> bytes:
    """A key as it is used, from either form; ValueError if it is not one.

    The prefix `whsec_` that Standard Webhooks writes before keys is dropped.
    """
    if isinstance(key, str):
        text = key.strip().removeprefix("whsec_")
        if len(text) != _KEY_CHARACTERS:
            raise ValueError(f"a key has {_KEY_CHARACTERS} characters, this one {len(text)}")
        try:
            key = base64.b64decode(text, validate=True)
        except binascii.Error as error:
            raise ValueError(f"a key is base64, this one is not: {error}") from error
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key has {KEY_BYTES} bytes, this one {len(key)}")
    return key


def _mac(key: bytes, message: bytes) -> str:
    return base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()
