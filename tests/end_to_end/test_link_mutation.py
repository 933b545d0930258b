"""Links altered in every byte and in every canonical form, at the door itself."""

import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from support.guarded import Guarded, guarded
from support.server import call

NAME = "projects/acme/calls/c1/recordings/r1"
_WAIT_SECONDS = 120


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """A server with a recording."""
    with guarded(tmp_path_factory.mktemp("links")) as server:
        server.record("projects/acme/calls/c1", "r1")
        yield server


@pytest.fixture(scope="module")
def link(server: Guarded) -> tuple[str, str]:
    """The path and the query of a good link."""
    headers = {"Authorization": server.header()}
    deadline = time.monotonic() + _WAIT_SECONDS
    while True:
        answer = call(server.running.http_url, f"/v1beta1/{NAME}", headers=headers)
        if "audio" in answer.json:
            parts = urlsplit(answer.json["audio"][0]["uri"])
            return parts.path, parts.query
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_every_byte_of_a_link_counts(server: Guarded, link: tuple[str, str]) -> None:
    """One replaced, escaped, doubled or left out: 403, or no such address, and never the file."""
    whole = f"{link[0]}?{link[1]}"
    assert call(server.running.http_url, whole).status == 200
    for place, character in enumerate(whole):
        other = "A" if character != "A" else "B"
        for altered in (other, character * 2, f"%{ord(character):02x}", ""):
            changed = whole[:place] + altered + whole[place + 1 :]
            if not changed.startswith("/"):
                continue
            answer = call(server.running.http_url, changed)
            assert answer.status in {403, 404}, changed
            if changed.startswith("/media/"):
                assert answer.status == 403, changed
                assert answer.json["error"]["details"][0]["reason"] == "LINK_INVALID"


@pytest.mark.parametrize(
    ("path", "query"),
    [
        pytest.param("{path}", "{query}&", id="an ampersand after"),
        pytest.param("{path}", "&{query}", id="an ampersand before"),
        pytest.param("{path}", "{query}&x=1", id="one more"),
        pytest.param("{path}", "{query}&{query}", id="all twice"),
        pytest.param("{path}", "{reversed}", id="another order"),
        pytest.param("{path}", "{semicolons}", id="semicolons"),
        pytest.param("{path}", "{query}%00", id="a zero"),
        pytest.param("{path}/", "{query}", id="a slash after"),
        pytest.param("/{path}", "{query}", id="a slash before"),
        pytest.param("{path};x", "{query}", id="a path parameter"),
        pytest.param("{dots}", "{query}", id="a dot segment"),
        pytest.param("{up}", "{query}", id="up and down again"),
        pytest.param("{encoded}", "{query}", id="escaped slashes"),
        pytest.param("{path}%20", "{query}", id="a space after"),
        pytest.param("{path}?{query}", "{query}", id="two question marks"),
        pytest.param("{path}", "{upper}", id="upper case"),
        pytest.param("{other}", "{query}", id="another's recording"),
        pytest.param("{mp3}", "{query}", id="the other file of it"),
    ],
)
def test_a_link_has_one_form(server: Guarded, link: tuple[str, str], path: str, query: str) -> None:
    """What proxies and browsers may make of it opens nothing."""
    good_path, good_query = link
    forms = {
        "path": good_path,
        "query": good_query,
        "reversed": "&".join(reversed(good_query.split("&"))),
        "semicolons": good_query.replace("&", ";"),
        "dots": good_path.replace("/media/", "/media/./"),
        "up": good_path.replace("/media/", "/media/x/../"),
        "encoded": good_path.replace("/media/projects/", "/media/projects%2F"),
        "upper": good_query.upper(),
        "other": good_path.replace("acme", "globex"),
        "mp3": good_path.replace(".wav", ".mp3"),
    }
    answer = call(server.running.http_url, f"{path.format(**forms)}?{query.format(**forms)}")
    assert answer.status in {403, 404}
    assert b"RIFF" not in answer.body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_a_link_is_for_reading(server: Guarded, link: tuple[str, str], method: str) -> None:
    """GET and HEAD, and nothing that writes."""
    answer = call(server.running.http_url, f"{link[0]}?{link[1]}", method=method)
    assert answer.status == 405
    assert call(server.running.http_url, f"{link[0]}?{link[1]}", method="HEAD").status == 200
