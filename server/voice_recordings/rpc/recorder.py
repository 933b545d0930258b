"""Putting audio in: voicerecordings.recorder.v1.Recorder."""

from collections.abc import AsyncIterator
from typing import Any

from grpc.aio import ServicerContext

from enfonica.voice.v1beta1 import recordings_pb2
from voice_recordings.errors import InvalidArgument, RecordingNotFound
from voice_recordings.recorder.downloads import SelectiveLinkMaker
from voice_recordings.recorder.imports import Importer
from voice_recordings.recorder.live_sessions import LiveSessions
from voice_recordings.recorder.orders import ImportOrder
from voice_recordings.recorder.waveforms import Waveforms
from voice_recordings.recordings.names import CallName, RecordingName, check_id
from voice_recordings.recordings.ports import RecordingStore
from voice_recordings.recordings.ready_uri import check_ready_uri
from voice_recordings.rpc.download_message import (
    download_message,
    encoding_of,
    selection_of,
)
from voice_recordings.rpc.live import LiveServicer
from voice_recordings.rpc.messages import (
    post_processing_of,
    recording_message,
    source_of,
    time_of,
)
from voice_recordings.rpc.session_message import session_message
from voice_recordings.rpc.waveform_message import waveform_message
from voicerecordings.recorder.v1 import (
    download_pb2,
    recorder_pb2,
    session_pb2,
    waveform_pb2,
)

Context = ServicerContext[Any, Any]

_BUCKET_COUNT = 800

# What a file may say it is: the spellings in use, and "I do not know"; nobody relies on it.
_MEDIA_TYPES = (
    "",
    "application/octet-stream",
    "application/ogg",
    "audio/flac",
    "audio/mp3",
    "audio/mpeg",
    "audio/ogg",
    "audio/opus",
    "audio/vnd.wave",
    "audio/vorbis",
    "audio/wav",
    "audio/wave",
    "audio/x-flac",
    "audio/x-wav",
)


class RecorderServicer(LiveServicer):
    """Takes audio in, live and as files, and tells what became of it."""

    def __init__(
        self,
        recordings: RecordingStore,
        importer: Importer,
        waveforms: Waveforms,
        sessions: LiveSessions,
        *,
        link: SelectiveLinkMaker,
    ) -> None:
        super().__init__(sessions)
        self._recordings = recordings
        self._importer = importer
        self._waveforms = waveforms
        self._link = link

    async def ImportRecording(  # noqa: N802 - the contract's name
        self,
        request_iterator: AsyncIterator[recorder_pb2.ImportRecordingRequest],
        context: Context,
    ) -> recordings_pb2.Recording:
        """Turns a file into a recording."""
        requests = aiter(request_iterator)
        first = await anext(requests, recorder_pb2.ImportRecordingRequest())
        recording = await self._importer.take(_order(first), _pieces(first, requests, context))
        return recording_message(recording, None)

    async def GetSession(  # noqa: N802 - the contract's name
        self, request: recorder_pb2.GetSessionRequest, context: Context
    ) -> session_pb2.Session:
        """Tells how a recording was made."""
        del context
        name = RecordingName.parse_part("session", request.name)
        found = await self._recordings.session(name)
        if found is None:
            raise RecordingNotFound(resource=("Recording", str(name)))
        recording, session = found
        return session_message(recording, self._sessions.report(name) or session)

    async def GetWaveform(  # noqa: N802 - the contract's name
        self, request: recorder_pb2.GetWaveformRequest, context: Context
    ) -> waveform_pb2.Waveform:
        """Gives the outline of a recording's audio."""
        del context
        name = RecordingName.parse_part("waveform", request.name)
        if request.bucket_count < 0:
            raise InvalidArgument.of("bucket_count", f"{request.bucket_count} is negative")
        waveform = await self._waveforms.get(name)
        return waveform_message(name, waveform, request.bucket_count or _BUCKET_COUNT)

    async def GetDownload(  # noqa: N802 - the contract's name
        self, request: recorder_pb2.GetDownloadRequest, context: Context
    ) -> download_pb2.Download:
        """Gives a link to a recording's audio, or to one channel of it."""
        del context
        name = RecordingName.parse_part("download", request.name)
        encoding, selection = encoding_of(request), selection_of(request)
        recording = await self._recordings.get(name)
        if recording is None:
            raise RecordingNotFound(resource=("Recording", str(name)))
        return download_message(recording, encoding, selection, self._link)


def _order(first: recorder_pb2.ImportRecordingRequest) -> ImportOrder:
    call = CallName.parse(first.parent)
    if first.recording_id:
        check_id(first.recording_id, "recording_id")
    check_ready_uri(first.ready_uri)
    media_type = first.file.content_type.partition(";")[0].strip().lower()
    if media_type not in _MEDIA_TYPES:
        raise InvalidArgument.of(
            "file.content_type", f"{media_type!r} is not a type of WAV, MP3, FLAC or Ogg audio"
        )
    return ImportOrder(
        call=call,
        recording_id=first.recording_id or None,
        source=source_of(first.source),
        post_processing=post_processing_of(first.post_processing),
        ready_uri=first.ready_uri,
        start_time=(
            time_of(first.start_time, "start_time") if first.HasField("start_time") else None
        ),
    )


async def _pieces(
    first: recorder_pb2.ImportRecordingRequest,
    rest: AsyncIterator[recorder_pb2.ImportRecordingRequest],
    context: Context,
) -> AsyncIterator[bytes]:
    """The file's bytes, to their end; raises instead where the client has gone before it."""
    if first.file.data:
        yield first.file.data
    async for request in rest:
        # Each look at it is a copy.
        if data := request.file.data:
            yield data
    # A call that is broken off ends like one that is complete, and its cancellation
    # may come later than that. Half a file is no recording: only to a client who is
    # still there can an answer begin.
    await context.send_initial_metadata(())
