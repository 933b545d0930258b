"""Calls the service over gRPC, and downloads over HTTP."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import grpc

from enfonica.voice.v1beta1 import recordings_pb2, recordings_pb2_grpc
from enfonica.voice.v1beta1.call_recording_config_pb2 import TRIM_SILENCE
from voice_recordings.client.asynchronous import transport
from voice_recordings.client.asynchronous.calls import AsyncCalls
from voice_recordings.client.asynchronous.download import download
from voice_recordings.client.asynchronous.pager import AsyncPager
from voice_recordings.client.credentials import Credentials
from voice_recordings.client.endpoint import target_of
from voice_recordings.client.errors import error_of
from voice_recordings.client.part import no_audio
from voice_recordings.client.progress import Progress, silent
from voice_recordings.client.retry import RETRY, RetryPolicy
from voice_recordings.client.tls import Tls, check_confidential, split_endpoint
from voice_recordings.recordings.names import CallName, Parent, RecordingName
from voicerecordings.recorder.v1 import (
    download_pb2,
    recorder_pb2,
    recorder_pb2_grpc,
    session_pb2,
    waveform_pb2,
    webhooks_pb2,
    webhooks_pb2_grpc,
)

PIECE_BYTES = 64 * 1024
MAX_PAGE_SIZE = 100
_FIRST_POLL_SECONDS = 0.02
_LONGEST_POLL_SECONDS = 1.0
_IMPORT_SECONDS = 600.0
# A connection that is dead is noticed while a call waits on it.
_OPTIONS = [("grpc.keepalive_time_ms", 60_000), ("grpc.keepalive_timeout_ms", 20_000)]


class AsyncRecordingsClient:
    """A connection to one server. Every method raises `ServiceError`.

    Without a target it is the emulator that VOICE_RECORDINGS_EMULATOR_HOST
    names, or a server on this machine. Names may be text or the objects of
    `RecordingName`, `CallName` and `Parent`. `timeout_seconds` is each call's.
    TLS is spoken with https://HOST:PORT, and where `tls` is given; credentials
    go over it alone, but to servers on this machine.
    """

    def __init__(
        self,
        target: str | None = None,
        *,
        credentials: Credentials | None = None,
        tls: Tls | None = None,
        channel_credentials: grpc.ChannelCredentials | None = None,
        retry: RetryPolicy = RETRY,
        timeout_seconds: float = 30.0,
        sleep: Callable[[float], Awaitable[None]] = transport.sleep,
        random: Callable[[], float] = random.random,
    ) -> None:
        self._timeout_seconds = timeout_seconds
        address, tls = split_endpoint(target_of(target), tls)
        if channel_credentials is None:
            channel_credentials = tls.credentials() if tls else None
        if credentials is not None and channel_credentials is None:
            check_confidential(address)
        self._calls = AsyncCalls(address, retry, sleep, random, tls)
        self._channel = transport.open_channel(address, channel_credentials, credentials, _OPTIONS)
        self._recordings = recordings_pb2_grpc.RecordingsStub(self._channel)
        # Public for `LiveRecording`, whose stream is no call that can be repeated.
        self.recorder = recorder_pb2_grpc.RecorderStub(self._channel)
        self._webhooks = webhooks_pb2_grpc.WebhooksStub(self._channel)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    @property
    def target(self) -> str:
        """The gRPC address it talks to."""
        return self._calls.target

    async def close(self) -> None:
        """Ends the connection."""
        await self._channel.close()

    async def get(
        self, name: str | RecordingName, *, full: bool = True
    ) -> recordings_pb2.Recording:
        """One recording; with download links if `full`."""
        view = recordings_pb2.FULL if full else recordings_pb2.BASIC
        request = recordings_pb2.GetRecordingRequest(name=str(name), view=view)
        return await self._calls.call(
            "GetRecording",
            request.name,
            lambda: self._recordings.GetRecording(request, timeout=self._timeout_seconds),
        )

    def list(
        self,
        parent: str | CallName | Parent,
        *,
        full: bool = False,
        page_size: int = MAX_PAGE_SIZE,
        page_token: str = "",
    ) -> AsyncPager:
        """The recordings of a call or project, newest first, fetched page by page."""
        request = recordings_pb2.ListRecordingsRequest(
            parent=str(parent),
            page_size=page_size,
            page_token=page_token,
            view=recordings_pb2.FULL if full else recordings_pb2.BASIC,
        )
        return AsyncPager(request, self._page)

    async def delete(self, name: str | RecordingName) -> recordings_pb2.Recording:
        """Deletes a recording and gives it as it was."""
        request = recordings_pb2.DeleteRecordingRequest(name=str(name))
        return await self._calls.call(
            "DeleteRecording",
            request.name,
            lambda: self._recordings.DeleteRecording(request, timeout=self._timeout_seconds),
            # A second one would say NOT_FOUND of what the first has done.
            repeatable=False,
        )

    async def session(self, name: str | RecordingName) -> session_pb2.Session:
        """How the recording of this name was made."""
        request = recorder_pb2.GetSessionRequest(name=f"{name}/session")
        return await self._calls.call(
            "GetSession",
            request.name,
            lambda: self.recorder.GetSession(request, timeout=self._timeout_seconds),
        )

    async def waveform(
        self, name: str | RecordingName, *, bucket_count: int = 0
    ) -> waveform_pb2.Waveform:
        """The outline of the recording of this name, in so many stretches."""
        request = recorder_pb2.GetWaveformRequest(
            name=f"{name}/waveform", bucket_count=bucket_count
        )
        return await self._calls.call(
            "GetWaveform",
            request.name,
            lambda: self.recorder.GetWaveform(request, timeout=self._timeout_seconds),
        )

    async def link(
        self,
        name: str | RecordingName,
        *,
        mime_type: str = "",
        mix: bool = False,
        channel: int | None = None,
    ) -> download_pb2.Download:
        """A link to a file of the recording: whole, mixed down, or one channel of the two."""
        request = recorder_pb2.GetDownloadRequest(name=f"{name}/download", mime_type=mime_type)
        if mix:
            request.channels = 1
        if channel is not None:
            request.channel = channel
        return await self._calls.call(
            "GetDownload",
            request.name,
            lambda: self.recorder.GetDownload(request, timeout=self._timeout_seconds),
        )

    async def deliveries(self, recording: str | RecordingName) -> Sequence[webhooks_pb2.Delivery]:
        """The deliveries of a recording's webhook, oldest first."""
        request = webhooks_pb2.ListDeliveriesRequest(parent=str(recording))
        answer = await self._calls.call(
            "ListDeliveries",
            request.parent,
            lambda: self._webhooks.ListDeliveries(request, timeout=self._timeout_seconds),
        )
        return answer.deliveries

    async def redeliver(self, name: str) -> webhooks_pb2.Delivery:
        """Has the webhook of this delivery sent again."""
        request = webhooks_pb2.RedeliverWebhookRequest(name=name)
        return await self._calls.call(
            "RedeliverWebhook",
            request.name,
            lambda: self._webhooks.RedeliverWebhook(request, timeout=self._timeout_seconds),
        )

    async def redeliver_failed(self, parent: str, since: datetime) -> int:
        """Has all webhooks of a project sent again that were given up since; tells how many."""
        request = webhooks_pb2.RedeliverFailedWebhooksRequest(parent=parent)
        request.since.FromDatetime(since)
        answer = await self._calls.call(
            "RedeliverFailedWebhooks",
            request.parent,
            lambda: self._webhooks.RedeliverFailedWebhooks(request, timeout=self._timeout_seconds),
            repeatable=False,
        )
        return answer.redelivered_count

    async def import_file(
        self,
        parent: str | CallName,
        file: BinaryIO,
        *,
        recording_id: str = "",
        trim_silence: bool = False,
        source: str = "CALL_RECORDING",
        ready_uri: str = "",
        start_time: datetime | None = None,
        content_type: str = "",
        progress: Callable[[int], None] = lambda _done: None,
        timeout_seconds: float = _IMPORT_SECONDS,
    ) -> recordings_pb2.Recording:
        """Makes a recording of an audio file; `progress` is told the bytes sent so far.

        With a `recording_id` it may be repeated, and is, where the file can be
        read again: the same content under the same id is the same recording.
        Raises what reading the file does.
        """
        first = recorder_pb2.ImportRecordingRequest(
            parent=str(parent),
            recording_id=recording_id,
            source=source,
            post_processing=[TRIM_SILENCE] if trim_silence else [],
            ready_uri=ready_uri,
        )
        first.file.content_type = content_type
        if start_time is not None:
            first.start_time.FromDatetime(start_time)
        repeatable = bool(recording_id) and file.seekable()
        start = file.tell() if repeatable else None

        async def send() -> recordings_pb2.Recording:
            if start is not None:
                file.seek(start)
            raised: list[Exception] = []
            requests = _requests(first, file, progress, raised)
            try:
                return await self.recorder.ImportRecording(requests, timeout=timeout_seconds)
            except BaseException:
                # gRPC says no more than that something was raised.
                if raised:
                    raise raised[0] from None
                raise

        name = f"{parent}/recordings/{recording_id}" if recording_id else str(parent)
        return await self._calls.call("ImportRecording", name, send, repeatable=repeatable)

    async def create_live(
        self,
        parent: str | CallName,
        *,
        codec: str = "LINEAR16",
        sample_rate: int = 8000,
        channel_count: int = 1,
        recording_id: str = "",
        trim_silence: bool = False,
        source: str = "CALL_RECORDING",
        ready_uri: str = "",
        max_duration: timedelta | None = None,
        silence_timeout: timedelta | None = None,
    ) -> recordings_pb2.Recording:
        """Begins a live recording; `LiveRecording` then streams its audio in."""
        asked = recorder_pb2.NewRecording(
            source=source,
            post_processing=[TRIM_SILENCE] if trim_silence else [],
            ready_uri=ready_uri,
            format=recorder_pb2.AudioFormat(
                codec=codec, sample_rate=sample_rate, channel_count=channel_count
            ),
        )
        if max_duration is not None:
            asked.max_duration.FromTimedelta(max_duration)
        if silence_timeout is not None:
            asked.silence_timeout.FromTimedelta(silence_timeout)
        request = recorder_pb2.CreateRecordingRequest(
            parent=str(parent), recording_id=recording_id, recording=asked
        )
        return await self._calls.call(
            "CreateRecording",
            f"{parent}/recordings/{recording_id}" if recording_id else str(parent),
            lambda: self.recorder.CreateRecording(request, timeout=self._timeout_seconds),
            repeatable=bool(recording_id),
        )

    async def finish(self, name: str | RecordingName) -> recordings_pb2.Recording:
        """Ends a live recording where its audio ends now."""
        request = recorder_pb2.FinishRecordingRequest(name=str(name))
        return await self._calls.call(
            "FinishRecording",
            request.name,
            lambda: self.recorder.FinishRecording(request, timeout=self._timeout_seconds),
        )

    async def pause(
        self, name: str | RecordingName, *, mode: str = "SKIP", at_offset: int | None = None
    ) -> session_pb2.Session:
        """Keeps what is said from now on out of a live recording."""
        request = recorder_pb2.PauseRecordingRequest(name=str(name), mode=mode, at_offset=at_offset)
        return await self._calls.call(
            "PauseRecording",
            request.name,
            lambda: self.recorder.PauseRecording(request, timeout=self._timeout_seconds),
            repeatable=False,
        )

    async def resume(
        self, name: str | RecordingName, *, at_offset: int | None = None
    ) -> session_pb2.Session:
        """Ends a pause."""
        request = recorder_pb2.ResumeRecordingRequest(name=str(name), at_offset=at_offset)
        return await self._calls.call(
            "ResumeRecording",
            request.name,
            lambda: self.recorder.ResumeRecording(request, timeout=self._timeout_seconds),
            repeatable=False,
        )

    async def wait_until_ready(
        self, name: str | RecordingName, *, timeout_seconds: float = 60.0
    ) -> recordings_pb2.Recording:
        """The recording once it is SUCCEEDED, EMPTY or FAILED.

        Raises `TimedOut` when it is pending for longer than that.
        """
        waited, pause = 0.0, _FIRST_POLL_SECONDS
        while True:
            recording = await self.get(name)
            if recording.state != recordings_pb2.Recording.PENDING:
                return recording
            if waited >= timeout_seconds:
                raise error_of(
                    "DEADLINE_EXCEEDED",
                    f"it is still PENDING after {timeout_seconds:g} s",
                    method="wait_until_ready",
                    name=str(name),
                    advice="Is the call still being recorded? Wait longer with timeout_seconds, "
                    "or have its ready_uri told.",
                )
            await self._calls.sleep(pause)
            waited += pause
            pause = min(pause * 1.5, _LONGEST_POLL_SECONDS)

    async def download(
        self,
        recording: recordings_pb2.Recording | RecordingName | str,
        to: Path | str,
        *,
        mime_type: str = "audio/x-wav",
        mix: bool = False,
        channel: int | None = None,
        progress: Progress = silent,
    ) -> Path:
        """Saves the recording's file of this type; the path appears once it is whole.

        Of a WAV also the mix of both channels, or one of them.

        A download that broke off, in this call or an earlier one to the same
        path, goes on where it broke.
        """
        if not isinstance(recording, recordings_pb2.Recording):
            recording = await self.get(recording)
        name = recording.name

        selective = mix or channel is not None

        async def renew() -> recordings_pb2.RecordingAudio:
            if not selective:
                return _audio(await self.get(name), mime_type)
            found = await self.link(name, mime_type=mime_type, mix=mix, channel=channel)
            return recordings_pb2.RecordingAudio(uri=found.uri, size_bytes=found.size_bytes)

        audio = _audio(recording, mime_type)
        if selective or not audio.uri:
            audio = await renew()
        to = Path(to)
        selection = "-mix" if mix else "" if channel is None else f"-channel{channel}"
        await download(
            name, audio, renew, to, calls=self._calls, progress=progress, selection=selection
        )
        return to

    async def _page(
        self, request: recordings_pb2.ListRecordingsRequest
    ) -> recordings_pb2.ListRecordingsResponse:
        return await self._calls.call(
            "ListRecordings",
            request.parent,
            lambda: self._recordings.ListRecordings(request, timeout=self._timeout_seconds),
        )


def _audio(recording: recordings_pb2.Recording, mime_type: str) -> recordings_pb2.RecordingAudio:
    for audio in recording.audio:
        if audio.mime_type == mime_type:
            return audio
    state = recordings_pb2.Recording.State.Name(recording.state)
    raise no_audio(recording.name, state, mime_type)


async def _requests(
    first: recorder_pb2.ImportRecordingRequest,
    file: BinaryIO,
    progress: Callable[[int], None],
    raised: list[Exception],
) -> AsyncIterator[recorder_pb2.ImportRecordingRequest]:
    """The messages of an import; what the file or `progress` raises is put into `raised` too."""
    request = recorder_pb2.ImportRecordingRequest()
    request.CopyFrom(first)
    done = 0
    try:
        while True:
            request.file.data = await transport.read(file, PIECE_BYTES)
            # An empty file is one message too: the fields are in it.
            if not request.file.data and done:
                return
            done += len(request.file.data)
            yield request
            progress(done)
            if not request.file.data:
                return
            request = recorder_pb2.ImportRecordingRequest()
    except Exception as error:
        raised.append(error)
        raise
