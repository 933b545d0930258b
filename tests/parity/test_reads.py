"""Get, List, Delete and GetSession answer alike at both doors."""

from typing import Any

import pytest

from parity.requests import Request, import_over_grpc, over_grpc, over_rest
from unit.audio.wavs import wav
from voice_recordings.app import Running
from voice_recordings.client import RecordingsClient

PARENT = "projects/reads/calls/c1"
ABSENT = f"{PARENT}/recordings/none"


@pytest.fixture(scope="module")
def names(server: Running) -> list[str]:
    """Three recordings that have ended, oldest first."""
    made = []
    with RecordingsClient(server.grpc_address) as client:
        for seconds in (1, 2, 3):
            outcome = import_over_grpc(
                server, {"parent": PARENT}, wav(b"\x00\x10\x00\xf0" * 4000 * seconds)
            )
            assert outcome.response is not None
            made.append(client.wait_until_ready(outcome.response["name"]).name)
    return made


def get(name: str, **query: Any) -> Request:
    """GetRecording."""
    return Request("GetRecording", {"name": name} | query, "GET", f"/v1beta1/{name}", query)


def listing(parent: str, **query: Any) -> Request:
    """ListRecordings."""
    fields = {"parent": parent} | query
    return Request("ListRecordings", fields, "GET", f"/v1beta1/{parent}/recordings", query)


def delete(name: str) -> Request:
    """DeleteRecording."""
    return Request("DeleteRecording", {"name": name}, "DELETE", f"/v1beta1/{name}")


def session(name: str) -> Request:
    """GetSession."""
    return Request("GetSession", {"name": f"{name}/session"}, "GET", f"/v1/{name}/session")


REFUSED = [
    pytest.param(get(ABSENT), "NOT_FOUND", "RecordingNotFound", id="get what is absent"),
    pytest.param(delete(ABSENT), "NOT_FOUND", "", id="delete what is absent"),
    pytest.param(session(ABSENT), "NOT_FOUND", "", id="the session of what is absent"),
    pytest.param(get("projects/D/calls/c/recordings/r"), "INVALID_ARGUMENT", "name", id="bad name"),
    pytest.param(
        get("projects/demo/calls/-/recordings/r"), "INVALID_ARGUMENT", "name", id="any call"
    ),
    pytest.param(
        delete("projects/demo/calls/-/recordings/r"), "INVALID_ARGUMENT", "name", id="delete any"
    ),
    pytest.param(get(ABSENT, view=3), "INVALID_ARGUMENT", "view", id="unknown view"),
    pytest.param(listing(PARENT, view=9), "INVALID_ARGUMENT", "view", id="list: unknown view"),
    pytest.param(listing("projects/-"), "INVALID_ARGUMENT", "parent", id="any project"),
    pytest.param(
        listing("projects/-/calls/c1"), "INVALID_ARGUMENT", "parent", id="any project's call"
    ),
    pytest.param(listing("projects/d"), "INVALID_ARGUMENT", "parent", id="short project"),
    pytest.param(
        listing(PARENT, pageSize=-1), "INVALID_ARGUMENT", "page_size", id="negative page size"
    ),
    pytest.param(
        listing(PARENT, pageToken="x"), "INVALID_ARGUMENT", "page_token", id="made-up page token"
    ),
    pytest.param(
        listing(PARENT, pageToken="x" * 8000), "INVALID_ARGUMENT", "page_token", id="long token"
    ),
]


@pytest.mark.parametrize(("request_", "code", "field"), REFUSED)
def test_a_refusal_is_the_same_at_both_doors(
    server: Running, request_: Request, code: str, field: str
) -> None:
    """The status, the sentence, and every detail."""
    grpc_said, rest_said = over_grpc(server, request_), over_rest(server, request_)
    assert grpc_said.code == code
    if code == "INVALID_ARGUMENT":
        assert f'"field": "{field}"' in "".join(grpc_said.details)
    assert '"domain": "voice-recordings"' in grpc_said.details[0]
    assert rest_said == grpc_said


@pytest.mark.parametrize("view", [None, "BASIC", "FULL"])
def test_a_recording_is_the_same_at_both_doors(
    server: Running, names: list[str], view: str | None
) -> None:
    """Every field; the links differ in their expiry alone."""
    query = {"view": view} if view else {}
    outcomes = [door(server, get(names[0], **query)) for door in (over_grpc, over_rest)]
    links = [unlinked(outcome.response) for outcome in outcomes]
    assert outcomes[0] == outcomes[1]
    assert links[0] == links[1]
    assert len(links[0]) == (0 if view == "BASIC" else 2)


@pytest.mark.parametrize(
    "query",
    [{}, {"pageSize": 2}, {"pageSize": 10**6}, {"view": "FULL"}, {"view": "BASIC"}],
    ids=str,
)
@pytest.mark.parametrize("parent", [PARENT, "projects/reads", "projects/reads/calls/-"])
def test_a_list_is_the_same_at_both_doors(
    server: Running, names: list[str], parent: str, query: dict[str, Any]
) -> None:
    """Newest first, links in the FULL view alone."""
    grpc_said, rest_said = (
        door(server, listing(parent, **query)) for door in (over_grpc, over_rest)
    )
    assert grpc_said.response is not None
    assert rest_said.response is not None
    for said in (grpc_said, rest_said):
        assert said.response is not None
        for recording in said.response["recordings"]:
            assert len(unlinked(recording)) == (2 if query.get("view") == "FULL" else 0)
    assert grpc_said == rest_said
    listed = [recording["name"] for recording in grpc_said.response["recordings"]]
    assert listed == names[::-1][: query.get("pageSize", 10)]


def test_a_page_token_of_one_door_is_good_at_the_other(server: Running, names: list[str]) -> None:
    """And good for the same parent told another way, but for no other parent."""
    first = over_grpc(server, listing("projects/reads", pageSize=2))
    assert first.response is not None
    token = first.response["nextPageToken"]
    rest = over_rest(server, listing("projects/reads/calls/-", pageSize=2, pageToken=token))
    assert rest.response is not None
    assert [recording["name"] for recording in rest.response["recordings"]] == names[:1]
    assert "nextPageToken" not in rest.response
    stranger = listing(PARENT, pageToken=token)
    assert (
        over_grpc(server, stranger).code == over_rest(server, stranger).code == "INVALID_ARGUMENT"
    )


def test_a_project_nobody_has_used_is_empty(server: Running) -> None:
    """With nobody asked who they are, an unknown project or call is an empty list."""
    for parent in ("projects/unused", "projects/unused/calls/c1"):
        assert over_grpc(server, listing(parent)).response == {}
        assert over_rest(server, listing(parent)).response == {}


def test_a_delete_gives_the_recording_as_it_was(server: Running) -> None:
    """In the BASIC view; a second delete is NOT_FOUND at either door."""
    for first, second in ((over_grpc, over_rest), (over_rest, over_grpc)):
        outcome = import_over_grpc(server, {"parent": PARENT}, wav(b"\x00\x10\x00\xf0" * 4000))
        assert outcome.response is not None
        name = outcome.response["name"]
        with RecordingsClient(server.grpc_address) as client:
            client.wait_until_ready(name)
        deleted = first(server, delete(name))
        assert deleted.response is not None
        assert deleted.response["state"] == "SUCCEEDED"
        assert [sorted(audio) for audio in deleted.response["audio"]] == [
            ["encoding", "mimeType", "sampleRate", "sizeBytes"]
        ] * 2
        assert second(server, delete(name)).code == "NOT_FOUND"
        assert second(server, get(name)).code == "NOT_FOUND"


def test_a_session_is_the_same_at_both_doors(server: Running, names: list[str]) -> None:
    """Every field."""
    grpc_said, rest_said = (door(server, session(names[0])) for door in (over_grpc, over_rest))
    assert grpc_said.response is not None
    assert grpc_said.response["reason"] == "COMPLETED"
    # JSON has one way to write a number, and the two writers another number of digits.
    assert rest_said == grpc_said


def unlinked(recording: Any) -> list[str]:
    """Takes the links out of a recording, and gives them without their signatures."""
    links = [audio.pop("uri").partition("?")[0] for audio in recording["audio"] if "uri" in audio]
    assert not any("uri" in audio for audio in recording["audio"])
    return links
