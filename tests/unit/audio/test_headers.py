import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.encoded_files import CODECS, encode, flac_of_silence, speech
from voice_recordings.audio.container import Container, sniff
from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.headers import id3_bytes, read_head
from voice_recordings.audio.mp3 import Mp3Encoder
from voice_recordings.errors import NotAudio

TAG = b"ID3\x04\x00\x00\x00\x00\x01\x05" + bytes(133)
FORMATS = [
    (codec, PcmFormat(rate, channels))
    for codec in CODECS
    for rate in (8000, 16_000, 48_000)
    for channels in (1, 2)
]


@pytest.mark.parametrize(
    ("head", "container"),
    [
        (b"RIFF", Container.WAV),
        (b"RF64", Container.WAV),
        (b"BW64", Container.WAV),
        (b"RIFX", Container.WAV),
        (b"RI", Container.WAV),
        (b"", Container.WAV),
        (b"fLaC\0", Container.FLAC),
        (b"OggS\0", Container.OGG),
        (b"ID3\4", Container.MP3),
        (b"\xff\xfb\x90\x64", Container.MP3),
        (b"\xff\xe3\x48\xc4", Container.MP3),
        (b"\xff\xff\xff\xff", None),
        (b"\xff\xf1\x50\x80", None),
        (b"FORM", None),
        (b"hello", None),
        (b"\0\0\0\0", None),
    ],
)
def test_tells_files_by_how_they_begin(head: bytes, container: Container | None) -> None:
    """AAC in ADTS, which looks like MP3, is not taken for it."""
    assert sniff(head) is container


@pytest.mark.parametrize(("codec", "audio"), FORMATS, ids=str)
def test_reads_what_libsndfile_writes(codec: str, audio: PcmFormat) -> None:
    """Codec, rate and channels; the length where the head holds it."""
    pcm = speech(audio, 1.5)
    head = read_head(encode(codec, audio, pcm))
    assert head.source.pcm == audio
    assert head.source.codec == codec.removesuffix("24")
    if codec.startswith("flac"):
        assert head.samples == len(pcm) // audio.frame_bytes


def test_an_info_frame_tells_the_length_of_an_mp3() -> None:
    """To the sample, as ours has it."""
    audio = PcmFormat(8000, 2)
    encoder = Mp3Encoder(audio)
    body = encoder.encode(bytes(12_345 * 4)) + encoder.finish()
    assert read_head(encoder.info_frame() + body).samples == 12_345
    assert read_head(body).samples is None


def test_an_mp3_may_begin_with_rubbish() -> None:
    """The first frame counts that another follows."""
    mp3 = encode("mp3", PcmFormat(16_000, 1), speech(PcmFormat(16_000, 1), 1.0))
    assert read_head(b"\xff\xfb\x90\x64 no frame\xff" + mp3).source.sample_rate_hertz == 16_000


def test_an_id3_tag_is_measured() -> None:
    """Seven bits a byte, and a footer if it has one."""
    assert id3_bytes(TAG) == len(TAG)
    assert id3_bytes(TAG[:5] + b"\x10" + TAG[6:]) == len(TAG) + 10
    assert id3_bytes(b"fLaC......") == id3_bytes(b"ID3") == 0


VORBIS = encode("vorbis", PcmFormat(8000, 1), speech(PcmFormat(8000, 1), 1.0))
REFUSED = {
    "FLAC cut short": (flac_of_silence(9)[:40], "FLAC header is damaged"),
    "FLAC of another block": (b"fLaC\x04" + bytes(60), "FLAC header is damaged"),
    "FLAC of 8 channels": (
        flac_of_silence(9).replace(b"\x0b\xb8\x02\xf0", b"\x0b\xb8\x0e\xf0"),
        "8 channels",
    ),
    "FLAC of 0 Hz": (flac_of_silence(9, rate=0), "sample rate is 0 Hz"),
    "Ogg cut short": (VORBIS[:20], "within its Ogg header"),
    "Ogg of Speex": (VORBIS.replace(b"\x01vorbis", b"Speex  "), "neither Vorbis nor Opus"),
    "Vorbis cut short": (VORBIS[:50], "neither Vorbis nor Opus"),
    "Vorbis of 6 channels": (
        VORBIS.replace(b"\x01vorbis\0\0\0\0\x01", b"\x01vorbis\0\0\0\0\x06"),
        "6 channels",
    ),
    "MP3 of nothing": (b"\xff\xfb\x90\x64" + bytes(2000), "no MP3 audio"),
    "text behind a tag": (b"hello, this is text", "no MP3 audio"),
    "WAV behind a tag": (b"RIFF....WAVE", "WAV file behind an ID3 tag"),
}


@pytest.mark.parametrize(("head", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_refuses_heads_that_make_no_sense(head: bytes, message: str) -> None:
    """Before anything else looks at the file."""
    with pytest.raises(NotAudio, match=message) as refusal:
        read_head(head)
    assert refusal.value.violations[0].field == "file.data"


@given(
    st.sampled_from([b"fLaC", b"OggS", b"ID3", b"\xff\xfb\x90\x64", VORBIS[:28]]),
    st.binary(max_size=300),
)
def test_no_damage_breaks_it(magic: bytes, noise: bytes) -> None:
    """Any bytes at all are either understood or refused."""
    try:
        head = read_head(magic + noise)
    except NotAudio:
        return
    assert head.source.channel_count in {1, 2}


def test_silence_is_really_flac() -> None:
    """The file the decompression bombs are made of is one that claims what it says."""
    head = read_head(flac_of_silence(200_000, claimed=7))
    assert head.samples == 7
    assert len(flac_of_silence(200_000)) < 200
    assert struct.unpack_from(">4sI", flac_of_silence(1)) == (b"fLaC", 0x80000022)
