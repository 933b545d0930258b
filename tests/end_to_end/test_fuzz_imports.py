"""Damaged files of every kind against the whole import: an answer, and a server that goes on."""

import io
import random
import re
import struct
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enfonica.voice.v1beta1.recordings_pb2 import Recording
from support.children import children
from support.encoded_files import CODECS, encode, speech
from support.server import call, serving
from unit.audio.wavs import chunk, extensible, riff, wav
from voice_recordings.app import Running
from voice_recordings.audio.format import PcmFormat
from voice_recordings.client import NO_RETRY, RecordingsClient, ServiceError

PARENT = "projects/fuzz/calls/c1"
STEREO = PcmFormat(8000, 2)
SPEECH = speech(STEREO, 2.2)
LIST = chunk(b"LIST", b"INFOIART\x04\0\0\0abc\0")
WHOLE = {
    "wav": wav(SPEECH, channels=2, tail=LIST),
    "wav24": wav(SPEECH[: len(SPEECH) // 6 * 6], bits=24, channels=2),
    "float": wav(SPEECH, tag=3, bits=32, channels=2),
    "mulaw": riff(extensible(7, 1, 8), chunk(b"fact", b"1234"), chunk(b"data", SPEECH)),
    "rf64": riff(
        chunk(b"ds64", struct.pack("<QQQI", 0, len(SPEECH), 0, 0)),
        extensible(1, 2, 16),
        chunk(b"data", SPEECH, size=0xFFFFFFFF),
        form=b"RF64",
    ),
} | {codec: encode(codec, STEREO, SPEECH) for codec in CODECS}


@pytest.fixture(scope="module")
def own_server() -> Iterator[Running]:
    """A server that has to stand all this."""
    before = children()
    with serving() as server:
        yield server
        assert children() <= before, "a decoder was left behind"


def damaged(file: bytes, seed: int) -> bytes:
    """A file after an accident: bits turned, a piece lost, doubled, overwritten, or cut off.

    Most accidents happen near the beginning, where they do most.
    """
    rng = random.Random(seed)
    data = bytearray(file)
    for _ in range(rng.randint(1, 6)):
        at = min(
            int(rng.expovariate(1 / 60)) if rng.random() < 0.7 else rng.randrange(len(data)),
            len(data) - 1,
        )
        length = min(rng.choice([1, 1, 2, 4, 8, 100, 5000]), len(data) - at)
        match rng.randrange(6):
            case 0:
                data[at] ^= 1 << rng.randrange(8)
            case 1:
                data[at : at + length] = rng.randbytes(length)
            case 2:
                del data[at : at + length]
            case 3:
                data[at:at] = data[at : at + length]
            case 4:
                data[at : at + length] = rng.choice([b"\0", b"\xff", b"\x7f"]) * length
            case _:
                del data[len(data) - rng.randrange(len(data)) :]
        if not data:
            return b""
    return bytes(data)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(kind=st.sampled_from(list(WHOLE)), seed=st.integers(0, 2**32))
def test_every_accident_has_an_answer(own_server: Running, kind: str, seed: int) -> None:
    """Refused as no audio, or a recording that ends."""
    with RecordingsClient(own_server.grpc_address, retry=NO_RETRY) as client:
        import_one(client, damaged(WHOLE[kind], seed))


@pytest.mark.chaos
def test_thousands_of_accidents_have_an_answer(own_server: Running) -> None:
    """The same, for a while; then the server takes a good file as if nothing had been."""
    outcomes: dict[str, int] = {}
    with RecordingsClient(own_server.grpc_address, retry=NO_RETRY) as client:
        for seed in range(3000):
            kind = list(WHOLE)[seed % len(WHOLE)]
            outcome = import_one(client, damaged(WHOLE[kind], seed))
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
        assert import_one(client, WHOLE["flac"]) == "SUCCEEDED"
    print(outcomes)  # noqa: T201 - the figures are what it is run for
    assert outcomes.keys() <= {"INVALID_ARGUMENT", "SUCCEEDED", "EMPTY", "FAILED"}
    lag = loop_lag(own_server)
    assert lag["+Inf"] > 0
    assert lag["1.0"] == lag["+Inf"], "the event loop was blocked for more than a second"


def loop_lag(server: Running) -> dict[str, float]:
    """How often the event loop was late by so many seconds at most."""
    text = call(server.http_url, "/metrics").body.decode()
    found = re.findall(
        r'^voice_recordings_loop_lag_seconds_bucket{le="(.+)"} (.+)$', text, re.MULTILINE
    )
    return {bound: float(count) for bound, count in found}


def import_one(client: RecordingsClient, file: bytes) -> str:
    """What became of a file, which is then deleted."""
    try:
        made = client.import_file(PARENT, io.BytesIO(file))
    except ServiceError as refusal:
        if refusal.reason not in {"NOT_AUDIO", "AUDIO_TOO_LARGE"}:
            raise
        return refusal.code
    ended = client.wait_until_ready(made.name)
    session = client.session(made.name)
    state = Recording.State.Name(ended.state)
    assert session.detail
    if state == "FAILED":
        assert session.reason == session.DECODE_FAILED, session
    client.delete(made.name)
    return state
