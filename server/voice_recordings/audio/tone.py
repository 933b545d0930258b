"""A steady tone, a different one on each channel."""

import math

from voice_recordings.audio.format import PcmFormat

HERTZ = 440
_AMPLITUDE = 8192


def tone(audio: PcmFormat, seconds: float) -> bytes:
    """PCM of a sine of 440 Hz, and of its octave on the second channel, at -12 dBFS."""
    import numpy as np  # noqa: PLC0415 - loaded when first used, for a quick start

    samples = np.arange(round(seconds * audio.sample_rate_hertz))
    turns = 2 * math.pi * HERTZ * samples / audio.sample_rate_hertz
    octaves = [np.sin(turns * (channel + 1)) for channel in range(audio.channel_count)]
    pcm: bytes = np.rint(_AMPLITUDE * np.stack(octaves, axis=1)).astype("<i2").tobytes()
    return pcm
