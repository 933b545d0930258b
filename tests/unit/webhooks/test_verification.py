"""What a receiver is told about what it got."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_recordings.errors import WebhookNotVerified
from voice_recordings.webhooks import signing, verify

KEY = bytes(range(64))
OLD_KEY = bytes(reversed(range(64)))
URL = "https://app.example/ready?tenant=7"
BODY = b'{"name":"projects/p/calls/c/recordings/r"}'
NOW = datetime(2030, 1, 1, tzinfo=UTC)


def signed(*keys: bytes, url: str = URL, body: bytes = BODY) -> dict[str, str]:
    """A webhook's headers."""
    return signing.signed_headers(
        keys or (KEY,), url=url, event="RECORDING_READY", webhook_id="msg_1", now=NOW, body=body
    )


def test_a_genuine_webhook() -> None:
    """It gives the event, the id and the recording."""
    webhook = verify(URL, signed(), BODY, KEY, now=NOW)
    assert webhook.event == "RECORDING_READY"
    assert webhook.id == "msg_1"
    assert webhook.recording == {"name": "projects/p/calls/c/recordings/r"}


@pytest.mark.parametrize(
    "keys",
    [KEY, signing.key_text(KEY), [OLD_KEY, KEY], [signing.key_text(OLD_KEY), KEY], iter([KEY])],
    ids=["raw", "as shown", "two", "two in both forms", "any iterable"],
)
def test_keys_in_every_form(keys: bytes | str | list[bytes | str]) -> None:
    """Raw or as shown, one or several."""
    assert verify(URL, signed(), BODY, keys, now=NOW).id == "msg_1"


@pytest.mark.parametrize("receiver_key", [KEY, OLD_KEY], ids=["new", "old"])
def test_rotation_on_the_senders_side(receiver_key: bytes) -> None:
    """While two versions are good, a receiver that has both takes either's signature."""
    headers = signed(KEY, OLD_KEY)
    assert verify(URL, headers, BODY, [KEY, OLD_KEY], now=NOW).id == "msg_1"
    assert verify(URL, signed(receiver_key), BODY, [KEY, OLD_KEY], now=NOW).id == "msg_1"


def test_headers_in_any_case_and_as_pairs() -> None:
    """Frameworks hand them over as they please."""
    lower = {name.lower(): value for name, value in signed().items()}
    assert verify(URL, lower, BODY, KEY, now=NOW).id == "msg_1"
    assert verify(URL, list(lower.items()), BODY, KEY, now=NOW).id == "msg_1"


@pytest.mark.parametrize(
    "written",
    ["https://app.example", "HTTPS://App.Example:443", "https://app.example/#top"],
)
def test_the_url_as_the_receiver_wrote_it(written: str) -> None:
    """What was signed is the URL as sent; the one that was configured is as good."""
    headers = signed(url="https://app.example/")
    assert verify(written, headers, BODY, KEY, now=NOW).id == "msg_1"


Change = Callable[[dict[str, str]], object]


@pytest.mark.parametrize(
    "change",
    [
        lambda headers: headers.pop("X-Enfonica-Signature"),
        lambda headers: headers.pop("X-Enfonica-Event"),
        lambda headers: headers.pop("webhook-id"),
        lambda headers: headers.pop("webhook-timestamp"),
        lambda headers: headers.pop("webhook-signature"),
        lambda headers: headers.update({"X-Enfonica-Event": "RECORDING_DELETED"}),
        lambda headers: headers.update({"webhook-id": "msg_2"}),
        lambda headers: headers.update({"webhook-timestamp": "1893456001"}),
        lambda headers: headers.update({"webhook-timestamp": "soon"}),
        lambda headers: headers.update({"webhook-timestamp": "9" * 5000}),
        lambda headers: headers.update({"webhook-signature": "v1,"}),
        lambda headers: headers.update({"X-Enfonica-Signature": ""}),
        lambda headers: headers.update({"X-Enfonica-Signature": "é"}),
        lambda headers: headers.update({"x-enfonica-signature": headers["X-Enfonica-Signature"]}),
    ],
)
def test_headers_that_were_touched(change: Change) -> None:
    """Missing, changed, malformed or said twice."""
    headers = signed()
    change(headers)
    with pytest.raises(WebhookNotVerified):
        verify(URL, headers, BODY, KEY, now=NOW)


@pytest.mark.parametrize(
    "url",
    [
        "http://app.example/ready?tenant=7",
        "https://app.example/ready?tenant=8",
        "https://app.example/ready",
        "https://app.example:8443/ready?tenant=7",
        "https://other.example/ready?tenant=7",
        "",
        "\ud800",
    ],
)
def test_a_webhook_meant_for_another_url(url: str) -> None:
    """A receiver of one URL cannot pass its webhooks on to another."""
    with pytest.raises(WebhookNotVerified):
        verify(url, signed(), BODY, KEY, now=NOW)


@given(body=st.binary(max_size=200))
def test_another_body(body: bytes) -> None:
    """Every byte counts."""
    if body != BODY:
        with pytest.raises(WebhookNotVerified):
            verify(URL, signed(), body, KEY, now=NOW)


def test_another_key() -> None:
    """Only the project's key will do, and no keys verify nothing."""
    with pytest.raises(WebhookNotVerified):
        verify(URL, signed(), BODY, OLD_KEY, now=NOW)
    with pytest.raises(WebhookNotVerified):
        verify(URL, signed(), BODY, [], now=NOW)


@pytest.mark.parametrize("seconds", [-301, 301])
def test_one_from_another_time(seconds: int) -> None:
    """Five minutes either way."""
    now = NOW + timedelta(seconds=seconds)
    with pytest.raises(WebhookNotVerified, match="300 s"):
        verify(URL, signed(), BODY, KEY, now=now)
    assert verify(URL, signed(), BODY, KEY, now=now, tolerance_seconds=400).id == "msg_1"


def test_one_of_the_publishers_own() -> None:
    """Its service sends no Standard Webhooks headers; a tolerance of None does without."""
    headers = {name: value for name, value in signed().items() if name.startswith("X-")}
    assert verify(URL, headers, BODY, KEY, tolerance_seconds=None).id is None


def test_a_body_that_is_not_json() -> None:
    """Signed, but not a webhook."""
    with pytest.raises(WebhookNotVerified, match="JSON"):
        verify(URL, signed(body=b"ready"), b"ready", KEY, now=NOW)
