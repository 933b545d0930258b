"""Downloads under signed links."""

import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from support.recordings import NOW
from support.server import Answer, call, serving
from unit.audio.wavs import wav
from voice_recordings.app import Running
from voice_recordings.client import RecordingsClient
from voice_recordings.clock import ManualClock

PARENT = "projects/downloads/calls/c1"
PCM = b"\x00\x40\x00\xc0" * 5000
SIZE = len(PCM) + 44


@pytest.fixture
def name(client: RecordingsClient) -> str:
    """A recording that can be downloaded."""
    made = client.import_file(PARENT, io.BytesIO(wav(PCM)))
    return client.wait_until_ready(made.name).name


@pytest.fixture
def link(client: RecordingsClient, name: str) -> str:
    """A link to its WAV."""
    return client.get(name).audio[0].uri


def fetch(uri: str, method: str = "GET", **headers: str) -> Answer:
    """One request of a link, sent as it is."""
    parts = urlsplit(uri)
    named = {header.replace("_", "-"): value for header, value in headers.items()}
    return call(
        f"http://{parts.netloc}", f"{parts.path}?{parts.query}", method=method, headers=named
    )


def test_a_file_is_served_whole(client: RecordingsClient, name: str) -> None:
    """With its type, its length, a name to save it under, and an ETag."""
    recording = client.get(name)
    for audio, suffix in zip(recording.audio, ("wav", "mp3"), strict=True):
        answer = fetch(audio.uri)
        assert answer.status == 200
        assert len(answer.body) == audio.size_bytes
        assert answer.headers["content-type"] == audio.mime_type
        assert answer.headers["content-length"] == str(audio.size_bytes)
        file_name = f"{name.rpartition('/')[2]}.{suffix}"
        assert answer.headers["content-disposition"] == f'attachment; filename="{file_name}"'
        assert answer.headers["accept-ranges"] == "bytes"
        assert answer.headers["etag"].startswith('"')
    assert fetch(recording.audio[0].uri).body[44:] == PCM


def test_head_tells_all_but_the_bytes(link: str) -> None:
    """The same headers as GET."""
    got, head = fetch(link), fetch(link, "HEAD")
    assert head.status == 200
    assert head.body == b""
    for header in ("content-type", "content-length", "etag", "content-disposition"):
        assert head.headers[header] == got.headers[header]


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-9", 0, 10),
        ("bytes=40-60", 40, 61),
        ("bytes=44-", 44, SIZE),
        ("bytes=-5", SIZE - 5, SIZE),
    ],
)
def test_a_part_is_served(link: str, asked: str, start: int, end: int) -> None:
    """206 with the bytes asked for, and where they lie."""
    whole, part = fetch(link).body, fetch(link, range=asked)
    assert part.status == 206
    assert part.body == whole[start:end]
    assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{SIZE}"
    assert fetch(link, "HEAD", range=asked).headers["content-length"] == str(end - start)


def test_a_part_beyond_the_file_is_refused(link: str) -> None:
    """416 with the length there is."""
    answer = fetch(link, range=f"bytes={SIZE}-")
    assert answer.status == 416
    assert answer.headers["content-range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize("asked", ["bytes=0-1,4-5", "bytes=9-1", "chars=0-1", "nonsense"])
def test_a_range_that_is_none_gets_the_whole_file(link: str, asked: str) -> None:
    """As RFC 9110 allows."""
    answer = fetch(link, range=asked)
    assert answer.status == 200
    assert len(answer.body) == SIZE


def test_a_file_that_is_known_already_is_not_sent_again(link: str) -> None:
    """304 for its own ETag; the whole file for another in If-Range."""
    etag = fetch(link).headers["etag"]
    assert fetch(link, if_none_match=etag).status == 304
    assert fetch(link, if_none_match=f'W/{etag}, "x"').status == 304
    assert fetch(link, if_none_match="*").status == 304
    assert fetch(link, if_none_match='"other"').status == 200
    assert fetch(link, range="bytes=0-1", if_range=etag).status == 206
    assert fetch(link, range="bytes=0-1", if_range='"other"').status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_a_link_opens_reading_alone(link: str, method: str) -> None:
    """405, and which methods there are."""
    answer = fetch(link, method)
    assert answer.status == 405
    assert answer.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    "alter",
    [
        pytest.param(lambda uri: uri.replace(".wav?", ".mp3?"), id="another file"),
        pytest.param(lambda uri: uri.replace("/c1/", "/c2/"), id="another call"),
        pytest.param(lambda uri: uri.replace("/c1/", "/c%31/"), id="an escaped path"),
        pytest.param(lambda uri: uri.replace("/media/", "/media//"), id="a doubled slash"),
        pytest.param(lambda uri: uri.replace("/media/", "/media/./"), id="a dot"),
        pytest.param(lambda uri: uri.replace("expires=", "expires=9"), id="a later expiry"),
        pytest.param(lambda uri: uri + "&a=b", id="a parameter more"),
        pytest.param(lambda uri: uri.partition("?")[0] + "?", id="no signature"),
        pytest.param(lambda uri: uri[:-1], id="a shorter signature"),
    ],
)
def test_an_altered_link_is_refused(link: str, alter: Callable[[str], str]) -> None:
    """403 in the one shape, whatever was altered."""
    answer = fetch(alter(link))
    assert answer.status == 403
    error = answer.json["error"]
    assert error["status"] == "PERMISSION_DENIED"
    assert error["details"][0]["reason"] == "LINK_INVALID"


def test_a_deleted_recording_is_gone_under_a_good_link(
    client: RecordingsClient, name: str, link: str
) -> None:
    """404 at once."""
    assert fetch(link).status == 200
    client.delete(name)
    answer = fetch(link)
    assert answer.status == 404
    assert answer.json["error"]["details"][0]["reason"] == "RECORDING_NOT_FOUND"


def test_a_link_never_opens_a_later_recording_of_the_name(client: RecordingsClient) -> None:
    """The name is free after a delete, but what an old link was for is gone."""
    file = wav(PCM)
    made = client.import_file(PARENT, io.BytesIO(file), recording_id="reused")
    old = client.wait_until_ready(made.name).audio[0].uri
    client.delete(made.name)
    client.import_file(PARENT, io.BytesIO(file), recording_id="reused")
    new = client.wait_until_ready(made.name).audio[0].uri
    assert fetch(old).status == 404
    assert fetch(new).status == 200


@pytest.fixture
def still() -> Iterator[tuple[Running, ManualClock]]:
    """A server whose clock stands still."""
    clock = ManualClock(NOW)
    with serving(clock) as server:
        yield server, clock


def test_a_link_expires_by_the_servers_clock(still: tuple[Running, ManualClock]) -> None:
    """Sixty minutes after it was made; a new one is to be had."""
    server, clock = still
    with RecordingsClient(server.grpc_address) as client:
        made = client.import_file(PARENT, io.BytesIO(wav(PCM)))
        link = client.wait_until_ready(made.name).audio[0].uri
        clock.set(NOW + timedelta(minutes=60) - timedelta(milliseconds=1))
        assert fetch(link).status == 200
        clock.set(NOW + timedelta(minutes=60))
        answer = fetch(link)
        assert answer.status == 403
        assert answer.json["error"]["details"][0]["reason"] == "LINK_EXPIRED"
        assert fetch(client.get(made.name).audio[0].uri).status == 200
