import pytest

from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.levels import LevelMeter
from voice_recordings.audio.silence import SilenceGate, Thresholds
from voice_recordings.audio.speech import HEAD_SECONDS, TAIL_SECONDS, speak_call

STEREO = PcmFormat(8000, 2)


@pytest.mark.parametrize("seconds", [0.0, 0.5, 2.5, 7.013, 20.0])
@pytest.mark.parametrize("channels", [1, 2])
def test_lasts_as_long_as_asked(seconds: float, channels: int) -> None:
    """To the sample, even when there is no room for a word."""
    audio = PcmFormat(8000, channels)
    pcm = b"".join(speak_call(audio, seconds))
    assert len(pcm) == round(seconds * 8000) * audio.frame_bytes


def test_is_the_same_for_the_same_seed() -> None:
    """And another for another."""
    one, again, other = (b"".join(speak_call(STEREO, 5.0, seed=seed)) for seed in (1, 1, 2))
    assert one == again != other


def test_speaks_on_both_channels_between_silences() -> None:
    """Loud enough, unclipped, and with a head and a tail to trim."""
    pcm = b"".join(speak_call(STEREO, 30.0, seed=4))
    meter = LevelMeter(STEREO)
    meter.feed(pcm)
    for level in meter.finish():
        assert -20 < level.peak_dbfs < -3
        assert -40 < level.loudness_dbfs < -20
        assert level.clipped_samples == 0
    gate = SilenceGate(STEREO, Thresholds(), trim=True)
    gate.feed(pcm)
    verdict = gate.finish()
    assert verdict.head_samples == pytest.approx(HEAD_SECONDS * 8000, abs=800)
    assert verdict.tail_samples + 160 >= TAIL_SECONDS * 8000
    assert verdict.tail_samples < (TAIL_SECONDS + 1) * 8000


def test_speaks_at_other_rates() -> None:
    """The same words at 16 kHz, for half the samples a second more of everything."""
    audio = PcmFormat(16_000, 1)
    meter = LevelMeter(audio)
    meter.feed(b"".join(speak_call(audio, 6.0)))
    (level,) = meter.finish()
    assert level.peak_dbfs > -20
