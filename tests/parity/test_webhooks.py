"""Deliveries are listed and made again alike at both doors."""

from typing import Any

import pytest

from parity.requests import Request, import_over_grpc, over_grpc, over_rest
from unit.audio.wavs import wav
from voice_recordings.app import Running
from voice_recordings.client import RecordingsClient

PARENT = "projects/parity-webhooks/calls/c1"
ABSENT = f"{PARENT}/recordings/none"
SINCE = "2020-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def recording(server: Running) -> str:
    """One whose webhook may not be sent where it is to go, so that it is tried again and again."""
    fields = {"parent": PARENT, "ready_uri": "http://10.0.0.1/ready"}
    outcome = import_over_grpc(server, fields, wav(b"\x00\x10\x00\xf0" * 4000))
    assert outcome.response is not None
    with RecordingsClient(server.grpc_address) as client:
        return client.wait_until_ready(outcome.response["name"]).name


def listing(recording: str) -> Request:
    """ListDeliveries."""
    return Request("ListDeliveries", {"parent": recording}, "GET", f"/v1/{recording}/deliveries")


def redelivery(name: str) -> Request:
    """RedeliverWebhook."""
    return Request("RedeliverWebhook", {"name": name}, "POST", f"/v1/{name}:redeliver", body={})


def all_failed(parent: str, **fields: Any) -> Request:
    """RedeliverFailedWebhooks."""
    path = f"/v1/{parent}/deliveries:redeliverFailed"
    return Request(
        "RedeliverFailedWebhooks", {"parent": parent} | fields, "POST", path, body=fields
    )


def told(server: Running, request: Request) -> dict[str, Any]:
    """What both doors answer; the time of an attempt that ends in between may differ."""
    outcomes = over_grpc(server, request), over_rest(server, request)
    assert [outcome.code for outcome in outcomes] == ["OK", "OK"]
    answers = [outcome.response or {} for outcome in outcomes]
    assert answers[0].keys() == answers[1].keys()
    return answers[0]


def test_a_delivery_tells_of_its_attempts(server: Running, recording: str) -> None:
    """What failed, in a stable word and a sentence, and when it is tried next."""
    (delivery,) = told(server, listing(recording))["deliveries"]
    while not delivery.get("attempts"):
        (delivery,) = told(server, listing(recording))["deliveries"]
    assert delivery["name"].startswith(f"{recording}/deliveries/ready-")
    assert delivery["uri"] == "http://10.0.0.1/ready"
    assert delivery["state"] == "PENDING"
    assert delivery["nextAttemptTime"] > delivery["createTime"]
    attempt = delivery["attempts"][0]
    assert attempt["failure"] == "ADDRESS_REFUSED"
    assert attempt["detail"] == "the address is closed to webhooks"


def test_one_is_made_again(server: Running, recording: str) -> None:
    """It is due at once, under its own name."""
    (delivery,) = told(server, listing(recording))["deliveries"]
    again = told(server, redelivery(delivery["name"]))
    assert again["name"] == delivery["name"]
    assert again["state"] == "PENDING"


def test_all_that_failed_are_made_again(server: Running) -> None:
    """None of a project that has none."""
    request = all_failed("projects/parity-none", since=SINCE)
    assert told(server, request) == {}


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        pytest.param(listing(ABSENT), "NOT_FOUND", id="no such recording"),
        pytest.param(listing("projects/P/calls/c/recordings/r"), "INVALID_ARGUMENT", id="name"),
        pytest.param(
            redelivery(f"{ABSENT}/deliveries/ready-1"), "NOT_FOUND", id="no such delivery"
        ),
        pytest.param(
            redelivery(f"{ABSENT}/deliveries/ready!1"), "INVALID_ARGUMENT", id="not an id"
        ),
        pytest.param(all_failed("projects/demo"), "INVALID_ARGUMENT", id="no time"),
        pytest.param(all_failed("projects/D", since=SINCE), "INVALID_ARGUMENT", id="not a project"),
    ],
)
def test_a_no_is_the_same_at_both_doors(server: Running, request_: Request, code: str) -> None:
    """Code, message and details."""
    over_one, over_other = over_grpc(server, request_), over_rest(server, request_)
    assert over_one == over_other
    assert over_one.code == code
