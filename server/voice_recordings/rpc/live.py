"""Live recordings over gRPC: the half of the Recorder service that takes audio during a call."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from google.protobuf.duration_pb2 import Duration
from grpc.aio import ServicerContext

from enfonica.voice.v1beta1 import recordings_pb2
from voice_recordings.audio.format import MAX_CHANNEL_COUNT, PcmFormat
from voice_recordings.errors import InvalidArgument, MessageTooLarge, VoiceRecordingsError
from voice_recordings.recorder.live_sessions import LiveSessions
from voice_recordings.recorder.orders import LiveOrder
from voice_recordings.recorder.producer import Producer
from voice_recordings.recordings.live import Codec, Limits, PauseMode
from voice_recordings.recordings.names import CallName, RecordingName, check_id
from voice_recordings.recordings.ready_uri import check_ready_uri
from voice_recordings.rpc.messages import post_processing_of, recording_message, source_of
from voice_recordings.rpc.session_message import session_message
from voicerecordings.recorder.v1 import recorder_pb2, recorder_pb2_grpc, session_pb2

Context = ServicerContext[Any, Any]

MAX_AUDIO_BYTES = 256 * 1024

_MIN_SAMPLE_RATE_HERTZ = 8_000
_MAX_SAMPLE_RATE_HERTZ = 48_000
_LONGEST = timedelta(hours=24)
_SHORTEST_SILENCE = timedelta(seconds=0.1)
_LONGEST_SILENCE = timedelta(hours=1)

_log = logging.getLogger(__name__)


class LiveServicer(recorder_pb2_grpc.RecorderServicer):
    """Begins live recordings, takes their audio in, pauses and finishes them."""

    def __init__(self, sessions: LiveSessions) -> None:
        self._sessions = sessions

    async def CreateRecording(  # noqa: N802 - the contract's name
        self, request: recorder_pb2.CreateRecordingRequest, context: Context
    ) -> recordings_pb2.Recording:
        """Begins a live recording."""
        del context
        return recording_message(await self._sessions.create(_order(request)), None)

    async def WriteAudio(  # noqa: N802 - the contract's name
        self,
        request_iterator: AsyncIterator[recorder_pb2.WriteAudioRequest],
        context: Context,
    ) -> AsyncIterator[recorder_pb2.WriteAudioResponse]:
        """Takes audio in, and tells how much of it is safe."""
        del context
        requests = aiter(request_iterator)
        first = await anext(requests, recorder_pb2.WriteAudioRequest())
        producer = await self._sessions.attach(RecordingName.parse(first.name))
        feeding = asyncio.create_task(_feed(producer, first, requests))
        try:
            async for progress in producer.progress():
                yield recorder_pb2.WriteAudioResponse(
                    committed_bytes=progress.committed_bytes,
                    ended=progress.ended.value if progress.ended else None,
                )
        finally:
            feeding.cancel()
            await asyncio.gather(feeding, return_exceptions=True)

    async def FinishRecording(  # noqa: N802 - the contract's name
        self, request: recorder_pb2.FinishRecordingRequest, context: Context
    ) -> recordings_pb2.Recording:
        """Ends a live recording."""
        del context
        return recording_message(
            await self._sessions.finish(RecordingName.parse(request.name)), None
        )

    async def PauseRecording(  # noqa: N802 - the contract's name
        self, request: recorder_pb2.PauseRecordingRequest, context: Context
    ) -> session_pb2.Session:
        """Keeps what follows out of the recording."""
        del context
        name = RecordingName.parse(request.name)
        at_offset = request.at_offset if request.HasField("at_offset") else None
        return session_message(
            *await self._sessions.pause(name, _pause_mode(request.mode), at_offset)
        )

    async def ResumeRecording(  # noqa: N802 - the contract's name
        self, request: recorder_pb2.ResumeRecordingRequest, context: Context
    ) -> session_pb2.Session:
        """Ends a pause."""
        del context
        name = RecordingName.parse(request.name)
        at_offset = request.at_offset if request.HasField("at_offset") else None
        return session_message(*await self._sessions.resume(name, at_offset))


async def _feed(
    producer: Producer,
    first: recorder_pb2.WriteAudioRequest,
    rest: AsyncIterator[recorder_pb2.WriteAudioRequest],
) -> None:
    """Writes every message's audio; what goes wrong ends the stream through the producer."""
    try:
        if await _write(producer, first):
            return
        async for request in rest:
            if request.name not in ("", first.name):
                raise InvalidArgument.of("name", "a stream writes one recording")
            if await _write(producer, request):
                return
        await producer.leave()
    except VoiceRecordingsError as error:
        producer.fail(error)
    except Exception:
        _log.exception("live audio could not be taken in")
        producer.fail(VoiceRecordingsError())


async def _write(producer: Producer, request: recorder_pb2.WriteAudioRequest) -> bool:
    """Writes one message's audio; whether it was the last."""
    if len(request.audio) > MAX_AUDIO_BYTES:
        raise MessageTooLarge.of(
            "audio", f"holds {len(request.audio)} bytes; a message may hold {MAX_AUDIO_BYTES}"
        )
    if request.audio and not request.HasField("offset"):
        raise InvalidArgument.of("offset", "must be given with audio")
    await producer.write(request.offset, request.audio)
    if request.finish:
        await producer.finish()
    return request.finish


def _order(request: recorder_pb2.CreateRecordingRequest) -> LiveOrder:
    call = CallName.parse(request.parent)
    if request.recording_id:
        check_id(request.recording_id, "recording_id")
    asked = request.recording
    check_ready_uri(asked.ready_uri, "recording.ready_uri")
    codec, pcm = _format(asked.format)
    return LiveOrder(
        call=call,
        recording_id=request.recording_id or None,
        source=source_of(asked.source),
        post_processing=post_processing_of(asked.post_processing),
        ready_uri=asked.ready_uri,
        codec=codec,
        format=pcm,
        limits=Limits(
            max_duration=_span(
                asked.max_duration if asked.HasField("max_duration") else None,
                "recording.max_duration",
                timedelta(milliseconds=1),
                _LONGEST,
            ),
            silence_timeout=_span(
                asked.silence_timeout if asked.HasField("silence_timeout") else None,
                "recording.silence_timeout",
                _SHORTEST_SILENCE,
                _LONGEST_SILENCE,
            ),
        ),
    )


def _format(asked: recorder_pb2.AudioFormat) -> tuple[Codec, PcmFormat]:
    field = "recording.format"
    codecs = {number: name for name, number in recorder_pb2.AudioFormat.Codec.items()}
    name = codecs.get(asked.codec, "")
    if name not in Codec.__members__:
        raise InvalidArgument.of(f"{field}.codec", "must be LINEAR16, MULAW or ALAW")
    if not _MIN_SAMPLE_RATE_HERTZ <= asked.sample_rate <= _MAX_SAMPLE_RATE_HERTZ:
        raise InvalidArgument.of(
            f"{field}.sample_rate", f"{asked.sample_rate} is not between 8000 and 48000 Hz"
        )
    channel_count = asked.channel_count or 1
    if not 1 <= channel_count <= MAX_CHANNEL_COUNT:
        raise InvalidArgument.of(f"{field}.channel_count", f"{channel_count} is not 1 or 2")
    return Codec[name], PcmFormat(asked.sample_rate, channel_count)


def _span(
    asked: Duration | None, field: str, shortest: timedelta, longest: timedelta
) -> timedelta | None:
    if asked is None:
        return None
    try:
        span = asked.ToTimedelta()
    except (ValueError, OverflowError):
        span = timedelta(0)
    if not shortest <= span <= longest:
        raise InvalidArgument.of(
            field,
            f"must lie between {shortest.total_seconds():g} and {longest.total_seconds():g} s",
        )
    return span


def _pause_mode(value: int) -> PauseMode:
    modes = session_pb2.Session.Pause.Mode
    if value == modes.MODE_UNSPECIFIED:
        return PauseMode.SKIP
    if value not in modes.values():
        raise InvalidArgument.of("mode", f"{value} is not a Mode")
    return PauseMode[modes.Name(value)]
