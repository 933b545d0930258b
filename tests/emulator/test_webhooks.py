"""Webhooks captured as they were sent and answered, waited for, sent again."""

import base64
import json

import grpc
import pytest

from support.controls import Controls
from support.receiver import status
from support.receiving import receiving
from voice_recordings.webhooks.verification import verify
from voicerecordings.emulator.v1 import state_pb2, webhook_attempt_pb2


def test_an_attempt_is_captured_with_its_status_and_signature(own: Controls, project: str) -> None:
    """What was captured is what arrived, and the project's key verifies it."""
    with receiving() as receiver:
        made = own.simulate(f"{project}/calls/c1", ready_uri=f"{receiver.url}/hook?a=b")
        wait = webhook_attempt_pb2.WaitForWebhookAttemptsRequest(recording=made.name)
        (attempt,) = own.emulator.WaitForWebhookAttempts(wait).attempts
    (arrived,) = receiver.requests
    assert attempt.recording == made.name
    assert attempt.uri == f"{receiver.url}/hook?a=b"
    assert attempt.status == 200
    assert attempt.attempt == 1
    assert attempt.body == arrived.body
    assert json.loads(arrived.body)["name"] == made.name
    headers = {name.lower(): value for name, value in arrived.headers.items()}
    assert attempt.signature == headers["x-enfonica-signature"]
    assert attempt.webhook_id == headers["webhook-id"]
    key = own.emulator.GetProject(state_pb2.GetProjectRequest(name=project)).webhook_key
    assert len(base64.b64decode(key)) == 64
    genuine = verify(attempt.uri, arrived.headers, arrived.body, key)
    assert genuine.recording["name"] == made.name
    captured = {entry.key: entry.value for entry in attempt.headers}
    assert captured.items() <= headers.items()


def test_a_webhook_is_sent_again(own: Controls, project: str) -> None:
    """Once more at once, under the same id, and how it went is the answer."""
    with receiving(status(500)) as receiver:
        own.rest("POST", "/emulator/v1/clock:freeze", {})
        made = own.simulate(f"{project}/calls/c1", ready_uri=f"{receiver.url}/hook")
        own.rest("POST", "/emulator/v1/webhookAttempts:wait", {"project": project})
        receiver.default = status(204)
        again = own.rest("POST", f"/emulator/v1/{made.name}:redeliver", {}).json
    assert again["status"] == 204
    assert again["attempt"] == 2
    listed = own.rest("GET", f"/emulator/v1/webhookAttempts?recording={made.name}").json["attempts"]
    assert [each.get("status") for each in listed] == [500, 204]
    assert len({each["webhookId"] for each in listed}) == 1


def test_what_has_no_webhook_cannot_be_sent_again(controls: Controls, project: str) -> None:
    """NOT_FOUND, for the recording or for its webhook."""
    made = controls.simulate(f"{project}/calls/c1")
    for name, reason in (
        (made.name, "DELIVERY_NOT_FOUND"),
        (f"{made.name}x", "RECORDING_NOT_FOUND"),
    ):
        answer = controls.rest("POST", f"/emulator/v1/{name}:redeliver", {})
        assert answer.status == 404
        assert answer.json["error"]["details"][0]["reason"] == reason


def test_a_refused_connection_is_captured_too(own: Controls, project: str) -> None:
    """With what went wrong."""
    # The next attempt would come in a second.
    own.rest("POST", "/emulator/v1/clock:freeze", {})
    own.simulate(f"{project}/calls/c1", ready_uri="http://127.0.0.1:9/hook")
    wait = {"project": project}
    (attempt,) = own.rest("POST", "/emulator/v1/webhookAttempts:wait", wait).json["attempts"]
    assert attempt["failure"] == "CONNECTION_FAILED"
    assert "status" not in attempt


def test_waiting_for_a_webhook_that_never_comes_ends(controls: Controls, project: str) -> None:
    """In the time that was asked for."""
    request = webhook_attempt_pb2.WaitForWebhookAttemptsRequest(project=project)
    request.timeout.FromMilliseconds(50)
    with pytest.raises(grpc.RpcError) as refused:
        controls.emulator.WaitForWebhookAttempts(request)
    assert refused.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
