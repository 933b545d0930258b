import itertools
import math
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.resample import Resampler


def sine(rate: int, seconds: float, hertz: float = 440.0) -> bytes:
    """A tone at half of full scale."""
    count = round(rate * seconds)
    return b"".join(
        struct.pack("<h", round(16384 * math.sin(2 * math.pi * hertz * at / rate)))
        for at in range(count)
    )


def resampled(audio: PcmFormat, rate: int, pieces: list[bytes]) -> bytes:
    """The pieces at another rate."""
    resampler = Resampler(audio, rate)
    return b"".join([*map(resampler.feed, pieces), resampler.finish()])


@pytest.mark.parametrize(("source", "target"), [(96_000, 48_000), (7_000, 8_000), (37_800, 44_100)])
def test_a_tone_stays_the_tone(source: int, target: int) -> None:
    """As long as before, and within a few steps of the tone made at that rate."""
    pcm = resampled(PcmFormat(source, 1), target, [sine(source, 0.5)])
    expected = sine(target, 0.5)
    assert len(pcm) == len(expected)
    # The ends ring, as any filter's do.
    inner = slice(400, -400)
    ours, theirs = memoryview(pcm).cast("h")[inner], memoryview(expected).cast("h")[inner]
    assert max(abs(a - b) for a, b in zip(ours, theirs, strict=True)) <= 8


def test_loud_samples_do_not_wrap() -> None:
    """A square wave at full scale overshoots, and is held at the edge."""
    square = struct.pack("<32h", *[32767] * 16, *[-32768] * 16) * 200
    samples = memoryview(resampled(PcmFormat(12_500, 1), 16_000, [square])).cast("h")
    jumps = [(a, b) for a, b in itertools.pairwise(samples) if abs(a - b) > 60_000]
    assert max(samples) == 32767
    assert min(samples) == -32768
    assert len(jumps) <= 2 * 200


@settings(max_examples=25)
@given(st.lists(st.integers(0, 2000), max_size=8))
def test_pieces_do_not_matter(cuts: list[int]) -> None:
    """The same samples come out however they go in."""
    audio = PcmFormat(7_000, 2)
    pcm = sine(7_000, 0.5)
    ends = sorted(4 * min(cut, len(pcm) // 4) for cut in cuts)
    pieces = [pcm[a:b] for a, b in zip([0, *ends], [*ends, len(pcm)], strict=True)]
    assert resampled(audio, 8_000, pieces) == resampled(audio, 8_000, [pcm])


def test_nothing_is_nothing() -> None:
    """No samples in, none out."""
    assert resampled(PcmFormat(96_000, 2), 48_000, []) == b""
