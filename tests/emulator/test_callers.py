"""Callers: not asked, taken at their word, or known by throw-away keys."""

import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import grpc
import jwt
import pytest

from enfonica.voice.v1beta1 import recordings_pb2
from support.controls import Controls
from support.receiving import receiving
from support.server import serving
from voice_recordings.config import Settings
from voice_recordings.errors import ConfigurationError
from voice_recordings.testing import Emulator
from voicerecordings.emulator.v1 import request_log_pb2, state_pb2

PROJECT = "projects/demo"
CALL = f"{PROJECT}/calls/c1"


def bearer(token: str) -> list[tuple[str, str]]:
    """The metadata that shows a token."""
    return [("authorization", f"Bearer {token}")]


def code(method: Any, request: Any, token: str | None) -> str:
    """The code that a call ends with."""
    try:
        method(request, metadata=bearer(token) if token else None)
    except grpc.RpcError as error:
        return str(error.code().name)
    return "OK"


def test_nobody_is_asked_unless_it_is_wished(controls: Controls, project: str) -> None:
    """A token does no harm, and there are none to be had."""
    made = controls.simulate(f"{project}/calls/c1")
    controls.get(made.name, metadata=bearer("whatever"))
    answer = controls.emulator.GetProject(state_pb2.GetProjectRequest(name=project))
    assert not answer.tokens


def test_any_token_will_do_and_names_its_caller() -> None:
    """At both doors; without one nobody gets in. Controls ask for none."""
    with (
        serving(emulator=True, auth="permissive") as server,
        grpc.insecure_channel(server.grpc_address) as channel,
    ):
        permissive = Controls(server, channel)
        made = permissive.simulate(CALL)
        get = recordings_pb2.GetRecordingRequest(name=made.name)
        assert code(permissive.recordings.GetRecording, get, None) == "UNAUTHENTICATED"
        assert code(permissive.recordings.GetRecording, get, "anna") == "OK"
        path = f"/v1beta1/{made.name}"
        assert permissive.rest("GET", path).status == 401
        shown = {"authorization": "Bearer {b:r-t}!"}
        assert permissive.rest("GET", path, headers=shown).status == 200
        assert permissive.rest("GET", path, headers={"authorization": "Basic x"}).status == 401
        everything = request_log_pb2.ListRequestsRequest()
        seen = permissive.emulator.ListRequests(everything).requests
        assert [(each.caller, each.code) for each in seen] == [
            ("", 16),
            ("anna", 0),
            ("", 16),
            ("{b:r-t}!", 0),
            ("", 16),
        ]


GET = recordings_pb2.GetRecordingRequest(name=f"{CALL}/recordings/r")
DELETE = recordings_pb2.DeleteRecordingRequest(name=f"{CALL}/recordings/r")


@pytest.mark.parametrize(
    ("role", "get", "delete"),
    [
        ("roles/voice.viewer", "NOT_FOUND", "PERMISSION_DENIED"),
        ("roles/voice.editor", "NOT_FOUND", "NOT_FOUND"),
        ("roles/voice.recorder", "PERMISSION_DENIED", "PERMISSION_DENIED"),
        ("roles/voice.admin", "NOT_FOUND", "NOT_FOUND"),
    ],
)
def test_well_known_tokens_hold_their_roles(
    required: Controls, role: str, get: str, delete: str
) -> None:
    """In any project, with nothing set up."""
    project = required.emulator.GetProject(state_pb2.GetProjectRequest(name=PROJECT))
    (token,) = [each.token for each in project.tokens if each.role == role]
    assert code(required.recordings.GetRecording, GET, token) == get
    assert code(required.recordings.DeleteRecording, DELETE, token) == delete


@pytest.mark.parametrize("token", [None, "emulator-nobody", "vr1.x.y.z"])
def test_no_other_token_is_good(required: Controls, token: str | None) -> None:
    """UNAUTHENTICATED."""
    assert code(required.recordings.GetRecording, GET, token) == "UNAUTHENTICATED"


def test_a_key_file_is_good_for_an_exchange(required: Controls) -> None:
    """As the publisher's clients make it: an assertion for a token, the token for a call."""
    project = required.emulator.GetProject(state_pb2.GetProjectRequest(name=PROJECT))
    key = json.loads(project.tokens[-1].key_file)
    now = int(time.time())
    assertion = jwt.encode(
        {
            "iss": key["client_email"],
            "aud": key["token_uri"],
            "scope": "https://api.enfonica.com/auth/voice",
            "iat": now,
            "exp": now + 600,
        },
        key["private_key"],
        algorithm="RS256",
        headers={"kid": key["private_key_id"]},
    )
    grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    form = urlencode({"grant_type": grant, "assertion": assertion}).encode()
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert key["token_uri"] == f"{required.server.http_url}/token"
    answer = required.rest("POST", "/token", form, kind)
    assert code(required.recordings.GetRecording, GET, answer.json["access_token"]) == "NOT_FOUND"


def test_webhooks_reach_loopback_all_the_same(required: Controls) -> None:
    """Where the app under test listens."""
    with receiving() as receiver:
        made = required.simulate(CALL, ready_uri=f"{receiver.url}/hook")
        wait = {"recording": made.name}
        (attempt,) = required.rest("POST", "/emulator/v1/webhookAttempts:wait", wait).json[
            "attempts"
        ]
    assert attempt["status"] == 200


def test_python_tests_are_handed_tokens() -> None:
    """By the project they are for."""
    with Emulator.start(auth="required") as emulator:
        project = emulator.new_project()
        token = project.tokens["roles/voice.viewer"]
        headers = {"authorization": f"Bearer {token}"}
        path = f"/v1beta1/{project.name}/recordings"
        assert emulator.rest().get(path).status == 401
        assert emulator.rest().request("GET", path, headers=headers).status == 200
        assert json.loads(project.key_files["roles/voice.admin"])["type"] == "service_account"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"auth": "permissive"}, "needs --emulator"),
        ({"auth": "required"}, "needs --projects"),
        (
            {"auth": "permissive", "emulator": True, "grpc_address": "192.0.2.1:0"},
            "bind to 127.0.0.1",
        ),
        ({"auth": "perhaps", "emulator": True}, "must be off or required"),
        ({"emulator": True, "data_dir": Path("/nowhere")}, "keeps everything in memory"),
    ],
    ids=str,
)
def test_what_would_let_strangers_in_is_refused(settings: dict[str, Any], words: str) -> None:
    """Before anything is bound."""
    with pytest.raises(ConfigurationError, match=words):
        Settings(**settings)
