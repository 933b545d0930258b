"""A call that speaks: two voices taking turns, made from nothing but a seed.

The words mean nothing, but they have what speech has: a voice with a melody,
vowels that glide between formants, hissed and popped consonants, pauses, and a
faint line noise under it all. It begins and ends with a stretch of that noise.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import numpy.typing as npt

    from voice_recordings.audio.format import PcmFormat

    Signal = npt.NDArray[np.float64]

HEAD_SECONDS = 1.0
TAIL_SECONDS = 1.5

_LINE_NOISE = 3.0
_LOUDNESS = 9_000.0
_CONTROL_SECONDS = 0.005
# First three formants of ten vowels, in hertz; roughly an adult's.
_VOWELS = (
    (270, 2290, 3010), (390, 1990, 2550), (530, 1840, 2480), (660, 1720, 2410), (730, 1090, 2440),
    (570, 840, 2410), (440, 1020, 2240), (300, 870, 2240), (640, 1190, 2390), (490, 1350, 1690),
)  # fmt: skip
_FORMANT_WIDTHS_HERTZ = (70.0, 100.0, 150.0)
_FORMANT_WEIGHTS = (1.0, 0.6, 0.35)


@dataclass(frozen=True, slots=True)
class Voice:
    """Who is speaking: how high, and how long a throat they have."""

    pitch_hertz: float
    formant_scale: float


VOICES = (Voice(112.0, 0.97), Voice(196.0, 1.12))


def speak_call(audio: PcmFormat, seconds: float, *, seed: int = 0) -> Iterator[bytes]:
    """PCM of a call of this length, a phrase at a time; the same for the same seed.

    In stereo each voice has its channel; in mono they share one.
    """
    rng = random.Random(seed)  # noqa: S311 - a melody, not a secret
    rate = audio.sample_rate_hertz
    remaining = round(seconds * rate)
    tail = min(round(TAIL_SECONDS * rate), remaining)
    head = min(round(HEAD_SECONDS * rate), remaining - tail)
    remaining -= head + tail
    yield _line(audio, head, rng)
    speaker = 0
    while remaining > 0:
        speaker = 1 - speaker
        for _ in range(rng.randint(1, 3)):
            phrase = _phrase(VOICES[speaker], rate, rng)[:remaining]
            yield _line(audio, len(phrase), rng, phrase, speaker)
            remaining -= len(phrase)
    yield _line(audio, tail, rng)


def _line(
    audio: PcmFormat,
    samples: int,
    rng: random.Random,
    voice: Signal | None = None,
    speaker: int = 0,
) -> bytes:
    """So many samples of the line, with one voice on it or none, as PCM."""
    import numpy as np  # noqa: PLC0415 - loaded when first used, for a quick start

    noise = _LINE_NOISE * _noise(samples * audio.channel_count, rng)
    signal = noise.reshape(samples, audio.channel_count)
    if voice is not None:
        signal[:, speaker % audio.channel_count] += voice
    pcm: bytes = np.clip(np.rint(signal), -32768, 32767).astype("<i2").tobytes()
    return pcm


def _phrase(voice: Voice, rate: int, rng: random.Random) -> Signal:
    """A few syllables on one breath, and the pause behind them."""
    import numpy as np  # noqa: PLC0415 - loaded when first used, for a quick start

    lengths = [rng.uniform(0.13, 0.27) for _ in range(rng.randint(3, 10))]
    voiced = round(sum(lengths) * rate)
    breath = np.zeros(voiced + round(rng.uniform(0.15, 0.55) * rate))
    breath[:voiced] = _voiced(voice, lengths, voiced, rate, rng)
    begin = 0.0
    for length in lengths:
        if rng.random() < 0.6:  # noqa: PLR2004 - most syllables begin with a consonant
            hiss = _consonant(rate, rng)
            at = round(begin * rate)
            room = breath[at : at + len(hiss)]
            room += hiss[: len(room)]
        begin += length
    loudest = float(np.abs(breath).max()) or 1.0
    return breath * (_LOUDNESS * rng.uniform(0.7, 1.3) / loudest)


def _voiced(
    voice: Voice, lengths: list[float], samples: int, rate: int, rng: random.Random
) -> Signal:
    """The sung part: harmonics of a gliding pitch, weighed by gliding formants."""
    import numpy as np  # noqa: PLC0415 - loaded when first used, for a quick start

    ends = np.cumsum(lengths)
    centres = ends - np.array(lengths) / 2
    times = np.arange(0.0, ends[-1] + _CONTROL_SECONDS, _CONTROL_SECONDS)
    vowels = np.array([rng.choice(_VOWELS) for _ in lengths]) * voice.formant_scale
    # The melody falls over a breath, each syllable with an accent of its own.
    accents = [voice.pitch_hertz * rng.uniform(0.9, 1.2) for _ in lengths]
    pitch = np.interp(times, centres, accents) * (1.08 - 0.16 * times / ends[-1])
    swell = _swell(times, ends, np.array(lengths))

    sample_times = np.arange(samples) / rate
    phase = 2 * np.pi * np.cumsum(np.interp(sample_times, times, pitch)) / rate
    signal = np.zeros(samples)
    for harmonic in range(1, int(0.48 * rate / pitch.max()) + 1):
        frequency = harmonic * pitch
        weight = np.zeros(len(times))
        for formant, (width, share) in enumerate(
            zip(_FORMANT_WIDTHS_HERTZ, _FORMANT_WEIGHTS, strict=True)
        ):
            target = np.interp(times, centres, vowels[:, formant])
            weight += share / (1 + ((frequency - target) / width) ** 2)
        # A glottal pulse loses some 6 dB an octave on its way out of the mouth.
        weight = swell * (weight + 0.01) / harmonic**0.5
        signal += np.interp(sample_times, times, weight) * np.sin(harmonic * phase)
    return signal


def _swell(times: Signal, ends: Signal, lengths: Signal) -> Signal:
    """Loudness over a breath: each syllable rises and falls, none to nothing."""
    import numpy as np  # noqa: PLC0415 - loaded when first used, for a quick start

    index = np.minimum(np.searchsorted(ends, times, side="right"), len(ends) - 1)
    within = np.clip((times - (ends - lengths)[index]) / lengths[index], 0.0, 1.0)
    edge = np.minimum(1.0, np.minimum(times, np.maximum(ends[-1] - times, 0.0)) / 0.03)
    swell: Signal = edge * (0.15 + 0.85 * np.sin(np.pi * within) ** 0.7)
    return swell


def _consonant(rate: int, rng: random.Random) -> Signal:
    """A hiss (long, bright) or a pop (short, dull)."""
    import numpy as np  # noqa: PLC0415 - loaded when first used, for a quick start

    hissed = rng.random() < 0.5  # noqa: PLR2004 - half and half
    samples = round((rng.uniform(0.05, 0.09) if hissed else rng.uniform(0.012, 0.025)) * rate)
    noise = _noise(samples + 1, rng)
    bright = np.diff(noise) if hissed else noise[1:]
    loudness = 0.5 if hissed else 0.8
    shape: Signal = np.sin(np.pi * (np.arange(samples) + 0.5) / samples) ** 2
    return loudness * bright * shape


def _noise(samples: int, rng: random.Random) -> Signal:
    """Even noise between -1 and 1, by a generator whose sequence is fixed for good."""
    import numpy as np  # noqa: PLC0415 - loaded when first used, for a quick start

    return np.frombuffer(rng.randbytes(2 * samples), "<i2") / 32768.0
