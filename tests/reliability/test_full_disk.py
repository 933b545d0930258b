"""The disk fills up beneath the server, and there is room again."""

import json
import subprocess
from collections.abc import Iterator
from http import HTTPStatus

import grpc
import pytest

from reliability.journal import Journal, speech, wav
from reliability.process import ServerProcess
from reliability.small_disk import SmallDisk
from reliability.works import wait_until
from support.live import Stream, begin, recorder
from support.server import call
from voice_recordings.audio import g711
from voice_recordings.client import RecordingsClient
from voice_recordings.client.errors import grpc_error

pytestmark = pytest.mark.check

_SIZE_KIBIBYTES = 8 * 1024
_DATA = f"{SmallDisk.inside}/data"
_CALL = "projects/demo/calls/live"


@pytest.fixture
def disk() -> Iterator[SmallDisk]:
    """One with room for some minutes of audio."""
    with SmallDisk(_SIZE_KIBIBYTES) as disk:
        yield disk


def serving(disk: SmallDisk) -> ServerProcess:
    """A server that keeps everything on the disk."""
    return ServerProcess(["--data-dir", _DATA, "--commit-seconds", "0.02"], command=disk.serve)


def refused(http_url: str, seconds: float) -> dict[str, object]:
    """What the server answers to an import for which there is no room."""
    answer = call(
        http_url,
        "/v1/projects/demo/calls/c2/recordings:import",
        method="POST",
        body=wav(speech(1, seconds)),
        headers={"content-type": "audio/wav"},
    )
    assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
    error: dict[str, object] = json.loads(answer.body)["error"]
    return error


def doctor(disk: SmallDisk) -> tuple[int, str]:
    """The doctor's exit status, and what it says."""
    command = disk.command("-m", "voice_recordings", "doctor", "--data-dir", _DATA)
    done = subprocess.run(command, capture_output=True, check=False)
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done.returncode, done.stdout.decode()


@pytest.mark.parametrize("seconds", [0.1, 120.0], ids=["short", "long"])
def test_imports_are_refused_and_nothing_is_lost(disk: SmallDisk, seconds: float) -> None:
    """With the reason; what is there is served meanwhile, and all goes on when there is room."""
    journal = Journal(seed=41)
    with serving(disk) as server:
        for _ in range(3):
            assert journal.send(server.http_url)
        journal.check(server.http_url)
        disk.fill()
        error = refused(server.http_url, seconds)
        assert "full" in str(error["message"])
        assert "STORAGE_FULL" in json.dumps(error)
        journal.check_all_again(server.http_url)
        disk.make_room()
        assert journal.send(server.http_url)
        journal.check_all_again(server.http_url)
        server.stop()
    assert journal.acknowledged.keys() == journal.whole


def test_what_was_acknowledged_is_finished_when_there_is_room(disk: SmallDisk) -> None:
    """The file fits, and what is made of it does not: it waits, and fails not."""
    pcm = speech(42, 120.0)
    path = "/v1/projects/demo/calls/c1/recordings:import?recordingId=r"
    with serving(disk) as server:
        disk.fill(but_kibibytes=len(pcm) // 1024 + 128)
        kind = {"content-type": "audio/wav"}
        answer = call(server.http_url, path, method="POST", body=wav(pcm), headers=kind)
        assert answer.status == HTTPStatus.OK, answer.body
        wait_until(lambda: server.has_said("is full"), "processing has found room")
        disk.make_room()
        with RecordingsClient(server.grpc_address) as client:
            ready = client.wait_until_ready("projects/demo/calls/c1/recordings/r")
        uri = ready.audio[0].uri.removeprefix(server.http_url)
        assert call(server.http_url, uri).body[44:] == pcm
        server.stop()


def write(stream: Stream, audio: bytes, start: int) -> None:
    """Sends the rest in pieces, each when the one before it is safe."""
    for at in range(start, len(audio), 8000):
        stream.send(at, audio[at : at + 8000]).wait_for(at + 8000)


def test_live_audio_goes_on_where_it_was(disk: SmallDisk) -> None:
    """What was acknowledged is there; what was not is refused, and taken when there is room."""
    audio = g711.encode_mulaw(speech(43, 20.0))
    with serving(disk) as server, recorder(server.grpc_address) as stub:
        name = begin(stub, _CALL).name
        stream = Stream(stub, name).send(0, audio[:8000]).wait_for(8000)
        disk.fill()
        with pytest.raises(grpc.RpcError) as failed:
            write(stream, audio, 8000)
        error = grpc_error(failed.value, target="", method="WriteAudio", name=name)
        assert (error.code, error.reason) == ("UNAVAILABLE", "STORAGE_FULL")
        acknowledged = stream.committed
        with pytest.raises(grpc.RpcError) as failed:
            write(Stream(stub, name), audio, acknowledged)
        assert failed.value.code() is grpc.StatusCode.UNAVAILABLE
        disk.make_room()
        stream = Stream(stub, name)
        stream.read()
        assert stream.committed >= acknowledged
        stream.send(stream.committed, audio[stream.committed :], finish=True).rest()
        with RecordingsClient(server.grpc_address) as client:
            uri = client.wait_until_ready(name).audio[0].uri
        pcm = call(server.http_url, uri.removeprefix(server.http_url)).body[44:]
        assert pcm == g711.decode_mulaw(audio)
        server.stop()


def test_a_server_on_a_full_disk_serves_what_is_there(disk: SmallDisk) -> None:
    """It was killed there and is started again; the doctor says what to do."""
    journal = Journal(seed=44)
    with serving(disk) as server:
        for _ in range(3):
            assert journal.send(server.http_url)
        journal.check(server.http_url)
        assert doctor(disk)[0] == 0
        disk.fill()
        server.kill()
    status, said = doctor(disk)
    assert (status, "make room" in said) == (1, True)
    with serving(disk) as server:
        journal.check_all_again(server.http_url)
        assert "full" in str(refused(server.http_url, 1.0)["message"])
        disk.make_room()
        assert journal.send(server.http_url)
        journal.check_all_again(server.http_url)
        server.stop()
    assert journal.acknowledged.keys() == journal.whole
