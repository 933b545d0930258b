"""Simulated recordings, in Python's words."""

from datetime import datetime, timedelta
from typing import TypedDict, Unpack

from enfonica.voice.v1beta1 import call_recording_config_pb2, recordings_pb2
from voice_recordings.testing.connection import Connection
from voicerecordings.emulator.v1 import simulation_pb2


class Simulation(TypedDict, total=False):
    """What may be said of a recording; see `SimulateRecordingRequest`."""

    recording_id: str
    outcome: str
    """SUCCEEDED, EMPTY, FAILED_TIMEOUT, FAILED_INTERNAL_ERROR or PENDING."""
    source: str
    """CALL_RECORDING or RECORD_ACTION."""
    channel_count: int
    sample_rate: int
    duration: timedelta
    sound: str
    """SPEECH, TONE or SILENCE."""
    file: bytes
    """A WAV file in place of a sound."""
    trim_silence: bool
    ready_uri: str
    create_time: datetime
    end_after: timedelta
    end_after_gets: int
    end_on_command: bool


def simulate(
    connection: Connection, parent: str, **what: Unpack[Simulation]
) -> recordings_pb2.Recording:
    """Makes a recording of a call."""
    request = simulation_pb2.SimulateRecordingRequest(parent=parent)
    for field, value in what.items():
        if isinstance(value, timedelta):
            getattr(request, field).FromTimedelta(value)
        elif isinstance(value, datetime):
            getattr(request, field).FromDatetime(value)
        elif field == "trim_silence":
            if value:
                request.post_processing.append(call_recording_config_pb2.TRIM_SILENCE)
        else:
            request.MergeFrom(simulation_pb2.SimulateRecordingRequest(**{field: value}))  # type: ignore[arg-type]  # a field and its value
    made: recordings_pb2.Recording = connection.ask("SimulateRecording", request)
    return made


def end(connection: Connection, name: str) -> recordings_pb2.Recording:
    """Ends a recording that waits for it."""
    request = simulation_pb2.EndRecordingRequest(name=name)
    ended: recordings_pb2.Recording = connection.ask("EndRecording", request)
    return ended
