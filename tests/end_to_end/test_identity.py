"""Who may do what, through the doors of a running server."""

import json
import logging
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from queue import Queue
from urllib.parse import quote, urlencode, urlsplit

import grpc
import pytest

from enfonica.voice.v1beta1 import recordings_pb2, recordings_pb2_grpc
from support.accounts import DOTNET_SCOPE, NODE_SCOPE, OTHER, OWN, assertion, projects_toml
from support.guarded import Guarded, guarded
from support.server import Answer, call
from voice_recordings.access.exchange import PUBLISHERS_AUDIENCE
from voicerecordings.recorder.v1 import recorder_pb2, recorder_pb2_grpc

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_RELOAD_SECONDS = 120


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """A server with two projects, each with a recording."""
    with guarded(tmp_path_factory.mktemp("identity")) as server:
        server.record("projects/acme/calls/c1", "r1")
        server.record("projects/globex/calls/c1", "r1", OTHER)
        yield server


def post(server: Guarded, form: Mapping[str, str] | str, **headers: str) -> Answer:
    """One request of /token."""
    body = form if isinstance(form, str) else urlencode(form)
    sent = {"Content-Type": "application/x-www-form-urlencoded", **headers}
    return call(server.running.http_url, "/token", method="POST", headers=sent, body=body.encode())


def fresh(server: Guarded, **claims: object) -> str:
    """An assertion for this server, never used before."""
    token_url = f"{server.running.http_url}/token"
    return assertion(
        server.clock.now(), claims={"aud": token_url, "jti": str(time.monotonic_ns()), **claims}
    )


def grpc_get(server: Guarded, name: str, token: str) -> recordings_pb2.Recording:
    """GetRecording with a bearer token."""
    with grpc.insecure_channel(server.running.grpc_address) as channel:
        got: recordings_pb2.Recording = recordings_pb2_grpc.RecordingsStub(channel).GetRecording(
            recordings_pb2.GetRecordingRequest(name=name),
            metadata=(
                ("authorization", f"Bearer {token}"),
                ("x-goog-request-params", f"name={quote(name, safe='')}"),
                ("x-goog-api-client", "gl-node/20.0.0 gapic/1.0.0 gax/4.0.0 grpc/1.9.0"),
            ),
        )
    return got


def rest(server: Guarded, path: str, token: str, method: str = "GET") -> Answer:
    """A REST call with a bearer token."""
    headers = {"Authorization": f"Bearer {token}"}
    return call(server.running.http_url, f"/v1beta1/{path}", method=method, headers=headers)


@pytest.mark.parametrize(
    ("scope", "audience"),
    [
        pytest.param(NODE_SCOPE, PUBLISHERS_AUDIENCE, id="Node as published"),
        pytest.param(NODE_SCOPE, None, id="Node with our token URL"),
        pytest.param(DOTNET_SCOPE, PUBLISHERS_AUDIENCE, id=".NET as published"),
    ],
)
def test_a_published_client_comes_all_the_way(
    server: Guarded, scope: str, audience: str | None
) -> None:
    """Its assertion for a token, and with the token Get, List and Delete in its project alone."""
    claims = {"scope": scope} | ({"aud": audience} if audience else {})
    answer = post(server, {"grant_type": GRANT, "assertion": fresh(server, **claims)})
    assert answer.status == 200, answer.body
    assert answer.json["token_type"] == "Bearer"
    assert answer.json["expires_in"] >= 3600
    assert answer.headers["cache-control"] == "no-store"
    token = answer.json["access_token"]
    name = server.record("projects/acme/calls/c2")
    assert grpc_get(server, name, token).name == name
    assert rest(server, name, token).json["name"] == name
    assert rest(server, "projects/acme/recordings", token).json["recordings"]
    assert rest(server, name, token, "DELETE").json["name"] == name
    assert rest(server, name, token).status == 404
    for other in ("projects/globex/calls/c1/recordings/r1", "projects/absent/calls/c/recordings/r"):
        assert rest(server, other, token).status == 403
        with pytest.raises(grpc.RpcError) as refused:
            grpc_get(server, other, token)
        assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED


def test_a_self_signed_jwt_is_taken_as_it_is(server: Guarded) -> None:
    """As Google's libraries send them; for the service and not for /token."""
    name = "projects/acme/calls/c1/recordings/r1"
    token = fresh(server, aud=f"{server.running.http_url}/")
    assert rest(server, name, token).status == 200
    assert rest(server, name, token).status == 200
    assert grpc_get(server, name, token).name == name
    assert rest(server, name, fresh(server)).status == 401
    assert post(server, {"grant_type": GRANT, "assertion": token}).json["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        pytest.param({}, 400, "unsupported_grant_type", id="nothing"),
        pytest.param({"grant_type": GRANT}, 400, "invalid_request", id="no assertion"),
        pytest.param(
            {"grant_type": "password", "assertion": "x"}, 400, "unsupported_grant_type", id="grant"
        ),
        pytest.param({"grant_type": GRANT, "assertion": ""}, 400, "invalid_grant", id="empty"),
        pytest.param({"grant_type": GRANT, "assertion": "a.b"}, 400, "invalid_grant", id="no JWT"),
        pytest.param(
            f"grant_type={GRANT}&assertion=a&assertion=b", 400, "invalid_request", id="two"
        ),
        pytest.param("assertion=%zz%ff", 400, "invalid_request", id="not UTF-8"),
        pytest.param("&" * 15 + "a=b" * 30, 400, "unsupported_grant_type", id="ampersands"),
        pytest.param("&".join("abcdefghijklmnopqrstuvwxyz"), 400, "invalid_request", id="many"),
        pytest.param("x" * 1024 * 1024, 413, "invalid_request", id="a megabyte"),
        pytest.param("\0", 400, "unsupported_grant_type", id="a zero"),
    ],
)  # fmt: skip
def test_a_bad_request_for_a_token_is_refused(
    server: Guarded, form: dict[str, str] | str, status: int, error: str
) -> None:
    """In the words of RFC 6749."""
    answer = post(server, form)
    assert answer.status == status
    assert answer.json["error"] == error
    assert answer.json["error_description"]


def test_an_assertion_is_refused_by_its_fault(server: Guarded) -> None:
    """Used, expired, not yet valid, for another service, of another scope."""
    used = fresh(server)
    assert post(server, {"grant_type": GRANT, "assertion": used}).status == 200
    now = int(server.clock.now().timestamp())
    for token, error, told in (
        (used, "invalid_grant", "used already"),
        (fresh(server, iat=now - 7200, exp=now - 3600), "invalid_grant", "expired"),
        (fresh(server, iat=now + 600, exp=now + 700), "invalid_grant", "future"),
        (fresh(server, aud="https://elsewhere.example/token"), "invalid_grant", "aud"),
        (fresh(server, iss="x@y"), "invalid_grant", "known here"),
        (fresh(server, scope="email"), "invalid_scope", "scope"),
    ):
        answer = post(server, {"grant_type": GRANT, "assertion": token})
        assert (answer.status, answer.json["error"]) == (400, error)
        assert told in answer.json["error_description"]


def test_the_token_url_takes_forms_by_post_alone(server: Guarded) -> None:
    """405, and 400 for other bodies and for parameters in the URL."""
    answer = call(server.running.http_url, "/token")
    assert (answer.status, answer.headers["allow"]) == (405, "POST")
    body = json.dumps({"grant_type": GRANT})
    assert post(server, body, **{"Content-Type": "application/json"}).json["error"] == (
        "invalid_request"
    )
    form = urlencode({"grant_type": GRANT, "assertion": fresh(server)})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = call(server.running.http_url, f"/token?{form}", method="POST", headers=headers)
    assert answer.json["error"] == "invalid_request"


@pytest.mark.parametrize(
    ("path", "method", "body"),
    [
        pytest.param("/v1beta1/projects/acme/recordings?bogus=1", "GET", None, id="a bad query"),
        pytest.param("/v1beta1/projects/-/recordings", "GET", None, id="a bad name"),
        pytest.param("/v1/projects/acme/calls/c1/recordings", "POST", b"{", id="a bad body"),
        pytest.param("/v1/projects/acme/calls/c1/recordings:import", "POST", b"x", id="no audio"),
    ],
)
def test_who_calls_is_asked_first(
    server: Guarded, path: str, method: str, body: bytes | None
) -> None:
    """Before anything is said about the request, over REST as over gRPC."""
    answer = call(server.running.http_url, path, method=method, body=body)
    assert answer.status == 401, answer.body
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json["error"]["details"][0]["reason"] == "CREDENTIALS_MISSING"


def test_what_is_taken_away_ends_a_stream(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """At its next message; and a stream cannot turn to another's recording midway."""
    with guarded(tmp_path_factory.mktemp("stream")) as server:
        metadata = (("authorization", server.header()),)
        with grpc.insecure_channel(server.running.grpc_address) as channel:
            recorder = recorder_pb2_grpc.RecorderStub(channel)
            order = recorder_pb2.CreateRecordingRequest(parent="projects/acme/calls/live")
            order.recording.format.codec = recorder_pb2.AudioFormat.LINEAR16
            order.recording.format.sample_rate = 8000
            name = recorder.CreateRecording(order, metadata=metadata).name
            for second in (
                recorder_pb2.WriteAudioRequest(name="projects/globex/calls/c1/recordings/r1"),
                recorder_pb2.WriteAudioRequest(audio=bytes(320), offset=320),
            ):
                messages: Queue[recorder_pb2.WriteAudioRequest | None] = Queue()
                messages.put(recorder_pb2.WriteAudioRequest(name=name, audio=bytes(320), offset=0))
                stream = recorder.WriteAudio(iter(messages.get, None), metadata=metadata)
                next(stream)
                if not second.name:
                    server.rewrite(projects_toml(role="roles/voice.viewer"))
                    session = f"/v1/{name}/session"
                    sent = {"Authorization": server.header()}
                    url = server.running.http_url
                    until(lambda: call(url, session, headers=sent).status == 403)  # noqa: B023 - used at once
                messages.put(second)
                messages.put(None)
                with pytest.raises(grpc.RpcError) as refused:
                    list(stream)
                assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED


@pytest.mark.parametrize("size", [9_000, 20_000, 200_000, 1024 * 1024])
def test_a_huge_header_is_refused_at_both_doors(server: Guarded, size: int) -> None:
    """By the limits of HTTP and gRPC, or as no token; the server goes on."""
    name = "projects/acme/calls/c1/recordings/r1"
    with pytest.raises(grpc.RpcError) as refused:
        grpc_get(server, name, "a" * size)
    assert refused.value.code() in {
        grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.UNAVAILABLE,
    }  # fmt: skip
    try:
        assert rest(server, name, "a" * size).status in {400, 401, 431}
    except ConnectionError:
        assert size > 64 * 1024
    assert rest(server, name, server.token()).status == 200


def test_nothing_secret_is_logged(server: Guarded, caplog: pytest.LogCaptureFixture) -> None:
    """What is refused is logged, and neither token, assertion nor link is in the log."""
    token, self_signed, used = server.token(), fresh(server), fresh(server)
    name = "projects/acme/calls/c1/recordings/r1"
    link = urlsplit(wait(server, name, token)["audio"][0]["uri"])
    with caplog.at_level(logging.DEBUG):
        for _ in range(2):
            post(server, {"grant_type": GRANT, "assertion": used})
        rest(server, name, token + "x")
        rest(server, name, self_signed)
        rest(server, name.replace("acme", "globex"), token)
        rest(server, f"{name}?access_token={token}", "x")
        call(server.running.http_url, f"{link.path}?{link.query}")
        call(server.running.http_url, f"{link.path}?{link.query[:-2]}")
    ours = [record for record in caplog.records if record.name.startswith("voice_recordings")]
    text = "\n".join(record.getMessage() for record in caplog.records)
    assert "CREDENTIALS_INVALID" in text
    assert "invalid_grant" in text
    assert f"refused voice.recordings.get to {OWN} in project globex" in text
    assert len(ours) >= 4
    for secret in (token, self_signed, used, link.query):
        for start in range(0, len(secret) - 24, 24):
            assert secret[start : start + 24] not in text


def test_a_changed_file_changes_what_may_be_done(
    tmp_path_factory: pytest.TempPathFactory, caplog: pytest.LogCaptureFixture
) -> None:
    """Roles, accounts and projects, in a server that goes on; links follow the project."""
    with guarded(tmp_path_factory.mktemp("changes")) as server:
        name = server.record("projects/acme/calls/c1", "r1")
        token = server.token()
        got = wait(server, name, token)
        link = urlsplit(got["audio"][0]["uri"])
        assert call(server.running.http_url, f"{link.path}?{link.query}").status == 200
        # A wrong file changes nothing.
        server.rewrite("projects = [")
        until(lambda: "NOT reloaded" in caplog.text)
        assert rest(server, name, token).status == 200
        server.rewrite(projects_toml(role="roles/voice.recorder"))
        until(lambda: rest(server, name, token).status == 403)
        assert call(server.running.http_url, f"{link.path}?{link.query}").status == 200
        disabled = projects_toml().replace('project = "acme"', 'project = "acme"\ndisabled = true')
        server.rewrite(disabled)
        until(lambda: rest(server, name, token).status == 401)
        server.rewrite("")
        until(lambda: call(server.running.http_url, f"{link.path}?{link.query}").status == 404)


def wait(server: Guarded, name: str, token: str) -> dict[str, list[dict[str, str]]]:
    """The recording once it has ended."""
    got: dict[str, list[dict[str, str]]] = {}

    def ended() -> bool:
        got.update(rest(server, name, token).json)
        return bool(got.get("audio"))

    until(ended)
    return got


def until(true: object) -> None:
    """Waits for something to become true, which a server without fault is quick with."""
    assert callable(true)
    deadline = time.monotonic() + _RELOAD_SECONDS
    while not true():
        assert time.monotonic() < deadline
        time.sleep(timedelta(milliseconds=50).total_seconds())


def test_a_used_assertion_is_used_after_a_restart_too(tmp_path: Path) -> None:
    """Where there is a folder to keep it in."""
    used: list[str] = []
    for expected in (200, 400):
        with guarded(tmp_path, data_dir=tmp_path / "data") as server:
            used = used or [fresh(server, aud=PUBLISHERS_AUDIENCE)]
            answer = post(server, {"grant_type": GRANT, "assertion": used[0]})
            assert answer.status == expected
    assert "used already" in answer.json["error_description"]
