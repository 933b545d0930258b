import pytest

from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.mp3_frame import (
    Mp3Format,
    UnsupportedSampleRate,
    nearest_sample_rate,
)


@pytest.mark.parametrize(
    ("rate", "channels", "kilobits"),
    [
        (8000, 1, 32),
        (8000, 2, 64),
        (11025, 1, 48),
        (11025, 2, 64),
        (16000, 1, 64),
        (16000, 2, 128),
        (22050, 2, 128),
        (44100, 1, 64),
        (48000, 2, 128),
    ],
)
def test_bitrate_is_4_bits_a_sample_within_bounds(rate: int, channels: int, kilobits: int) -> None:
    """Rounded up to a legal one, at most 64 kbit/s a channel, and what MPEG 2.5 allows."""
    assert Mp3Format.of(PcmFormat(rate, channels)).kilobits_per_second == kilobits


@pytest.mark.parametrize(
    ("rate", "channels", "header"),
    [
        (8000, 1, "ffe348c0"),
        (8000, 2, "ffe38800"),
        (16000, 1, "fff388c0"),
        (32000, 1, "fffb58c0"),
        (44100, 2, "fffb9040"),
    ],
)
def test_header_is_the_standards(rate: int, channels: int, header: str) -> None:
    """Sync, version, layer 3, no CRC, bitrate, rate, mode."""
    assert Mp3Format.of(PcmFormat(rate, channels)).header().hex() == header


@pytest.mark.parametrize(
    ("rate", "nearest"),
    [(1, 8000), (8000, 8000), (8001, 11_025), (44_101, 48_000), (96_000, 48_000)],
)
def test_the_nearest_rate_is_the_next_higher(rate: int, nearest: int) -> None:
    """So that nothing of the sound is lost while MP3 can carry it."""
    assert nearest_sample_rate(rate) == nearest


def test_a_rate_that_mp3_has_not_is_refused() -> None:
    """By name."""
    with pytest.raises(UnsupportedSampleRate, match="96000 Hz"):
        Mp3Format.of(PcmFormat(96_000, 1))
