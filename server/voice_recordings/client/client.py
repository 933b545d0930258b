"""Calls the service over gRPC, and downloads over HTTP."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import grpc

from enfonica.voice.v1beta1 import recordings_pb2, recordings_pb2_grpc
from enfonica.voice.v1beta1.call_recording_config_pb2 import TRIM_SILENCE
from voice_recordings.client.download import download
from voice_recordings.client.errors import ServiceError, service_errors
from voicerecordings.recorder.v1 import (
    recorder_pb2,
    recorder_pb2_grpc,
    session_pb2,
    webhooks_pb2,
    webhooks_pb2_grpc,
)

PIECE_BYTES = 64 * 1024
_MAX_PAGE_SIZE = 100
_FIRST_POLL_SECONDS = 0.02
_LONGEST_POLL_SECONDS = 1.0

# Is told how many bytes of how many have gone through; the total may be unknown.
Progress = Callable[[int, int | None], None]


def _silent(done: int, total: int | None) -> None:
    """Reports progress to nobody."""


class RecordingsClient:
    """A connection to one server. Every method raises `ServiceError`."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._channel = grpc.insecure_channel(target)
        self._recordings = recordings_pb2_grpc.RecordingsStub(self._channel)
        self._recorder = recorder_pb2_grpc.RecorderStub(self._channel)
        self._webhooks = webhooks_pb2_grpc.WebhooksStub(self._channel)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connection."""
        self._channel.close()

    def get(self, name: str, *, full: bool = True) -> recordings_pb2.Recording:
        """One recording; with download links if `full`."""
        view = recordings_pb2.FULL if full else recordings_pb2.BASIC
        with service_errors(self._target):
            return self._recordings.GetRecording(
                recordings_pb2.GetRecordingRequest(name=name, view=view)
            )

    def list(
        self, parent: str, *, full: bool = False, page_size: int = _MAX_PAGE_SIZE
    ) -> Iterator[recordings_pb2.Recording]:
        """The recordings of a call or project, newest first, fetched page by page."""
        request = recordings_pb2.ListRecordingsRequest(
            parent=parent,
            page_size=page_size,
            view=recordings_pb2.FULL if full else recordings_pb2.BASIC,
        )
        while True:
            with service_errors(self._target):
                page = self._recordings.ListRecordings(request)
            yield from page.recordings
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    def delete(self, name: str) -> recordings_pb2.Recording:
        """Deletes a recording and gives it as it was."""
        with service_errors(self._target):
            return self._recordings.DeleteRecording(
                recordings_pb2.DeleteRecordingRequest(name=name)
            )

    def session(self, name: str) -> session_pb2.Session:
        """How the recording of this name was made."""
        with service_errors(self._target):
            return self._recorder.GetSession(recorder_pb2.GetSessionRequest(name=f"{name}/session"))

    def deliveries(self, recording: str) -> Sequence[webhooks_pb2.Delivery]:
        """The deliveries of a recording's webhook, oldest first."""
        request = webhooks_pb2.ListDeliveriesRequest(parent=recording)
        with service_errors(self._target):
            return self._webhooks.ListDeliveries(request).deliveries

    def redeliver(self, name: str) -> webhooks_pb2.Delivery:
        """Has the webhook of this delivery sent again."""
        with service_errors(self._target):
            return self._webhooks.RedeliverWebhook(webhooks_pb2.RedeliverWebhookRequest(name=name))

    def redeliver_failed(self, parent: str, since: datetime) -> int:
        """Has all webhooks of a project sent again that were given up since; tells how many."""
        request = webhooks_pb2.RedeliverFailedWebhooksRequest(parent=parent)
        request.since.FromDatetime(since)
        with service_errors(self._target):
            return self._webhooks.RedeliverFailedWebhooks(request).redelivered_count

    def import_file(
        self,
        parent: str,
        file: BinaryIO,
        *,
        recording_id: str = "",
        trim_silence: bool = False,
        source: str = "CALL_RECORDING",
        ready_uri: str = "",
        start_time: datetime | None = None,
        content_type: str = "",
        progress: Callable[[int], None] = lambda _done: None,
    ) -> recordings_pb2.Recording:
        """Makes a recording of an audio file; `progress` is told the bytes sent so far."""
        first = recorder_pb2.ImportRecordingRequest(
            parent=parent,
            recording_id=recording_id,
            source=source,
            post_processing=[TRIM_SILENCE] if trim_silence else [],
            ready_uri=ready_uri,
        )
        first.file.content_type = content_type
        if start_time is not None:
            first.start_time.FromDatetime(start_time)
        with service_errors(self._target):
            return self._recorder.ImportRecording(_requests(first, file, progress))

    def wait_until_ended(
        self,
        name: str,
        *,
        timeout_seconds: float = 60.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> recordings_pb2.Recording:
        """The recording once it is no longer pending.

        Raises `ServiceError` DEADLINE_EXCEEDED when it takes longer than that.
        """
        waited, pause = 0.0, _FIRST_POLL_SECONDS
        while True:
            recording = self.get(name)
            if recording.state != recordings_pb2.Recording.PENDING:
                return recording
            if waited >= timeout_seconds:
                raise ServiceError(
                    "DEADLINE_EXCEEDED", f"{name} is still PENDING after {timeout_seconds:g} s"
                )
            sleep(pause)
            waited += pause
            pause = min(pause * 1.5, _LONGEST_POLL_SECONDS)

    def download(
        self,
        recording: recordings_pb2.Recording,
        to: Path,
        *,
        mime_type: str = "audio/x-wav",
        progress: Progress = _silent,
    ) -> Path:
        """Saves the recording's file of this type; the path appears once it is whole."""
        for audio in recording.audio:
            if audio.mime_type == mime_type and audio.uri:
                download(audio.uri, to, size_bytes=audio.size_bytes, progress=progress)
                return to
        state = recordings_pb2.Recording.State.Name(recording.state)
        raise ServiceError(
            "FAILED_PRECONDITION", f"{recording.name} is {state} and has no {mime_type} to download"
        )


def _requests(
    first: recorder_pb2.ImportRecordingRequest, file: BinaryIO, progress: Callable[[int], None]
) -> Iterator[recorder_pb2.ImportRecordingRequest]:
    first.file.data = file.read(PIECE_BYTES)
    done = len(first.file.data)
    yield first
    progress(done)
    while data := file.read(PIECE_BYTES):
        request = recorder_pb2.ImportRecordingRequest()
        request.file.data = data
        yield request
        done += len(data)
        progress(done)
