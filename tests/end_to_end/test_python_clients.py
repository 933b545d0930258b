"""The Python clients, for threads and for asyncio, against a server and against none."""

import io
import socket
from collections.abc import Callable, Iterator
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
import pytest

from support.cutting_proxy import CuttingProxy, cutting_proxy
from support.flavours import FLAVOURS, Flavour
from support.server import serving
from voice_recordings.app import Running
from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.wav import wav_header
from voice_recordings.client import (
    NO_RETRY,
    CallName,
    NotFound,
    Parent,
    RecordingName,
    RecordingsClient,
    Refused,
    ServiceError,
    TimedOut,
    Unavailable,
)
from voicerecordings.recorder.v1 import recorder_pb2, recorder_pb2_grpc


def wave_file(pcm: bytes) -> bytes:
    """A WAV file at 8 kHz, as the service writes it too."""
    return wav_header(PcmFormat(sample_rate_hertz=8000, channel_count=1), len(pcm)) + pcm


PCM = b"\x00\x40\x00\xc0" * 50_000
SPEECH = wave_file(PCM)
Made = Callable[..., Flavour]


@pytest.fixture(params=FLAVOURS)
def made(request: pytest.FixtureRequest) -> Made:
    """Makes a client of each kind in turn."""

    def make(target: str | None, **options: Any) -> Flavour:
        return Flavour(request.param, target, **options)

    return make


@pytest.fixture
def call(request: pytest.FixtureRequest) -> CallName:
    """A call of the test's own."""
    return CallName("clients", request.node.name.translate({ord("["): "-", ord("]"): None})[-60:])


def test_a_recording_lives_its_life(
    made: Made, server: Running, call: CallName, tmp_path: Path
) -> None:
    """Import, wait, get, list, download, session, delete."""
    client = made(server.grpc_address)
    name = client.call("import_file", call, io.BytesIO(SPEECH), recording_id="r1").name
    assert RecordingName.parse(name) == RecordingName(call.project, call.call, "r1")
    ready = client.call("wait_until_ready", name, timeout_seconds=3600.0)
    assert client.call("get", RecordingName.parse(name)).name == name
    seen: list[tuple[int, int | None]] = []
    saved = client.call(
        "download", ready, tmp_path / "r1.wav", progress=lambda *step: seen.append(step)
    )
    assert saved.read_bytes() == SPEECH
    assert seen[-1] == (len(SPEECH), len(SPEECH))
    mp3 = client.call("download", name, str(tmp_path / "r1.mp3"), mime_type="audio/mpeg")
    assert mp3.stat().st_size == ready.audio[1].size_bytes
    assert client.call("deliveries", name) == []
    assert client.call("session", name).input.size_bytes == len(SPEECH)
    assert client.call("delete", name).name == name
    assert client.call("list", call) == []


def test_a_list_goes_on_from_page_to_page(made: Made, server: Running, call: CallName) -> None:
    """All of them, newest first, however many fit on a page."""
    client = made(server.grpc_address)
    names = [
        client.call("import_file", call, io.BytesIO(SPEECH[:4044]), recording_id=f"r{n}").name
        for n in range(5)
    ]
    listed = client.call("list", Parent(call.project, call.call), page_size=2)
    assert [recording.name for recording in listed] == names[::-1]


def test_a_page_token_goes_on_where_a_page_ended(server: Running, call: CallName) -> None:
    """A program may keep the token and come back."""
    with RecordingsClient(server.grpc_address) as client:
        for n in range(3):
            client.import_file(call, io.BytesIO(SPEECH[:4044]), recording_id=f"r{n}")
        listed = client.list(call, page_size=2)
        first = next(listed.pages())
        rest = client.list(call, page_size=2, page_token=first.next_page_token)
        names = [recording.name for recording in [*first.recordings, *rest]]
        assert names == [recording.name for recording in listed]


def test_an_import_under_an_id_may_be_repeated(made: Made, server: Running, call: CallName) -> None:
    """The same content is the same recording; other content is refused."""
    client = made(server.grpc_address)
    first = client.call("import_file", call, io.BytesIO(SPEECH), recording_id="r")
    again = client.call("import_file", call, io.BytesIO(SPEECH), recording_id="r")
    assert again.name == first.name
    with pytest.raises(ServiceError) as caught:
        client.call("import_file", call, io.BytesIO(SPEECH[:-2]), recording_id="r")
    assert caught.value.code == "ALREADY_EXISTS"
    assert caught.value.name == f"{call}/recordings/r"


def test_the_emulator_is_found_by_its_variable(
    made: Made, server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program under test needs no line of its own."""
    monkeypatch.setenv("VOICE_RECORDINGS_EMULATOR_HOST", server.grpc_address)
    assert made(None).call("list", "projects/nobody") == []


def test_a_recording_that_is_not_there(made: Made, server: Running, call: CallName) -> None:
    """The error names the method and the recording, and says what to do."""
    name = f"{call}/recordings/none"
    with pytest.raises(NotFound) as caught:
        made(server.grpc_address).call("get", name)
    error = caught.value
    assert (error.method, error.name, error.reason) == ("GetRecording", name, "RECORDING_NOT_FOUND")
    assert str(error).startswith(f"NOT_FOUND: GetRecording {name}: ")
    assert str(error).endswith("Check the name; a deleted recording does not come back.")


def test_one_that_is_never_ready(made: Made, server: Running) -> None:
    """A live recording that nobody ends is waited for as long as was said, and no longer."""
    parent = "projects/clients/calls/live"
    client = made(server.grpc_address)
    name = begin_live_recording(server, parent)
    with pytest.raises(TimedOut, match=f"wait_until_ready {name}: it is still PENDING after 3 s"):
        client.call("wait_until_ready", name, timeout_seconds=3.0)
    assert sum(client.pauses) >= 3.0
    assert max(client.pauses) <= 1.0
    with pytest.raises(ServiceError, match="PENDING and has no audio/x-wav"):
        client.call("download", name, "nowhere.wav")
    client.call("delete", name)


def begin_live_recording(server: Running, parent: str) -> str:
    """A recording that stays PENDING until its audio comes."""
    request = recorder_pb2.CreateRecordingRequest(parent=parent)
    request.recording.format.codec = recorder_pb2.AudioFormat.LINEAR16
    request.recording.format.sample_rate = 8000
    with grpc.insecure_channel(server.grpc_address) as channel:
        return recorder_pb2_grpc.RecorderStub(channel).CreateRecording(request).name


def test_a_server_that_is_down(made: Made) -> None:
    """It is tried as often as the policy says; the error tells where it was looked for."""
    client = made("127.0.0.1:1")
    with pytest.raises(Unavailable, match=r"no server answers at 127\.0\.0\.1:1.*Is the server"):
        client.call("get", "projects/p01/calls/c/recordings/r")
    assert len(client.pauses) == 4


def test_a_delete_that_may_have_happened_is_not_repeated(made: Made) -> None:
    """A second one would say NOT_FOUND of what the first has done."""
    client = made("127.0.0.1:1")
    with pytest.raises(Unavailable):
        client.call("delete", "projects/p01/calls/c/recordings/r")
    assert client.pauses == []


def test_a_server_that_is_slow(made: Made) -> None:
    """The call ends when its time is up."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        client = made(f"127.0.0.1:{deaf.getsockname()[1]}", timeout_seconds=0.2)
        with pytest.raises((TimedOut, Unavailable)) as caught:
            client.call("get", "projects/p01/calls/c/recordings/r")
    assert caught.value.method == "GetRecording"


@pytest.mark.parametrize(
    ("status", "kind", "advice"),
    [
        (grpc.StatusCode.UNIMPLEMENTED, ServiceError, "older than this client: update it"),
        (grpc.StatusCode.UNAUTHENTICATED, Refused, "credentials made for this server"),
        (grpc.StatusCode.PERMISSION_DENIED, Refused, "granted a role on the project"),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_a_server_that_is_too_old_or_refuses_the_caller(
    made: Made, status: grpc.StatusCode, kind: type[ServiceError], advice: str
) -> None:
    """Each says what to do about it."""
    with refusing(status) as target, pytest.raises(kind, match=advice) as caught:
        made(target).call("get", "projects/p01/calls/c/recordings/r")
    assert caught.value.code == status.name


class refusing:  # noqa: N801 - reads as a phrase
    """A gRPC server that answers everything with one status."""

    def __init__(self, status: grpc.StatusCode) -> None:
        self._status = status

    def __enter__(self) -> str:
        status = self._status

        class Handler(grpc.GenericRpcHandler):
            def service(self, details: grpc.HandlerCallDetails) -> Any:
                del details
                return grpc.unary_unary_rpc_method_handler(
                    lambda _request, context: context.abort(status, "no")
                )

        self._server = grpc.server(futures.ThreadPoolExecutor(1), handlers=[Handler()])
        port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()
        return f"127.0.0.1:{port}"

    def __exit__(self, *_: object) -> None:
        self._server.stop(None).wait()


class Failing(io.BytesIO):
    """A file on a disk that goes bad in its middle."""

    def read(self, size: int | None = -1) -> bytes:
        """The first piece, and then no more."""
        if self.tell():
            raise OSError(5, "Input/output error")
        return super().read(size)


@pytest.mark.parametrize(
    ("file", "kind"),
    [(Failing(SPEECH), OSError), (io.StringIO("RIFF"), TypeError)],
    ids=["failing-disk", "text"],
)
def test_what_reading_a_file_raises_is_raised(
    made: Made, server: Running, call: CallName, file: Any, kind: type[Exception]
) -> None:
    """By the import itself, once: gRPC's own words would not say what it was."""
    file.seek(0)
    client = made(server.grpc_address)
    with pytest.raises(kind):
        client.call("import_file", call, file, recording_id="unread")
    assert client.pauses == []
    assert client.call("list", call) == []


@pytest.fixture
def cut() -> Iterator[tuple[CuttingProxy, str]]:
    """A server whose downloads go through a relay that cuts: the relay, gRPC's address."""
    with cutting_proxy() as proxy, serving(public_url=proxy.url) as server:
        proxy.relay_to(server.http_url)
        yield proxy, server.grpc_address


def imported(target: str) -> str:
    """A recording to download."""
    with RecordingsClient(target) as client:
        made = client.import_file("projects/clients/calls/cut", io.BytesIO(SPEECH))
        return client.wait_until_ready(made.name).name


def test_a_download_that_is_cut_goes_on_where_it_was_cut(
    made: Made, cut: tuple[CuttingProxy, str], tmp_path: Path
) -> None:
    """Every byte is there, and none was sent twice but those on the way."""
    proxy, target = cut
    name = imported(target)
    # In the middle, before the first byte, and again in the middle, more often than
    # the policy would try without getting on.
    proxy.cuts = [60_000, 0, 50_000, 40_000, 30_000, 0, 20_000]
    saved = made(target).call("download", name, tmp_path / "a.wav")
    assert saved.read_bytes() == SPEECH
    ranges = [b"range: bytes=" in request.lower() for request in proxy.requests]
    assert ranges == [False] + [True] * (len(ranges) - 1)
    assert proxy.cuts == []
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]


def test_a_place_that_cannot_be_written_to_is_told_at_once(
    made: Made, cut: tuple[CuttingProxy, str], tmp_path: Path
) -> None:
    """Which place, and why; the server is not asked a second time."""
    proxy, target = cut
    name = imported(target)
    to = tmp_path / "nowhere" / "a.wav"
    with pytest.raises(ServiceError, match=rf"{to} cannot be written: No such file") as refused:
        made(target).call("download", name, to)
    assert refused.value.code == "FAILED_PRECONDITION"
    assert len(proxy.requests) == 1


def test_a_later_call_goes_on_where_an_earlier_one_gave_up(
    made: Made, cut: tuple[CuttingProxy, str], tmp_path: Path
) -> None:
    """The error says how far it came and that the next call goes on from there."""
    proxy, target = cut
    name = imported(target)
    proxy.cuts = [60_000]
    with pytest.raises(Unavailable, match=rf"download {name}: the download broke off at .*goes on"):
        made(target, retry=NO_RETRY).call("download", name, tmp_path / "a.wav")
    kept = (tmp_path / "a.wav.part").stat().st_size
    assert 0 < kept < len(SPEECH)
    assert not (tmp_path / "a.wav").exists()
    assert made(target).call("download", name, tmp_path / "a.wav").read_bytes() == SPEECH
    assert f"range: bytes={kept}-".encode() in proxy.requests[-1].lower()


def test_a_part_of_another_recording_is_not_built_upon(
    made: Made, cut: tuple[CuttingProxy, str], tmp_path: Path
) -> None:
    """The same path, another recording: it starts again."""
    proxy, target = cut
    name = imported(target)
    proxy.cuts = [60_000]
    with pytest.raises(Unavailable):
        made(target, retry=NO_RETRY).call("download", name, tmp_path / "a.wav")
    with RecordingsClient(target) as client:
        other = b"\x00\x20\x00\xe0" * 50_000
        file = io.BytesIO(wave_file(other))
        second = client.import_file("projects/clients/calls/cut", file).name
        client.wait_until_ready(second)
    assert made(target).call("download", second, tmp_path / "a.wav").read_bytes() == wave_file(
        other
    )


def test_a_link_that_is_over_is_renewed(
    made: Made, cut: tuple[CuttingProxy, str], tmp_path: Path
) -> None:
    """A recording that was read hours ago can still be downloaded."""
    _, target = cut
    client = made(target)
    recording = client.call("get", imported(target))
    recording.audio[0].uri += "0"
    assert client.call("download", recording, tmp_path / "a.wav").read_bytes() == SPEECH


def test_a_deleted_recording_cannot_be_downloaded(
    made: Made, cut: tuple[CuttingProxy, str], tmp_path: Path
) -> None:
    """Not even by the links it had."""
    _, target = cut
    client = made(target)
    recording = client.call("get", imported(target))
    client.call("delete", recording.name)
    with pytest.raises(NotFound, match=recording.name):
        client.call("download", recording, tmp_path / "a.wav")
