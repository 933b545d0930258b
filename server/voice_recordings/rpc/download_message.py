"""A link to a recording's audio as a message."""

from voice_recordings.errors import InvalidArgument, NoAudio
from voice_recordings.recorder.downloads import SelectiveLinkMaker, download_of
from voice_recordings.recordings.media import Encoding
from voice_recordings.recordings.recording import Recording, Succeeded
from voice_recordings.recordings.selection import Selection
from voicerecordings.recorder.v1.download_pb2 import Download as DownloadMessage
from voicerecordings.recorder.v1.recorder_pb2 import GetDownloadRequest

_LEGS = {0: Selection.PARENT_LEG, 1: Selection.CHILD_LEG}


def encoding_of(request: GetDownloadRequest) -> Encoding:
    """Which file is asked for; raises `InvalidArgument` for one there never is."""
    try:
        return Encoding(request.mime_type or Encoding.PCM_16BIT.value)
    except ValueError:
        known = " or ".join(encoding.value for encoding in Encoding)
        raise InvalidArgument.of("mime_type", f"must be {known}") from None


def selection_of(request: GetDownloadRequest) -> Selection:
    """Which channels are asked for; raises `InvalidArgument` for what cannot be chosen."""
    match request.WhichOneof("selection"):
        case "channels":
            if request.channels != 1:
                raise InvalidArgument.of("channels", f"must be 1, not {request.channels}")
            return Selection.MIX
        case "channel":
            if request.channel not in _LEGS:
                raise InvalidArgument.of("channel", f"must be 0 or 1, not {request.channel}")
            return _LEGS[request.channel]
        case _:
            return Selection.ALL


def download_message(
    recording: Recording, encoding: Encoding, selection: Selection, link: SelectiveLinkMaker
) -> DownloadMessage:
    """A link good from now on. Raises `NoAudio`, and `InvalidArgument` for a missing channel."""
    if not isinstance(recording.ending, Succeeded):
        raise NoAudio(f"{recording.name} is {recording.state.value} and has no audio")
    for audio in recording.ending.audio:
        if audio.encoding is encoding:
            break
    else:
        raise NoAudio(f"{recording.name} has no {encoding.value}")
    download = download_of(audio, recording.channel_count, selection)
    if download is None:
        field, _, value = selection.value.partition("=")
        # A file of two channels has every choice.
        has = "has one channel"
        if encoding is Encoding.MP3:
            has = "is an MP3, of which channels cannot be taken apart; ask for audio/x-wav"
        raise InvalidArgument.of(field, f"cannot be {value}: the file {has}")
    return DownloadMessage(
        name=recording.name.part("download"),
        uri=link(recording.name, audio, selection),
        mime_type=encoding.value,
        size_bytes=download.size_bytes,
    )
