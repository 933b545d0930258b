"""Files that come in at both doors get the same answer, the bad ones above all."""

import struct
import time
from dataclasses import dataclass, field
from typing import Any

import pytest

from parity.requests import Outcome, import_over_grpc, import_over_rest
from unit.audio.wavs import chunk, fmt, riff, wav
from voice_recordings.app import Running
from voice_recordings.client import RecordingsClient

PARENT = "projects/parity/calls/c1"
TONE = struct.pack("<160h", *([8000, -8000] * 80)) * 50
GOOD = wav(TONE)


@dataclass(frozen=True)
class Bad:
    """An import that must be refused, and the field that is to blame."""

    to_blame: str
    file: bytes = GOOD
    fields: dict[str, Any] = field(default_factory=lambda: {"parent": PARENT})
    content_type: str = "audio/wav"


def asking(**fields: Any) -> dict[str, Any]:
    """The fields of an import into the test's call."""
    return {"parent": PARENT} | fields


BAD = [
    pytest.param(Bad("file.data", b""), id="nothing at all"),
    pytest.param(Bad("file.data", b"hello, this is no audio" * 10), id="text"),
    pytest.param(Bad("file.data", b"\x89PNG\r\n\x1a\n" + bytes(100)), id="a picture"),
    pytest.param(Bad("file.data", GOOD[:3]), id="cut in the first word"),
    pytest.param(Bad("file.data", GOOD[:20]), id="cut in the format"),
    pytest.param(Bad("file.data", GOOD[:36]), id="cut before the data"),
    pytest.param(Bad("file.data", riff(chunk(b"data", TONE))), id="no format"),
    pytest.param(Bad("file.data", riff(fmt())), id="no data"),
    pytest.param(Bad("file.data", wav(TONE, rate=0)), id="rate 0"),
    pytest.param(Bad("file.data", wav(TONE, rate=2**31)), id="rate 2**31"),
    pytest.param(Bad("file.data", wav(TONE, channels=0)), id="0 channels"),
    pytest.param(Bad("file.data", wav(TONE, channels=9)), id="9 channels"),
    pytest.param(Bad("file.data", wav(TONE, tag=0x55)), id="MP3 in a WAV"),
    pytest.param(Bad("file.data", wav(TONE, bits=12)), id="12 bits"),
    pytest.param(
        Bad("file.data", riff(*[chunk(b"junk", b"x")] * 100_000, fmt(), chunk(b"data", TONE))),
        id="chunks without end",
    ),
    pytest.param(
        Bad("file.data", riff(chunk(b"junk", b"", size=2**32 - 1), fmt(), chunk(b"data", TONE))),
        id="a chunk size that overflows",
    ),
    pytest.param(Bad("file.data", b"fLaC" + bytes(60)), id="a FLAC of nothing"),
    pytest.param(Bad("file.data", b"OggS" + bytes(60)), id="an Ogg of nothing"),
    pytest.param(Bad("file.data", b"ID3\x04\0\0\0\0\1\0" + bytes(200)), id="an ID3 tag alone"),
    pytest.param(Bad("file.data", b"\xff\xfb\x90\x64" + bytes(60)), id="an MP3 of nothing"),
    pytest.param(
        Bad("file.content_type", content_type="text/plain"), id="a media type that is not audio"
    ),
    pytest.param(Bad("file.content_type", content_type="video/mp4"), id="a film"),
    pytest.param(Bad("parent", fields={"parent": "projects/P/calls/c1"}), id="malformed project"),
    pytest.param(Bad("parent", fields={"parent": "projects/demo/calls/-"}), id="wildcard call"),
    pytest.param(
        Bad("parent", fields={"parent": f"projects/demo/calls/{'c' * 65}"}), id="long call"
    ),
    pytest.param(Bad("recording_id", fields=asking(recordingId="a b")), id="malformed id"),
    pytest.param(Bad("recording_id", fields=asking(recordingId="-")), id="wildcard id"),
    pytest.param(Bad("source", fields=asking(source=99)), id="unknown source"),
    pytest.param(
        Bad("post_processing", fields=asking(postProcessing=[7])), id="unknown post-processing"
    ),
    pytest.param(
        Bad("post_processing", fields=asking(postProcessing=[0])), id="unspecified post-processing"
    ),
    pytest.param(Bad("ready_uri", fields=asking(readyUri="/ready")), id="relative ready_uri"),
    pytest.param(
        Bad("ready_uri", fields=asking(readyUri="ftp://example.com/x")), id="ready_uri of ftp"
    ),
    pytest.param(
        Bad("ready_uri", fields=asking(readyUri="http://e.com/" + "x" * 3000)),
        id="long ready_uri",
    ),
]

# What is damaged, but not beyond use: kept, and the session says what was noticed.
KEPT = [
    pytest.param(GOOD, 8000, [], id="nothing wrong"),
    pytest.param(wav(TONE, claimed=len(TONE) + 999), 8000, ["DATA_TRUNCATED"], id="cut in data"),
    pytest.param(wav(TONE, claimed=2**32 - 2), 8000, ["LENGTH_REPAIRED"], id="claims 4 GB"),
    pytest.param(wav(TONE, claimed=0), 8000, ["LENGTH_REPAIRED"], id="claims no length"),
    pytest.param(wav(TONE, claimed=2**32 - 1), 8000, ["LENGTH_REPAIRED"], id="claims all ones"),
    pytest.param(wav(TONE, claimed=100), 8000, ["LENGTH_REPAIRED"], id="claims too little"),
    pytest.param(wav(TONE + b"x"), 8000, ["PARTIAL_FRAME_DROPPED"], id="half a sample more"),
]


def both(server: Running, bad: Bad) -> tuple[Outcome, Outcome]:
    """The same import at both doors."""
    return tuple(  # type: ignore[return-value]  # two of them
        send(server, bad.fields, bad.file, content_type=bad.content_type)
        for send in (import_over_grpc, import_over_rest)
    )


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_import_is_refused_alike_at_both_doors(server: Running, bad: Bad) -> None:
    """INVALID_ARGUMENT, the same sentence, and the field to blame."""
    grpc_said, rest_said = both(server, bad)
    assert grpc_said.code == "INVALID_ARGUMENT"
    assert f'"field": "{bad.to_blame}"' in "".join(grpc_said.details)
    assert rest_said == grpc_said


@pytest.mark.parametrize(("file", "samples", "notes"), KEPT)
def test_what_a_damaged_file_holds_is_kept(
    server: Running, client: RecordingsClient, file: bytes, samples: int, notes: list[str]
) -> None:
    """And its session says what was wrong with it."""
    for send in (import_over_grpc, import_over_rest):
        outcome = send(server, asking(), file)
        assert outcome.code == "OK", outcome
        assert outcome.response is not None
        recording = client.wait_until_ready(outcome.response["name"])
        assert recording.duration.ToNanoseconds() == samples * 10**9 // 8000
        session = client.session(recording.name)
        assert [session.Note.Kind.Name(note.kind) for note in session.notes] == notes


@pytest.mark.parametrize(
    "file", [wav(bytes(16_000)), wav(b""), wav(b"\x20\x00" * 8000)], ids=["zeros", "none", "hum"]
)
def test_a_silent_file_becomes_empty(
    server: Running, client: RecordingsClient, file: bytes
) -> None:
    """EMPTY, with no audio and no duration."""
    outcome = import_over_rest(server, asking(), file)
    assert outcome.response is not None
    recording = client.wait_until_ready(outcome.response["name"])
    assert recording.State.Name(recording.state) == "EMPTY"
    assert not recording.audio
    assert not recording.HasField("duration")


def test_an_import_may_be_repeated_under_its_id(server: Running) -> None:
    """The same id and content is the same recording; other content is ALREADY_EXISTS."""
    name = f"{PARENT}/recordings/repeat-{time.monotonic_ns()}"
    fields = asking(recordingId=name.rpartition("/")[2])
    for send in (import_over_grpc, import_over_rest, import_over_grpc):
        outcome = send(server, fields, GOOD)
        assert outcome.response is not None
        assert outcome.response["name"] == name
    others = [
        (fields, wav(TONE[:-2])),
        (fields | {"postProcessing": ["TRIM_SILENCE"]}, GOOD),
        (fields | {"readyUri": "http://example.com/"}, GOOD),
        (fields | {"startTime": "2020-01-01T00:00:00Z"}, GOOD),
    ]
    for changed, file in others:
        refusals = [send(server, changed, file) for send in (import_over_grpc, import_over_rest)]
        assert {refusal.code for refusal in refusals} == {"ALREADY_EXISTS"}
        assert refusals[0] == refusals[1]
