"""Streaming audio into a live recording, through whatever happens to the connection."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import grpc

from voice_recordings.client.errors import ServiceError, error_of, grpc_error
from voice_recordings.client.synchronous.client import RecordingsClient
from voice_recordings.recordings.names import RecordingName
from voicerecordings.recorder.v1 import recorder_pb2, session_pb2

_METHOD = "WriteAudio"

_MESSAGE_BYTES = 64 * 1024
_MOST_UNSAFE_BYTES = 4 * 1024 * 1024
_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 5.0
# What a connection that broke, or a server that is being replaced, looks like.
_BROKEN = ("UNAVAILABLE", "INTERNAL", "CANCELLED", "UNKNOWN", "DEADLINE_EXCEEDED")
_FINISHED = "RECORDING_FINISHED"
# Ends that a producer brings about by not being there: some of its audio may be missing.
_LOST = ("PRODUCER_LOST", "STALLED")


@dataclass(frozen=True, slots=True)
class LiveProgress:
    """How far a live recording has come; `reason` says why it takes no more audio."""

    committed_bytes: int
    connected: bool
    reconnections: int
    reason: str


class LiveRecording:
    """Sends audio to a live recording, and again from the committed offset after a break.

    What is not yet safe is kept, at most 4 MiB; `write` waits when that is full.
    Every method raises `ServiceError`, also for what the connection met before.
    """

    def __init__(
        self,
        client: RecordingsClient,
        name: str | RecordingName,
        *,
        patience_seconds: float = 60.0,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Gives up when the server cannot be reached for `patience_seconds`."""
        self.name = str(name)
        self._client = client
        self._recorder = client.recorder
        self._target = client.target
        self._patience_seconds = patience_seconds
        self._sleep = sleep
        self._monotonic = monotonic
        self._changed = threading.Condition()
        self._unsafe = bytearray()
        self._start = 0
        self._written = 0
        self._finishing = False
        self._closed = False
        self._connected = False
        self._connections = 0
        self._reason = ""
        self._error: ServiceError | None = None
        self._call: grpc.RpcContext | None = None
        self._thread = threading.Thread(target=self._run, name="live audio", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def progress(self) -> LiveProgress:
        """How far it has come."""
        with self._changed:
            return LiveProgress(
                self._start, self._connected, max(self._connections - 1, 0), self._reason
            )

    def write(self, audio: bytes) -> bool:
        """Takes the next whole samples; False once the recording takes no more."""
        with self._changed:
            self._changed.wait_for(
                lambda: len(self._unsafe) < _MOST_UNSAFE_BYTES or self._over(),
            )
            self._check()
            # What an earlier run of this program had made safe is not sent again.
            known = max(0, min(len(audio), self._start - self._written))
            self._written += len(audio)
            self._unsafe += audio[known:]
            self._changed.notify_all()
            return not self._reason

    def pause(self, mode: str = "SKIP") -> None:
        """Keeps what is written from now on out of the recording, exactly.

        It is durable when this returns; what was written before is recorded,
        even if it has not been sent yet.
        """
        self._insist(
            lambda at: self._client.pause(self.name, mode=mode, at_offset=at), "RECORDING_PAUSED"
        )

    def resume(self) -> None:
        """Records what is written from now on."""
        self._insist(
            lambda at: self._client.resume(self.name, at_offset=at), "RECORDING_NOT_PAUSED"
        )

    def finish(self) -> str:
        """Ends the recording when all audio is safe; why it ended, as its session says."""
        with self._changed:
            self._finishing = True
            self._changed.notify_all()
            self._changed.wait_for(self._over)
            self._check()
            return self._reason

    def close(self) -> None:
        """Lets go of the stream; a recording that has not been finished can be taken up again."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            call = self._call
        if call is not None:
            call.cancel()
        self._thread.join()

    def _insist(self, ask: Callable[[int], object], done_already: str) -> None:
        """Asks again after a break; an answer that was lost is found to be done already."""
        with self._changed:
            offset = self._written
        begun, pause, asked_again = self._monotonic(), _FIRST_PAUSE_SECONDS, False
        while True:
            try:
                ask(offset)
            except ServiceError as error:
                if asked_again and error.reason == done_already:
                    return
                patience = self._monotonic() - begun < self._patience_seconds
                if error.code not in _BROKEN or not patience:
                    raise
            else:
                return
            self._sleep(pause)
            asked_again, pause = True, min(2 * pause, _LONGEST_PAUSE_SECONDS)

    def _over(self) -> bool:
        return bool(self._reason) or self._error is not None or self._closed

    def _check(self) -> None:
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        broken_since: float | None = None
        pause = _FIRST_PAUSE_SECONDS
        while True:
            before = self.progress.committed_bytes
            try:
                self._converse()
                said = f"{self._target} ended the stream"
                error = error_of("UNAVAILABLE", said, method=_METHOD, name=self.name)
            except grpc.RpcError as raised:
                error = grpc_error(raised, target=self._target, method=_METHOD, name=self.name)
            ended = self._ended_meanwhile(error)
            with self._changed:
                if ended and not self._over():
                    self._reason = ended
                    self._changed.notify_all()
                self._connected = False
                if self._over():
                    return
                if self._start > before or broken_since is None:
                    broken_since, pause = self._monotonic(), _FIRST_PAUSE_SECONDS
                patience = self._monotonic() - broken_since < self._patience_seconds
                if error.code not in _BROKEN or not patience:
                    self._error = error
                    self._changed.notify_all()
                    return
            self._sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    def _ended_meanwhile(self, error: ServiceError) -> str:
        """Why the recording ended while the connection was broken; empty if it did not.

        The answer that said so was lost: to a finish of ours, to another's, or at a limit.
        """
        with self._changed:
            if error.reason != _FINISHED or not self._connections or self._over():
                return ""
        try:
            self._client.wait_until_ready(self.name, timeout_seconds=self._patience_seconds)
            reason = session_pb2.Session.Reason.Name(self._client.session(self.name).reason)
        except ServiceError:
            return ""
        return "" if reason in _LOST else reason

    def _converse(self) -> None:
        """One stream, from its first answer to its end."""
        ended = threading.Event()
        go_on_at: list[int] = []
        call = self._recorder.WriteAudio(self._messages(go_on_at, ended))
        with self._changed:
            self._call = call
            if self._closed:
                call.cancel()
        try:
            for answer in call:
                with self._changed:
                    self._safe(answer.committed_bytes)
                    if not self._connected:
                        self._connected = True
                        self._connections += 1
                    go_on_at.append(answer.committed_bytes)
                    if answer.ended:
                        self._reason = session_pb2.Session.Reason.Name(answer.ended)
                    self._changed.notify_all()
                if answer.ended:
                    return
        finally:
            with self._changed:
                ended.set()
                self._changed.notify_all()

    def _safe(self, committed_bytes: int) -> None:
        passed = committed_bytes - self._start
        if passed > 0:
            del self._unsafe[:passed]
            self._start = committed_bytes

    def _messages(
        self, go_on_at: list[int], ended: threading.Event
    ) -> Iterator[recorder_pb2.WriteAudioRequest]:
        """The name; then, from where the first answer says, audio as it is written."""
        yield recorder_pb2.WriteAudioRequest(name=self.name)
        with self._changed:
            self._changed.wait_for(lambda: bool(go_on_at) or ended.is_set())
            position = go_on_at[0] if go_on_at else 0
        while not ended.is_set():
            with self._changed:
                while not (ended.is_set() or self._finishing or self._more(position)):
                    self._changed.wait()
                begin = max(0, position - self._start)
                audio = bytes(self._unsafe[begin : begin + _MESSAGE_BYTES])
                last = self._finishing and len(audio) == len(self._unsafe) - begin
            if ended.is_set():
                return
            yield recorder_pb2.WriteAudioRequest(offset=position, audio=audio, finish=last)
            if last:
                return
            position += len(audio)

    def _more(self, position: int) -> bool:
        return self._start + len(self._unsafe) > position
