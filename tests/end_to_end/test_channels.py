"""One channel out of two, under links of their own."""

import io
import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from end_to_end.test_downloads import fetch
from support.encoded_files import speech
from support.server import call
from unit.audio.wavs import read, wav
from voice_recordings.app import Running
from voice_recordings.audio.channels import mix_down, one_leg
from voice_recordings.audio.format import PcmFormat
from voice_recordings.client import RecordingsClient, ServiceError

PARENT = "projects/channels/calls/c1"
SPEECH = speech(PcmFormat(8000, 2), 12.0)
EXPECTED = {
    "channels=1": mix_down(SPEECH),
    "channel=0": one_leg(SPEECH, 0),
    "channel=1": one_leg(SPEECH, 1),
    "": SPEECH,
}


@pytest.fixture(scope="module")
def name(server: Running) -> str:
    """A stereo recording."""
    with RecordingsClient(server.grpc_address) as client:
        made = client.import_file(PARENT, io.BytesIO(wav(SPEECH, channels=2)))
        return client.wait_until_ready(made.name).name


@pytest.mark.parametrize("selection", list(EXPECTED))
def test_a_selection_is_a_file_of_its_own(server: Running, name: str, selection: str) -> None:
    """Its samples, its length, its ETag, and ranges of it."""
    link = call(server.http_url, f"/v1/{name}/download?{selection}").json
    whole = fetch(link["uri"])
    assert whole.status == 200
    assert len(whole.body) == int(link["sizeBytes"])
    pcm, reader = read(whole.body)
    assert pcm == EXPECTED[selection]
    assert reader.source is not None
    assert reader.source.channel_count == (1 if selection else 2)
    part = fetch(link["uri"], Range="bytes=1001-20000")
    assert part.status == 206
    assert part.body == whole.body[1001:20001]
    assert part.headers["content-range"] == f"bytes 1001-20000/{len(whole.body)}"
    assert fetch(link["uri"], "HEAD").headers["content-length"] == str(len(whole.body))
    known = fetch(link["uri"], If_None_Match=whole.headers["etag"])
    assert known.status == 304


def test_selections_have_names_and_tags_of_their_own(server: Running, name: str) -> None:
    """So that no cache and no folder takes one for another."""
    answers = [
        fetch(call(server.http_url, f"/v1/{name}/download?{selection}").json["uri"], "HEAD")
        for selection in EXPECTED
    ]
    assert len({answer.headers["etag"] for answer in answers}) == 4
    assert len({answer.headers["content-disposition"] for answer in answers}) == 4


def test_a_selection_cannot_be_changed_under_way(server: Running, name: str) -> None:
    """It is part of what is signed."""
    uri = call(server.http_url, f"/v1/{name}/download?channel=0").json["uri"]
    assert "?channel=0&" in uri
    for changed in (
        uri.replace("channel=0", "channel=1"),
        uri.replace("channel=0", "channels=1"),
        uri.replace("channel=0&", ""),
        uri.replace("channel=0&", "") + "&channel=0",
    ):
        assert fetch(changed).status == 403


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("channels=2", "channels"),
        ("channels=0", "channels"),
        ("channel=2", "channel"),
        ("channel=-1", "channel"),
        ("mimeType=audio/ogg", "mime_type"),
        ("mimeType=audio/mpeg&channel=0", "channel"),
        ("mimeType=audio/mpeg&channels=1", "channels"),
    ],
)
def test_what_cannot_be_chosen_is_refused(
    server: Running, name: str, query: str, field: str
) -> None:
    """With the field that is to blame."""
    answer = call(server.http_url, f"/v1/{name}/download?{query}")
    assert answer.status == 400
    (violation,) = [
        violation
        for detail in answer.json["error"]["details"]
        for violation in detail.get("fieldViolations", [])
    ]
    assert violation["field"] == field


def test_mono_has_no_child_leg(client: RecordingsClient) -> None:
    """But a mix, and a parent leg, which are all there is."""
    made = client.import_file(PARENT, io.BytesIO(wav(one_leg(SPEECH, 1))))
    recording = client.wait_until_ready(made.name)
    size = recording.audio[0].size_bytes
    assert client.link(recording.name, mix=True).size_bytes == size
    assert client.link(recording.name, channel=0).size_bytes == size
    with pytest.raises(ServiceError, match="cannot be 1: the file has one channel"):
        client.link(recording.name, channel=1)


def test_there_is_no_link_to_silence(client: RecordingsClient) -> None:
    """An EMPTY recording has no audio."""
    made = client.import_file(PARENT, io.BytesIO(wav(bytes(16_000))))
    client.wait_until_ready(made.name)
    with pytest.raises(ServiceError, match="is EMPTY and has no audio") as refusal:
        client.link(made.name)
    assert refusal.value.reason == "NO_AUDIO"


def give_up(_done: int, _total: int | None) -> None:
    """Somebody who presses Ctrl-C at the first sign of progress."""
    raise KeyboardInterrupt


def test_a_download_of_one_channel_goes_on_where_it_broke_off(
    client: RecordingsClient, name: str, tmp_path: Path
) -> None:
    """As one of the whole file does: what is there is kept, and only the rest is fetched."""
    recording = client.get(name)
    whole = client.download(recording, tmp_path / "whole.wav", mix=True).read_bytes()
    with pytest.raises(KeyboardInterrupt):
        client.download(recording, tmp_path / "a.wav", mix=True, progress=give_up)
    (part,) = tmp_path.glob("a.wav*.part")
    begun = part.read_bytes()
    assert whole.startswith(begun)
    part.write_bytes(begun[:1000])
    again: list[int] = []
    client.download(
        client.get(name),
        tmp_path / "a.wav",
        mix=True,
        progress=lambda done, _total: again.append(done),
    )
    assert (tmp_path / "a.wav").read_bytes() == whole
    assert again[0] > 1000


def test_one_channels_beginning_is_not_taken_for_anothers(
    client: RecordingsClient, name: str, tmp_path: Path
) -> None:
    """Each selection is gathered in a place of its own."""
    recording = client.get(name)
    with pytest.raises(KeyboardInterrupt):
        client.download(recording, tmp_path / "a.wav", channel=0, progress=give_up)
    file = client.download(recording, tmp_path / "a.wav", channel=1).read_bytes()
    assert read(file)[0] == EXPECTED["channel=1"]


def test_links_differ_in_nothing_but_the_selection(server: Running, name: str) -> None:
    """The path is that of the whole file."""
    paths = {
        urlsplit(call(server.http_url, f"/v1/{name}/download?{selection}").json["uri"]).path
        for selection in EXPECTED
    }
    assert len(paths) == 1
    assert json.dumps(sorted(paths)).count(".wav") == 1
