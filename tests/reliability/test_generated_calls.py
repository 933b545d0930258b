"""Random messages at both doors: whatever is sent, no fault of ours comes back."""

import random
import string
from collections.abc import Callable, Iterator
from typing import Any, cast
from urllib.parse import quote, urlencode

import grpc
import pytest

from enfonica.voice.v1beta1 import recordings_pb2, recordings_pb2_grpc
from support.server import call
from unit.audio.wavs import wav
from voice_recordings.app import Running
from voicerecordings.recorder.v1 import recorder_pb2, recorder_pb2_grpc

PARAMETERS = ["view", "pageSize", "page_token", "fields", "alt", "x", "$alt", "readyUri"]
OURS = {"INTERNAL", "UNKNOWN", "DATA_LOSS"}
WORDS = [
    "projects", "calls", "recordings", "demo", "-", ".", "..", "c1", "r1", "session", "waveform",
    "", "\0", "é", "x" * 80, "%2F", "a b", "\U0001f600",
]  # fmt: skip


def text(rng: random.Random) -> str:
    """A name, nearly a name, or anything."""
    kind = rng.randrange(4)
    if kind == 0:
        return f"projects/demo/calls/{rng.choice('abc')}/recordings/{rng.choice('abc')}"
    if kind == 1:
        return "/".join(rng.choice(WORDS) for _ in range(rng.randrange(8)))
    if kind == 2:
        return "".join(rng.choice(string.printable) for _ in range(rng.randrange(40)))
    return rng.choice(["projects/demo", "projects/demo/calls/-", "projects/demo/calls/c1"])


def number(rng: random.Random) -> Any:
    """At and around the edges; of enums too, whose types know their own values alone."""
    return rng.choice([0, 1, 2, 3, 10, 100, 101, -1, 2**31 - 1, -(2**31), rng.randrange(1000)])


def grpc_calls(channel: grpc.Channel, rng: random.Random) -> str:
    """One random call; the status it ended with."""
    recordings = recordings_pb2_grpc.RecordingsStub(channel)
    recorder = recorder_pb2_grpc.RecorderStub(channel)

    def pieces() -> Iterator[recorder_pb2.ImportRecordingRequest]:
        first = recorder_pb2.ImportRecordingRequest(
            parent=text(rng), recording_id=text(rng)[:70], ready_uri=text(rng)
        )
        first.source = number(rng)
        first.post_processing.extend([number(rng)] * rng.randrange(2))
        first.start_time.seconds = rng.choice([0, -(2**62), 2**62, 10**9])
        first.file.data = rng.choice([wav(bytes(400)), rng.randbytes(200), b""])
        yield first
        for _ in range(rng.randrange(3)):
            more = recorder_pb2.ImportRecordingRequest(parent=text(rng))
            more.file.data = rng.randbytes(rng.randrange(300))
            yield more

    def get() -> Any:
        return recordings.GetRecording(
            recordings_pb2.GetRecordingRequest(name=text(rng), view=number(rng))
        )

    def listing() -> Any:
        request = recordings_pb2.ListRecordingsRequest(
            parent=text(rng), page_size=number(rng), page_token=text(rng), view=number(rng)
        )
        return recordings.ListRecordings(request)

    def delete() -> Any:
        return recordings.DeleteRecording(recordings_pb2.DeleteRecordingRequest(name=text(rng)))

    def session() -> Any:
        return recorder.GetSession(recorder_pb2.GetSessionRequest(name=text(rng)))

    def importing() -> Any:
        return recorder.ImportRecording(pieces())

    methods: list[Callable[[], Any]] = [get, listing, delete, session, importing]
    try:
        rng.choice(methods)()
    except grpc.RpcError as error:
        return cast("grpc.Call", error).code().name
    except ValueError:
        return "NOT_SENT"  # protobuf itself refuses a lone surrogate or an enum out of range
    return "OK"


def rest_call(server: Running, rng: random.Random) -> int:
    """One random request; its HTTP status."""
    prefix = rng.choice(["/v1beta1/", "/v1/", "/", "/media/", "/emulator/v1/"])
    path = prefix + quote(text(rng), safe=rng.choice(["/", "/%", ""]))
    path += rng.choice(["", "", "/recordings", ":import", "/session", ":finish", "/waveform"])
    query = urlencode(
        {
            rng.choice(PARAMETERS): rng.choice([text(rng), str(number(rng))])
            for _ in range(rng.randrange(3))
        }
    )  # fmt: skip
    method = rng.choice(["GET", "GET", "POST", "DELETE", "PUT", "HEAD", "OPTIONS", "PATCH"])
    body = rng.choice([None, b"", b"{}", b"[]", b'{"a":', rng.randbytes(50), wav(bytes(400))])
    kind = rng.choice(["application/json", "audio/wav", "text/plain", "x", ""])
    answer = call(
        server.http_url,
        path + (f"?{query}" if query else ""),
        method=method,
        body=body,
        headers={"content-type": kind} if kind else {},
    )
    if answer.status >= 400 and method != "HEAD":
        assert answer.json["error"]["code"] == answer.status
    return answer.status


def play(server: Running, count: int) -> None:
    """So many calls at each door, from seeds that can be played again."""
    with grpc.insecure_channel(server.grpc_address) as channel:
        for seed in range(count):
            code = grpc_calls(channel, random.Random(seed))
            assert code not in OURS, f"gRPC, seed {seed}: {code}"
    for seed in range(count):
        status = rest_call(server, random.Random(seed))
        assert status < 500 or status == 501, f"REST, seed {seed}: {status}"
    print(f"{count} generated calls at each door: 0 faults")


def test_no_generated_call_brings_out_a_fault(server: Running) -> None:
    """300 at each door."""
    play(server, 300)


@pytest.mark.chaos
def test_no_generated_call_of_thousands_brings_out_a_fault(server: Running) -> None:
    """5,000 at each door."""
    play(server, 5000)
