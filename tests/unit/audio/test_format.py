from datetime import timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from voice_recordings.audio.format import PcmFormat


def test_counts_bytes_and_samples() -> None:
    """A sample takes two bytes a channel; incomplete ones do not count."""
    stereo = PcmFormat(8000, 2)
    assert stereo.frame_bytes == 4
    assert stereo.bytes_to_samples(11) == 2
    assert stereo.samples_to_bytes(3) == 12


@given(st.integers(0, 2**40), st.integers(1000, 384_000))
def test_duration_times_rate_is_samples(samples: int, rate: int) -> None:
    """A duration leads back to the samples it was made of, to the microsecond."""
    duration = PcmFormat(rate, 1).duration(samples)
    exact = Fraction(duration // timedelta(microseconds=1), 1_000_000) * rate
    assert abs(exact - samples) <= Fraction(rate, 2_000_000)
