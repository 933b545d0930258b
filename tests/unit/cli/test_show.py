from google.protobuf.duration_pb2 import Duration

from enfonica.voice.v1beta1.recordings_pb2 import Recording
from voice_recordings.cli.output import duration_text
from voice_recordings.cli.show import drawing
from voicerecordings.recorder.v1.session_pb2 import Session
from voicerecordings.recorder.v1.waveform_pb2 import Waveform


def test_draws_each_channel_and_the_time() -> None:
    """On a scale of decibels, loudest at the top."""
    waveform = Waveform(
        duration=Duration(seconds=90),
        bucket_count=24,
        channels=[
            Waveform.Channel(lowest=[0] * 12 + [-32768] * 12, highest=[0] * 12 + [5] * 12),
            Waveform.Channel(lowest=[-33] * 24, highest=[1036] * 24),
        ],
    )
    session = Session(
        levels=[
            Session.Level(peak_dbfs=0, loudness_dbfs=-3.25, clipped_samples=1200),
            Session.Level(peak_dbfs=-30, loudness_dbfs=-33),
        ]
    )
    assert drawing(waveform, session) == [
        "0  parent leg: peak 0.0 dBFS, loudness -3.2 dBFS, 1,200 samples clipped",
        *[" " * 12 + "█" * 12] * 4,
        "1  child leg: peak -30.0 dBFS, loudness -33.0 dBFS",
        "",
        "",
        "█" * 24,
        "█" * 24,
        "╵0:00.0     ╵0:45.0",
    ]


def test_draws_mono_and_long_recordings() -> None:
    """Hours are shown where there are any."""
    waveform = Waveform(
        duration=Duration(seconds=7200),
        bucket_count=24,
        channels=[Waveform.Channel(lowest=[0] * 24, highest=[40] * 24)],
    )
    lines = drawing(waveform, Session())
    assert lines[0] == "0  the only channel"
    assert lines[4] == "▁" * 24
    assert lines[-1] == "╵0:00.0     ╵1:00:00.0"


def test_no_mark_has_sixty_seconds() -> None:
    """What rounds up to a minute is one."""
    waveform = Waveform(
        duration=Duration(seconds=119, nanos=960_000_000),
        bucket_count=24,
        channels=[Waveform.Channel(lowest=[0] * 24, highest=[40] * 24)],
    )
    assert drawing(waveform, Session())[-1] == "╵0:00.0     ╵1:00.0"
    recording = Recording(duration=Duration(seconds=3599, nanos=999_600_000))
    assert duration_text(recording) == "1:00:00.000"
