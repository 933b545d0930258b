"""For receivers: tells a webhook that is genuine, meant for this URL and fresh from any other."""

import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from voice_recordings.clock import SystemClock
from voice_recordings.errors import WebhookNotVerified
from voice_recordings.recordings.webhook_url import parse
from voice_recordings.webhooks import event as wire
from voice_recordings.webhooks import signing

TOLERANCE_SECONDS = 300
_LONGEST_TIMESTAMP = 12


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook that has been verified.

    `id` is the same on every attempt, so it tells a repeat from a new one; None
    where the sender gave none and `tolerance_seconds` was None.
    """

    event: str
    id: str | None
    recording: dict[str, Any]


def verify(
    url: str,
    headers: Mapping[str, str] | Iterable[tuple[str, str]],
    body: bytes,
    keys: bytes | str | Iterable[bytes | str],
    *,
    now: datetime | None = None,
    tolerance_seconds: int | None = TOLERANCE_SECONDS,
) -> Webhook:
    """Checks both signatures and the time, and gives what the webhook says.

    `url` is the one the webhook was sent to, query included; `body` the bytes
    as they came; `keys` the project's key, or several while they rotate, raw or
    as `voice-recordings webhooks key` prints them. With a tolerance of None the
    Standard Webhooks headers are not needed: the publisher's own service sends
    none, and repeats of an old webhook are then not noticed.

    Raises WebhookNotVerified, and ValueError for a key that is not one.
    """
    candidates = [keys] if isinstance(keys, bytes | str) else list(keys)
    raw_keys = [signing.key_bytes(key) for key in candidates]
    found = _ours(headers)
    event = _needed(found, wire.EVENT_HEADER)
    signature = _needed(found, wire.SIGNATURE_HEADER)
    expected = [
        signing.publisher_signature(key, form, event, body)
        for form in _forms(url)
        for key in raw_keys
    ]
    if not _any_equal(expected, [signature]):
        raise WebhookNotVerified(
            "No key gives this signature for this URL and body. "
            "Is the URL the one the webhook was sent to, query included?"
        )
    if tolerance_seconds is not None:
        _check_fresh(found, body, raw_keys, now or SystemClock().now(), tolerance_seconds)
    try:
        recording = json.loads(body)
    except ValueError as error:
        raise WebhookNotVerified("The body is not JSON.") from error
    return Webhook(event, found.get(wire.ID_HEADER), recording)


def _check_fresh(
    found: Mapping[str, str],
    body: bytes,
    raw_keys: Iterable[bytes],
    now: datetime,
    tolerance_seconds: int,
) -> None:
    webhook_id = _needed(found, wire.ID_HEADER)
    timestamp = _needed(found, wire.TIMESTAMP_HEADER)
    signatures = _needed(found, wire.STANDARD_SIGNATURE_HEADER).split(" ")
    if not timestamp.isdigit() or len(timestamp) > _LONGEST_TIMESTAMP:
        raise WebhookNotVerified(f"{wire.TIMESTAMP_HEADER} is not a number of seconds.")
    expected = [
        signing.standard_signature(key, webhook_id, int(timestamp), body) for key in raw_keys
    ]
    if not _any_equal(expected, signatures):
        raise WebhookNotVerified(f"No key gives the {wire.STANDARD_SIGNATURE_HEADER}.")
    if abs(int(timestamp) - now.timestamp()) > tolerance_seconds:
        raise WebhookNotVerified(
            f"It was signed more than {tolerance_seconds} s from now: a repeat, or a wrong clock."
        )


def _ours(headers: Mapping[str, str] | Iterable[tuple[str, str]]) -> dict[str, str]:
    """Our headers by their names in the protocol's spelling; said twice is not verified."""
    wanted = {
        name.lower(): name
        for name in (
            wire.EVENT_HEADER,
            wire.SIGNATURE_HEADER,
            wire.ID_HEADER,
            wire.TIMESTAMP_HEADER,
            wire.STANDARD_SIGNATURE_HEADER,
        )
    }
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    found: dict[str, str] = {}
    for given, value in pairs:
        name = wanted.get(given.lower())
        if name is None:
            continue
        if name in found:
            raise WebhookNotVerified(f"The header {name} came twice.")
        if not value.isascii():
            raise WebhookNotVerified(f"The header {name} is not ASCII.")
        found[name] = value
    return found


def _needed(found: Mapping[str, str], name: str) -> str:
    if name not in found:
        raise WebhookNotVerified(f"The header {name} is missing.")
    return found[name]


def _forms(url: str) -> list[str]:
    """The URL as the receiver wrote it, and as it is sent."""
    try:
        sent = parse(url).text
    except ValueError:
        # Half a surrogate pair has no UTF-8; nothing was ever signed with one.
        return [url.encode(errors="replace").decode()]
    return [url] if sent == url else [url, sent]


def _any_equal(expected: Iterable[str], given: Iterable[str]) -> bool:
    """Compares all with all, in a time that does not tell where they differ."""
    matches = [
        hmac.compare_digest(one.encode(), other.encode()) for one in expected for other in given
    ]
    return any(matches)
