"""The outline of a recording as a message."""

from voice_recordings.audio.waveform import Waveform
from voice_recordings.recordings.names import RecordingName
from voice_recordings.rpc.messages import duration
from voicerecordings.recorder.v1.waveform_pb2 import Waveform as WaveformMessage


def waveform_message(name: RecordingName, waveform: Waveform, bucket_count: int) -> WaveformMessage:
    """The outline in so many stretches, or in as many as are kept."""
    channels = waveform.spread(bucket_count)
    return WaveformMessage(
        name=name.part("waveform"),
        duration=duration(waveform.audio.duration(waveform.samples)),
        bucket_count=len(channels[0].lowest),
        channels=[
            WaveformMessage.Channel(lowest=channel.lowest, highest=channel.highest)
            for channel in channels
        ],
    )
