"""The heads of MP3, FLAC and Ogg files: what they claim to hold.

No more is read here than it takes to know the format; the samples are for the
decoding process. A head that makes no sense is refused before anything else
looks at the file.
"""

import struct
from dataclasses import dataclass

from voice_recordings.audio.claims import check_claims, not_audio
from voice_recordings.audio.container import Container, sniff
from voice_recordings.audio.format import SourceFormat
from voice_recordings.audio.mpeg_header import HEADER_BYTES as MPEG_HEADER_BYTES
from voice_recordings.audio.mpeg_header import FrameHeader, parse_frame_header

# So much of a file is enough, from its beginning or behind its ID3 tag.
HEAD_BYTES = 64 * 1024

_ID3_HEAD_BYTES = 10
_STREAMINFO_BYTES = 34
_OGG_PAGE = struct.Struct("<4sBBqIIIB")
_VORBIS_HEAD_BYTES = 30
_OPUS_HEAD_BYTES = 19
_OPUS_RATES_HERTZ = (8_000, 12_000, 16_000, 24_000, 48_000)


@dataclass(frozen=True, slots=True)
class Head:
    """What a file's head says; `samples` is None when it does not say how many."""

    source: SourceFormat
    samples: int | None = None


def id3_bytes(head: bytes) -> int:
    """Length of the ID3v2 tag a file begins with; 0 where there is none."""
    if len(head) < _ID3_HEAD_BYTES or not head.startswith(b"ID3"):
        return 0
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte & 0x7F
    footer = _ID3_HEAD_BYTES if head[5] & 0x10 else 0
    return _ID3_HEAD_BYTES + size + footer


def read_head(head: bytes) -> Head:
    """What a file says that begins so, ID3 tag taken off.

    Raises NotAudio.
    """
    container = sniff(head)
    if container is Container.FLAC:
        found = _read_flac(head)
    elif container is Container.OGG:
        found = _read_ogg(head)
    elif container is not Container.WAV:
        found = _read_mp3(head)
    else:
        raise not_audio("it is a WAV file behind an ID3 tag")
    check_claims(found.source.sample_rate_hertz, found.source.channel_count)
    return found


def _read_flac(head: bytes) -> Head:
    """STREAMINFO (RFC 9639 §8.2), which comes first."""
    block, info = head[4:8], head[8 : 8 + _STREAMINFO_BYTES]
    # Whether it is also the last block does not matter here.
    if (
        int.from_bytes(block, "big") & 0x7FFFFFFF != _STREAMINFO_BYTES
        or len(info) < _STREAMINFO_BYTES
    ):
        raise not_audio("its FLAC header is damaged")
    packed = int.from_bytes(info[10:18], "big")
    rate, channels, samples = packed >> 44, (packed >> 41 & 7) + 1, packed & (1 << 36) - 1
    return Head(SourceFormat("flac", "flac", rate, channels), samples or None)


def _read_ogg(head: bytes) -> Head:
    """The first packet of the first page (RFC 3533 §6), which names the codec."""
    if len(head) < _OGG_PAGE.size:
        raise not_audio("it ends within its Ogg header")
    segments = _OGG_PAGE.unpack_from(head)[-1]
    packet = head[_OGG_PAGE.size + segments :]
    if packet.startswith(b"\x01vorbis") and len(packet) >= _VORBIS_HEAD_BYTES:
        channels, rate = struct.unpack_from("<BI", packet, 11)
        return Head(SourceFormat("ogg", "vorbis", rate, channels))
    if packet.startswith(b"OpusHead") and len(packet) >= _OPUS_HEAD_BYTES:
        channels, _, rate = struct.unpack_from("<BHI", packet, 9)
        return Head(SourceFormat("ogg", "opus", _opus_rate(rate), channels))
    raise not_audio("its Ogg stream is neither Vorbis nor Opus")


def _opus_rate(input_rate: int) -> int:
    """The rate Opus is decoded at: of those it has, the one its input needs (RFC 7845 §5.1)."""
    return next((rate for rate in _OPUS_RATES_HERTZ if rate >= input_rate), 48_000)


def _read_mp3(head: bytes) -> Head:
    """The first frame that another of its kind follows, and its Info, if it has one."""
    at = head.find(b"\xff")
    while at >= 0:
        frame = parse_frame_header(head[at : at + MPEG_HEADER_BYTES])
        if frame and _another_follows(head, at, frame):
            source = SourceFormat("mp3", "mp3", frame.sample_rate_hertz, frame.channel_count)
            return Head(source, _mp3_samples(head[at : at + frame.frame_bytes], frame))
        at = head.find(b"\xff", at + 1)
    raise not_audio("no MP3 audio is where it should begin")


def _another_follows(head: bytes, at: int, frame: FrameHeader) -> bool:
    after = at + frame.frame_bytes
    if after + MPEG_HEADER_BYTES > len(head):
        # The only frame there is has to be whole, and the first thing in the file.
        return at == 0 and after <= len(head)
    following = parse_frame_header(head[after : after + MPEG_HEADER_BYTES])
    return following is not None and (following.sample_rate_hertz == frame.sample_rate_hertz)


def _mp3_samples(data: bytes, frame: FrameHeader) -> int | None:
    """How many samples an Info frame accounts for, if this is one.

    Xing's fields stand behind the side information, LAME's behind those.
    """
    at = MPEG_HEADER_BYTES + frame.side_information_bytes
    if data[at : at + 4] not in {b"Xing", b"Info"} or len(data) < at + 12:
        return None
    flags, frames = struct.unpack_from(">II", data, at + 4)
    if not flags & 1:
        return None
    fields_bytes = 4 * (flags & 1) + 2 * (flags & 2) + 25 * (flags & 4) + (flags & 8) // 2
    # 12 bits each of what to cut off the beginning and the end.
    cut = int.from_bytes(data[at + 29 + fields_bytes :][:3].ljust(3, b"\0"), "big")
    return max(int(frames) * frame.samples - (cut >> 12) - (cut & 0xFFF), 0)
