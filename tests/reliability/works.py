"""What clients have a server do while it dies, and what must be true of it afterwards."""

import http.client
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import grpc

from reliability.journal import Journal, speech
from reliability.process import ServerProcess
from reliability.receivers import Receivers
from support.live import Stream, begin, recorder
from support.server import call
from voice_recordings.audio import g711
from voice_recordings.client import RecordingsClient
from voicerecordings.recorder.v1 import recorder_pb2, recorder_pb2_grpc, session_pb2

_PATIENCE_SECONDS = 180.0
_MOST_CALLS = 50
_SKIP = session_pb2.Session.Pause.SKIP


class Work(Protocol):
    """One kind of it."""

    def prepare(self) -> None:
        """Arranges what the server is to find when it starts."""
        ...

    def go_on(self, server: ServerProcess) -> None:
        """Does it until the server is gone."""
        ...

    def check(self, server: ServerProcess) -> None:
        """Finishes what was broken off, and holds the server to what it has acknowledged."""
        ...


def wait_until(holds: Callable[[], bool], what: str) -> None:
    """Waits, but not for ever."""
    give_up = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < give_up, what
        time.sleep(0.02)


class Imports:
    """Three clients import files."""

    def __init__(self, seed: int, *, ready_uri: str = "") -> None:
        self.journal = Journal(seed, ready_uri=ready_uri)

    def prepare(self) -> None:
        """Nothing."""

    def go_on(self, server: ServerProcess) -> None:
        """File after file."""
        clients = [
            threading.Thread(target=self.journal.send_until_it_fails, args=(server.http_url, 1))
            for _ in range(3)
        ]
        for client in clients:
            client.start()
        for client in clients:
            client.join()

    def check(self, server: ServerProcess) -> None:
        """Each is whole, absent, or has ended with a reason."""
        self.journal.check(server.http_url)
        assert self.journal.acknowledged.keys() <= self.journal.whole


class Webhooks(Imports):
    """Three clients import files that somebody waits for."""

    def __init__(self, seed: int, receivers: Receivers) -> None:
        super().__init__(seed, ready_uri=receivers.urls[0])
        self._receivers = receivers

    def check(self, server: ServerProcess) -> None:
        """Each recording has been told of, under one id of its own."""
        super().check(server)
        wait_until(lambda: self._told() >= self.journal.whole, "a webhook is lost")
        assert len(self._receivers.of) == len(self._told())

    def _told(self) -> set[str]:
        taken = list(self._receivers.taken)
        names = [name for each in taken for name in self._receivers.of[each]]
        return {name.rpartition("/")[2] for name in names}


class Deletions(Imports):
    """Files are imported and every second one is deleted again."""

    def __init__(self, seed: int, folder: Path) -> None:
        super().__init__(seed)
        self._folder = folder
        self._asked: set[str] = set()
        self._deleted: set[str] = set()

    def go_on(self, server: ServerProcess) -> None:
        """One after the other."""
        while self.journal.send(server.http_url, longest_seconds=0.3):
            name = next(reversed(self.journal.sent))
            if int(name.removeprefix("r")) % 2 == 0:
                self._asked.add(name)
                if _status(server, "DELETE", name) != HTTPStatus.OK:
                    return
                self._deleted.add(name)

    def check(self, server: ServerProcess) -> None:
        """What was deleted is gone, what was not is whole, and no audio is left without a row."""
        for name in self._asked:
            self.journal.sent.pop(name, None)
            self.journal.acknowledged.pop(name, None)
        super().check(server)
        there = {name: _status(server, "GET", name) for name in self._asked}
        assert all(there[name] == HTTPStatus.NOT_FOUND for name in self._deleted)
        rows = list(there.values()).count(HTTPStatus.OK)
        rows += sum(_status(server, "GET", name) == HTTPStatus.OK for name in self.journal.sent)
        wait_until(lambda: len(self._folders()) == rows, "audio is left without a row")

    def _folders(self) -> list[Path]:
        return [each for each in self._folder.glob("media/*/*") if any(each.iterdir())]


class Sweeps(Deletions):
    """The server starts on a folder in which things have been left behind."""

    def __init__(self, seed: int, folder: Path) -> None:
        super().__init__(seed, folder)
        self._left: list[Path] = []

    def prepare(self) -> None:
        """An object without a row, and one that its recording does not need."""
        if not self._folders():
            with ServerProcess(["--data-dir", str(self._folder)]) as server:
                assert self.journal.send(server.http_url)
                super().check(server)
                server.stop()
        orphan = self._folder / "media" / "019200" / "01920000-0000-7000-8000-000000000000" / "pcm"
        spare = next(each for each in self._folders() if each != orphan.parent) / "made-99"
        self._left = [orphan, spare]
        for each in self._left:
            each.parent.mkdir(parents=True, exist_ok=True)
            each.write_bytes(b"left behind")

    def go_on(self, server: ServerProcess) -> None:
        """It dies by itself."""
        server.wait()

    def check(self, server: ServerProcess) -> None:
        """Both are gone, and nothing else."""
        wait_until(lambda: not any(each.exists() for each in self._left), "not swept")
        self.journal.whole.clear()
        super().check(server)


class LiveCalls:
    """Calls are recorded, with a pause in the middle of each."""

    def __init__(self, seed: int) -> None:
        self._audio = g711.encode_mulaw(speech(seed, 1.5))
        end = len(self._audio)
        self._pause, self._resume = end // 3 // 80 * 80, end // 2 // 80 * 80
        self._calls = 0
        self._step = 0
        self._committed = 0
        self._finished: list[str] = []

    def prepare(self) -> None:
        """Nothing."""

    def go_on(self, server: ServerProcess) -> None:
        """Call after call."""
        with recorder(server.grpc_address) as stub, suppress(StopIteration):
            try:
                for _ in range(_MOST_CALLS):
                    self._record(stub)
            except grpc.RpcError as error:
                assert _code(error) is grpc.StatusCode.UNAVAILABLE, error  # noqa: PT017 - of many

    def check(self, server: ServerProcess) -> None:
        """The call that was broken off goes on where it was; every one is exact to the sample."""
        with recorder(server.grpc_address) as stub:
            self._record(stub)
        expected = g711.decode_mulaw(self._audio[: self._pause] + self._audio[self._resume :])
        with RecordingsClient(server.grpc_address) as client:
            for name in self._finished:
                uri = client.wait_until_ready(name).audio[0].uri
                pcm = call(server.http_url, uri.removeprefix(server.http_url)).body[44:]
                assert pcm == expected, name
        self._finished.clear()

    def _record(self, stub: recorder_pb2_grpc.RecorderStub) -> None:
        """The steps of one call that have not been acknowledged yet."""
        parent = f"projects/demo/calls/live-{self._calls}"
        name = f"{parent}/recordings/r"
        steps: list[Callable[[], object]] = [
            lambda: begin(stub, parent, "r"),
            lambda: self._write(stub, name, self._pause),
            lambda: self._told(
                lambda: stub.PauseRecording(
                    recorder_pb2.PauseRecordingRequest(name=name, mode=_SKIP, at_offset=self._pause)
                )
            ),
            lambda: self._write(stub, name, self._resume),
            lambda: self._told(
                lambda: stub.ResumeRecording(
                    recorder_pb2.ResumeRecordingRequest(name=name, at_offset=self._resume)
                )
            ),
            lambda: self._write(stub, name, len(self._audio)),
            lambda: stub.FinishRecording(recorder_pb2.FinishRecordingRequest(name=name)),
        ]
        while self._step < len(steps):
            steps[self._step]()
            self._step += 1
        self._finished.append(name)
        self._calls, self._step, self._committed = self._calls + 1, 0, 0

    def _write(self, stub: recorder_pb2_grpc.RecorderStub, name: str, end: int) -> None:
        """Streams up to there, from where the server says it is."""
        stream = Stream(stub, name)
        try:
            stream.read()
            assert stream.committed >= self._committed, "acknowledged audio is lost"
            for start in range(stream.committed, end, 800):
                stream.send(start, self._audio[start : min(start + 800, end)])
            stream.wait_for(end)
        finally:
            self._committed = max(self._committed, stream.committed)
            stream.half_close()

    def _told(self, ask: Callable[[], object]) -> None:
        """Asks for what may have been done before the answer was lost."""
        try:
            ask()
        except grpc.RpcError as error:
            if _code(error) is not grpc.StatusCode.FAILED_PRECONDITION:
                raise


def _code(error: grpc.RpcError) -> grpc.StatusCode:
    found: grpc.StatusCode = error.code()
    return found


def _status(server: ServerProcess, method: str, recording: str) -> int | None:
    """The status of an answer; None if there is none."""
    connection = http.client.HTTPConnection(urlsplit(server.http_url).netloc, timeout=60)
    try:
        connection.request(method, f"/v1beta1/projects/demo/calls/c1/recordings/{recording}")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
