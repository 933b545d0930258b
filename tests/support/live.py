"""A producer of live audio, as a media server would be one."""

import queue
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

import grpc

from enfonica.voice.v1beta1 import recordings_pb2
from voicerecordings.recorder.v1 import recorder_pb2, recorder_pb2_grpc

MULAW = recorder_pb2.AudioFormat(codec="MULAW", sample_rate=8000, channel_count=1)
_TIMEOUT_SECONDS = 120


class Stream:
    """One WriteAudio stream; `committed` follows what the server says."""

    def __init__(self, stub: recorder_pb2_grpc.RecorderStub, name: str) -> None:
        self._messages: queue.SimpleQueue[recorder_pb2.WriteAudioRequest | None] = (
            queue.SimpleQueue()
        )
        self._messages.put(recorder_pb2.WriteAudioRequest(name=name))
        self._call: Any = stub.WriteAudio(iter(self._messages.get, None), timeout=_TIMEOUT_SECONDS)
        self.committed = -1
        self.ended = 0

    def send(self, offset: int, audio: bytes, *, finish: bool = False) -> Self:
        """One message."""
        self._messages.put(
            recorder_pb2.WriteAudioRequest(offset=offset, audio=audio, finish=finish)
        )
        return self

    def wait_for(self, committed: int) -> Self:
        """Reads answers until so much is committed, or the recording has ended."""
        while self.committed < committed and not self.ended:
            self.read()
        return self

    def read(self) -> None:
        """One answer; raises `grpc.RpcError`, and StopIteration behind the last."""
        answer = next(self._call)
        self.committed, self.ended = answer.committed_bytes, answer.ended

    def rest(self) -> Self:
        """All answers to the end of the stream."""
        for answer in self._call:
            self.committed, self.ended = answer.committed_bytes, answer.ended
        return self

    def half_close(self) -> Self:
        """Sends no more."""
        self._messages.put(None)
        return self

    def cut(self) -> None:
        """Breaks the connection."""
        self._call.cancel()
        self._messages.put(None)


@contextmanager
def recorder(address: str) -> Iterator[recorder_pb2_grpc.RecorderStub]:
    """A channel of its own to a server."""
    with grpc.insecure_channel(address) as channel:
        yield recorder_pb2_grpc.RecorderStub(channel)


def begin(
    stub: recorder_pb2_grpc.RecorderStub,
    parent: str,
    recording_id: str = "",
    *,
    audio_format: recorder_pb2.AudioFormat = MULAW,
    **fields: Any,
) -> recordings_pb2.Recording:
    """Begins a live recording."""
    return stub.CreateRecording(
        recorder_pb2.CreateRecordingRequest(
            parent=parent,
            recording_id=recording_id,
            recording=recorder_pb2.NewRecording(format=audio_format, **fields),
        )
    )
