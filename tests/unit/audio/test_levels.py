import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.levels import LevelMeter

STEREO = PcmFormat(8000, 2)


def test_measures_each_channel() -> None:
    """Peak, loudness and clipping of two very different channels."""
    samples = 1000
    pairs = [(16384 if at % 2 else -16384, 32767 if at < 3 else 0) for at in range(samples)]
    meter = LevelMeter(STEREO)
    meter.feed(b"".join(struct.pack("<2h", *pair) for pair in pairs))
    left, right = meter.finish()
    assert left.peak_dbfs == left.loudness_dbfs == pytest.approx(20 * math.log10(0.5))
    assert left.clipped_samples == 0
    assert right.peak_dbfs == pytest.approx(0, abs=0.001)
    assert right.loudness_dbfs == pytest.approx(10 * math.log10(3 / samples), abs=0.001)
    assert right.clipped_samples == 3


def test_silence_is_at_the_floor() -> None:
    """Zeros, and nothing at all, are at -100 dBFS."""
    for pcm in (b"", bytes(4000)):
        meter = LevelMeter(STEREO)
        meter.feed(pcm)
        assert [level.peak_dbfs for level in meter.finish()] == [-100.0, -100.0]
        assert [level.loudness_dbfs for level in meter.levels()] == [-100.0, -100.0]


def test_the_lowest_sample_clips_at_0_dbfs() -> None:
    """-32768 is full scale."""
    meter = LevelMeter(PcmFormat(8000, 1))
    meter.feed(struct.pack("<2h", -32768, 5))
    (level,) = meter.finish()
    assert (level.peak_dbfs, level.clipped_samples) == (0.0, 1)


@given(st.binary(max_size=3000), st.lists(st.integers(0, 3000), max_size=5))
def test_any_split_gives_the_same(pcm: bytes, cuts: list[int]) -> None:
    """Levels do not depend on the pieces."""
    whole, split = LevelMeter(STEREO), LevelMeter(STEREO)
    whole.feed(pcm)
    ends = sorted(min(cut, len(pcm)) for cut in cuts)
    for start, end in zip([0, *ends], [*ends, len(pcm)], strict=True):
        split.feed(pcm[start:end])
    assert split.finish() == whole.finish()
