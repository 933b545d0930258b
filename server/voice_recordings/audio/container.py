"""What kind of file this is, by how it begins; names and types are not believed."""

import enum

from voice_recordings.audio.mpeg_header import parse_frame_header

# So many bytes are enough to tell.
SNIFF_BYTES = 4

_RIFF_FORMS = (b"RIFF", b"RIFX", b"RF64", b"BW64")


class Container(enum.Enum):
    """The kinds of file that are read."""

    WAV = "wav"
    MP3 = "mp3"
    FLAC = "flac"
    OGG = "ogg"


def sniff(head: bytes) -> Container | None:
    """The kind of the file that begins so, or None for one that is not read here.

    Give `SNIFF_BYTES`, or the whole file if that is shorter. What may be the
    beginning of a RIFF file is WAV: the reader says what is wrong with it.
    """
    if any(form.startswith(head[:SNIFF_BYTES]) for form in _RIFF_FORMS):
        return Container.WAV
    if head.startswith(b"fLaC"):
        return Container.FLAC
    if head.startswith(b"OggS"):
        return Container.OGG
    # An ID3 tag may stand before other kinds too, but hardly ever does.
    if head.startswith(b"ID3") or parse_frame_header(head):
        return Container.MP3
    return None
