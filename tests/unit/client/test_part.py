"""What is kept of a download that is not whole yet."""

from collections.abc import Callable
from pathlib import Path

import pytest

from voice_recordings.client import NotFound, ServiceError
from voice_recordings.client.part import CutShort, LinkOver, Part

SIZE = 10
NAME = "projects/p01/calls/c/recordings/r"
ETAG = {"etag": '"v1"'}


@pytest.fixture
def part(tmp_path: Path) -> Part:
    """A part of which four bytes have come."""
    part = Part(tmp_path / "a.wav", size_bytes=SIZE, name=NAME)
    with part.open(200, ETAG, b"") as file:
        file.write(b"0123")
    return part


def test_the_rest_is_asked_for_of_the_same_version(part: Part) -> None:
    """If-Range has the server send all of it where it is another one by now."""
    assert part.headers() == {"Range": "bytes=4-", "If-Range": '"v1"'}


def test_the_rest_is_put_behind(part: Part, tmp_path: Path) -> None:
    """And the file appears whole, with nothing left beside it."""
    with part.open(206, {"content-range": "bytes 4-9/10"}, b"") as file:
        file.write(b"456789")
    part.finish(SIZE)
    assert (tmp_path / "a.wav").read_bytes() == b"0123456789"
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]


def _no_folder(to: Path) -> Path:
    return to / "nowhere" / "a.wav"


def _no_room(to: Path) -> Path:
    (to / "a.wav.part").symlink_to("/dev/full")
    return to / "a.wav"


def _taken(to: Path) -> Path:
    (to / "a.wav").mkdir()
    return to / "a.wav"


@pytest.mark.parametrize(
    ("place", "why"),
    [
        (_no_folder, "No such file or directory"),
        (_no_room, "No space left on device"),
        (_taken, "Is a directory"),
    ],
    ids=["no folder", "no room", "a folder of the name"],
)
def test_what_the_disk_refuses_is_told_as_such(
    tmp_path: Path, place: Callable[[Path], Path], why: str
) -> None:
    """It is no connection that broke: nothing would be better the next time."""
    to = place(tmp_path)
    part = Part(to, size_bytes=SIZE, name=NAME)

    def save() -> None:
        with part.open(200, ETAG, b"") as file:
            part.put(file, b"0123456789")
        part.finish(SIZE)

    with pytest.raises(ServiceError, match=rf"{to} cannot be written: {why}") as refused:
        save()
    assert refused.value.code == "FAILED_PRECONDITION"
    assert "Name a place" in str(refused.value)


def test_a_whole_answer_starts_again(part: Part) -> None:
    """The server has another version, or does not do ranges."""
    with part.open(200, {"etag": '"v2"'}, b"") as file:
        file.write(b"ab")
    assert part.headers() == {"Range": "bytes=2-", "If-Range": '"v2"'}


@pytest.mark.parametrize("etag", [None, 'W/"v1"'], ids=["none", "weak"])
def test_a_version_that_cannot_be_told_is_not_resumed(tmp_path: Path, etag: str | None) -> None:
    """Bytes of two versions must never meet in one file."""
    part = Part(tmp_path / "a.wav", size_bytes=SIZE, name=NAME)
    with part.open(200, {"etag": etag} if etag else {}, b"") as file:
        file.write(b"0123")
    assert part.headers() == {}


@pytest.mark.parametrize(
    "content_range", ["bytes 0-9/10", "bytes 4-9/11", "bytes 4-8/10", None], ids=str
)
def test_another_range_than_asked_for_is_thrown_away(part: Part, content_range: str | None) -> None:
    """The next attempt begins at the beginning."""
    headers = {"content-range": content_range} if content_range else {}
    with pytest.raises(CutShort):
        part.open(206, headers, b"")
    assert part.done_bytes == 0


def test_a_part_that_the_file_cannot_have_is_thrown_away(part: Part) -> None:
    """HTTP 416."""
    with pytest.raises(CutShort):
        part.open(416, {}, b"")
    assert part.done_bytes == 0


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_server_in_trouble_is_asked_again(part: Part, status: int) -> None:
    """What has come is kept."""
    with pytest.raises(CutShort):
        part.open(status, {}, b"")
    assert part.done_bytes == 4


def test_a_link_that_is_over_says_what_the_service_said(part: Part) -> None:
    """In the words of its error, naming the recording."""
    body = b'{"error":{"status":"NOT_FOUND","message":"gone","details":[{"reason":"LINK"}]}}'
    with pytest.raises(LinkOver) as caught:
        part.open(404, {}, body)
    refusal = caught.value.refusal
    assert isinstance(refusal, NotFound)
    assert (refusal.reason, refusal.name) == ("LINK", NAME)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"error":{}}', b"\xff"], ids=str)
def test_a_refusal_in_other_words_is_told_by_its_status(part: Part, body: bytes) -> None:
    """Whatever stands between may answer whatever it likes."""
    with pytest.raises(ServiceError, match="HTTP 418"):
        part.open(418, {}, body)
