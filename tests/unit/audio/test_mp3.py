import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unit.audio.mp3s import read_info
from voice_recordings.audio.crc16 import crc16
from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.mp3 import Mp3Encoder
from voice_recordings.audio.mp3_frame import SAMPLE_RATES_HERTZ
from voice_recordings.audio.speech import speak_call

EVERY_FORMAT = [PcmFormat(rate, channels) for rate in SAMPLE_RATES_HERTZ for channels in (1, 2)]


def encoded(audio: PcmFormat, pieces: list[bytes]) -> tuple[bytes, bytes]:
    """The Info frame and the frames behind it."""
    encoder = Mp3Encoder(audio)
    body = b"".join([*map(encoder.encode, pieces), encoder.finish()])
    head = encoder.info_frame()
    assert len(head) == encoder.info_frame_bytes
    return head, body


@pytest.mark.parametrize("audio", EVERY_FORMAT, ids=str)
def test_info_frame_accounts_for_every_sample(audio: PcmFormat) -> None:
    """Frames, bytes and padding add up, at every rate and channel count MP3 has."""
    samples = 2 * audio.sample_rate_hertz + 137
    head, body = encoded(audio, [bytes(samples * audio.frame_bytes)])
    info = read_info(head)
    frame_samples = 1152 if audio.sample_rate_hertz >= 32_000 else 576
    assert body[:2] == head[:2]  # the same sync word, version and layer
    assert body[2] & ~2 == head[2]  # the same bitrate and rate, padding aside
    assert info.byte_count == len(head) + len(body)
    assert info.frame_count * frame_samples == info.delay + samples + info.padding
    assert info.delay == 576
    assert info.music_crc == crc16(body)
    assert info.tag_crc == crc16(head[: info.tag_end])


@settings(max_examples=20)
@given(st.lists(st.integers(0, 4000), max_size=12))
def test_pieces_do_not_matter(cuts: list[int]) -> None:
    """The same bytes come out however the samples go in."""
    audio = PcmFormat(8000, 2)
    pcm = b"".join(speak_call(audio, 4.0, seed=3))
    ends = sorted(4 * min(cut * 8, len(pcm) // 4) for cut in cuts)
    pieces = [pcm[a:b] for a, b in zip([0, *ends], [*ends, len(pcm)], strict=True)]
    assert encoded(audio, pieces) == encoded(audio, [pcm])


def test_nothing_makes_no_frames() -> None:
    """Without a sample there is an Info frame of nothing."""
    head, body = encoded(PcmFormat(8000, 1), [])
    assert body == b""
    assert read_info(head).frame_count == 0


@pytest.mark.parametrize(
    ("rate", "becomes"), [(96_000, 48_000), (7_000, 8_000), (37_800, 44_100), (1_000, 8_000)]
)
def test_rates_that_mp3_has_not_are_resampled(rate: int, becomes: int) -> None:
    """To the next higher, and as long as before."""
    audio = PcmFormat(rate, 2)
    encoder = Mp3Encoder(audio)
    assert encoder.format.audio == PcmFormat(becomes, 2)
    body = encoder.encode(bytes(rate * audio.frame_bytes)) + encoder.finish()
    info = read_info(encoder.info_frame())
    frame_samples = 1152 if becomes >= 32_000 else 576
    assert info.frame_count * frame_samples == 576 + becomes + info.padding
    assert info.music_crc == crc16(body)


def test_sound_survives() -> None:
    """An MP3 of speech is not the MP3 of silence."""
    audio = PcmFormat(8000, 1)
    loud = struct.pack("<8h", *[9000, -9000] * 4) * 1000
    assert encoded(audio, [loud])[1] != encoded(audio, [bytes(len(loud))])[1]
