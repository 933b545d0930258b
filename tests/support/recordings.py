"""Recordings to keep in a store."""

import asyncio
from datetime import UTC, datetime, timedelta

from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.silence import Thresholds
from voice_recordings.recordings.live import Codec, Limits, Live
from voice_recordings.recordings.media import AudioFile, Encoding, Segment
from voice_recordings.recordings.names import RecordingName
from voice_recordings.recordings.ports import Intake, RecordingStore
from voice_recordings.recordings.recording import (
    Ending,
    PostProcessing,
    Recording,
    Source,
    State,
    Succeeded,
)
from voice_recordings.recordings.session import Input, Session

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
PCM = PcmFormat(8000, 2)
SESSION = Session(Input("wav", "pcm_s16le", 8000, 2, 44), Thresholds())
INTAKE = Intake(PCM, SESSION)
LIVE = Live(Codec.MULAW, Limits(timedelta(hours=1), timedelta(seconds=5)))
LIVE_INTAKE = Intake(PCM, Session(Input("stream", "mulaw", 8000, 2, 0), Thresholds(), live=LIVE))


def pending(
    recording: str = "r1",
    *,
    call: str = "c1",
    project: str = "demo",
    create_time: datetime = NOW,
) -> Recording:
    """A recording that has not ended."""
    return Recording(
        name=RecordingName(project, call, recording),
        source=Source.CALL_RECORDING,
        channel_count=2,
        post_processing=(PostProcessing.TRIM_SILENCE,),
        start_time=create_time - timedelta(seconds=5),
        create_time=create_time,
        ready_uri="https://example.com/ready",
        media_key=f"{project}-{call}-{recording}",
        fingerprint=recording.encode(),
    )


async def ended(recordings: RecordingStore, name: RecordingName) -> Recording:
    """The recording once it has ended; real threads encode, so real turns are waited for."""
    async with asyncio.timeout(60):
        while True:
            recording = await recordings.get(name)
            assert recording is not None
            if recording.state is not State.PENDING:
                return recording
            await asyncio.sleep(0)


def success(end_time: datetime = NOW) -> Ending:
    """An ending with two small files."""
    files = (
        AudioFile(Encoding.PCM_16BIT, 8000, "e1", b"RIFF", (Segment("k/pcm", 8, 400),)),
        AudioFile(Encoding.MP3, 8000, "e1", b"Info", (Segment("k/mp3", 0, 40),)),
    )
    return Succeeded(end_time, timedelta(milliseconds=12, microseconds=500), files)
