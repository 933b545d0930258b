"""Orders for simulated recordings, as they are asked for, and what makes no sense in them."""

from datetime import timedelta

from google.protobuf.duration_pb2 import Duration

from voice_recordings.audio.format import PcmFormat
from voice_recordings.emulator.simulation import End, Order, Outcome
from voice_recordings.emulator.sounds import Given, Made, Sound
from voice_recordings.errors import InvalidArgument
from voice_recordings.recordings.names import CallName, check_id
from voice_recordings.recordings.ready_uri import check_ready_uri
from voice_recordings.recordings.recording import Source
from voice_recordings.rpc.messages import post_processing_of, source_of, time_of
from voicerecordings.emulator.v1.simulation_pb2 import SimulateRecordingRequest

_RATES_HERTZ = range(8000, 48_001)
_MOST_CHANNELS = 2
_SHORTEST = timedelta(seconds=0.1)
_LONGEST = timedelta(minutes=10)
_DEFAULT_DURATION = timedelta(seconds=2)
_DEFAULT_RATE_HERTZ = 8000
_LONGEST_WAIT = timedelta(days=36_525)

_ABOUT_SOUND = ("duration", "sample_rate", "channel_count")


def order_of(request: SimulateRecordingRequest) -> Order:
    """Reads an order. Raises `InvalidArgument` with the field."""
    call = CallName.parse(request.parent)
    if request.recording_id:
        check_id(request.recording_id, "recording_id")
    check_ready_uri(request.ready_uri)
    source = source_of(request.source)
    outcome = _outcome(request)
    channels = _channels(request, source)
    rate = request.sample_rate or _DEFAULT_RATE_HERTZ
    if rate not in _RATES_HERTZ:
        raise InvalidArgument.of("sample_rate", "must lie between 8000 and 48000 Hz")
    return Order(
        call=call,
        recording_id=request.recording_id or None,
        outcome=outcome,
        source=source,
        channel_count=channels,
        sample_rate_hertz=rate,
        audio=_audio(request, outcome, PcmFormat(rate, channels)),
        post_processing=post_processing_of(request.post_processing),
        ready_uri=request.ready_uri,
        create_time=(
            time_of(request.create_time, "create_time") if request.HasField("create_time") else None
        ),
        end=_end(request, outcome),
    )


def span_of(message: Duration, field: str, *, longest: timedelta) -> timedelta:
    """A span that is not negative; raises `InvalidArgument` for the field."""
    if message.seconds < 0 or message.nanos < 0:
        raise InvalidArgument.of(field, "is negative")
    if message.seconds > longest.total_seconds():
        raise InvalidArgument.of(field, f"is longer than {longest}")
    return timedelta(seconds=message.seconds, microseconds=message.nanos // 1000)


def _outcome(request: SimulateRecordingRequest) -> Outcome:
    if request.outcome not in SimulateRecordingRequest.Outcome.values():
        raise InvalidArgument.of("outcome", f"{request.outcome} is not an Outcome")
    if request.outcome == SimulateRecordingRequest.OUTCOME_UNSPECIFIED:
        silent = request.sound == SimulateRecordingRequest.SILENCE
        return Outcome.EMPTY if silent else Outcome.SUCCEEDED
    return Outcome(SimulateRecordingRequest.Outcome.Name(request.outcome))


def _channels(request: SimulateRecordingRequest, source: Source) -> int:
    if not 0 <= request.channel_count <= _MOST_CHANNELS:
        raise InvalidArgument.of("channel_count", "must be 1 or 2")
    return request.channel_count or (2 if source is Source.CALL_RECORDING else 1)


def _audio(
    request: SimulateRecordingRequest, outcome: Outcome, pcm: PcmFormat
) -> Made | Given | None:
    if not outcome.has_audio:
        for field in ("duration", "sound", "file"):
            if request.HasField(field):
                raise InvalidArgument.of(field, f"a recording that is {outcome.value} has no audio")
        return None
    if request.HasField("file"):
        for field in _ABOUT_SOUND:
            if field in {set_field.name for set_field, _ in request.ListFields()}:
                raise InvalidArgument.of(field, "the file says that itself")
        return Given(request.file)
    if request.sound not in SimulateRecordingRequest.Sound.values():
        raise InvalidArgument.of("sound", f"{request.sound} is not a Sound")
    duration = _DEFAULT_DURATION
    if request.HasField("duration"):
        duration = span_of(request.duration, "duration", longest=_LONGEST)
        if duration < _SHORTEST:
            raise InvalidArgument.of("duration", "is shorter than 0.1 s")
    return Made(_sound(request, outcome), pcm, duration)


def _sound(request: SimulateRecordingRequest, outcome: Outcome) -> Sound:
    if request.sound == SimulateRecordingRequest.SOUND_UNSPECIFIED:
        return Sound.SILENCE if outcome is Outcome.EMPTY else Sound.SPEECH
    sound = Sound(SimulateRecordingRequest.Sound.Name(request.sound))
    if (sound is Sound.SILENCE) != (outcome is Outcome.EMPTY):
        raise InvalidArgument.of(
            "sound", f"a recording that is {outcome.value} is not made of {sound.value}"
        )
    return sound


def _end(request: SimulateRecordingRequest, outcome: Outcome) -> End:
    which = request.WhichOneof("end")
    if which is None:
        return End()
    if outcome is Outcome.PENDING:
        raise InvalidArgument.of(which, "a recording that stays PENDING has no end")
    if which == "end_after":
        return End(after=span_of(request.end_after, which, longest=_LONGEST_WAIT))
    if which == "end_after_gets":
        if request.end_after_gets < 1:
            raise InvalidArgument.of(which, "must be 1 or more")
        return End(after_gets=request.end_after_gets)
    if not request.end_on_command:
        raise InvalidArgument.of(which, "can only be true")
    return End(on_command=True)
