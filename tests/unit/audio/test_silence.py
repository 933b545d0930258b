import struct
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.frames import frame_samples
from voice_recordings.audio.silence import SilenceGate, Span, Thresholds, Verdict

MONO = PcmFormat(8000, 1)
FRAME = 160
LOUD = 3000
FAINT = 40  # above the empty threshold of 32, below the trim threshold of 103
HUSH = 30


def tone(amplitude: int, frames: float, channels: int = 1) -> bytes:
    """A square wave, frames of 20 ms at 8 kHz."""
    samples = round(frames * FRAME)
    return b"".join(
        struct.pack("<h", amplitude if at % 2 else -amplitude) * channels for at in range(samples)
    )


def judge(
    pcm: bytes,
    *,
    trim: bool = True,
    audio: PcmFormat = MONO,
    piece_bytes: int = 1 << 30,
    thresholds: Thresholds | None = None,
) -> tuple[list[Span], Verdict]:
    """All spans in order, and the verdict."""
    gate = SilenceGate(audio, thresholds or Thresholds(), trim=trim)
    spans = [
        span
        for at in range(0, len(pcm), piece_bytes)
        for span in gate.feed(pcm[at : at + piece_bytes])
    ]
    verdict = gate.finish()
    return [*spans, *verdict.spans], verdict


def joined(spans: list[Span]) -> Span:
    """The one span that contiguous spans make."""
    for earlier, later in pairwise(spans):
        assert earlier.end == later.start
    return Span(spans[0].start, spans[-1].end) if spans else Span(0, 0)


def test_trims_both_ends_to_the_frame() -> None:
    """Silence inside stays; at the ends it goes by whole frames."""
    pcm = (
        tone(HUSH, 5) + tone(LOUD, 3) + bytes(2 * 20 * FRAME) + tone(LOUD, 2) + bytes(2 * 7 * FRAME)
    )
    spans, verdict = judge(pcm)
    assert verdict.kept == joined(spans) == Span(5 * FRAME, 30 * FRAME)
    assert (verdict.head_samples, verdict.tail_samples) == (5 * FRAME, 7 * FRAME)
    assert (verdict.silent, verdict.trim_skipped) == (False, False)
    assert verdict.samples == 37 * FRAME


def test_a_frame_that_sounds_in_part_is_kept_whole() -> None:
    """Frames are counted from the first sample, wherever the sound begins."""
    pcm = bytes(2 * (5 * FRAME + 150)) + tone(LOUD, 1) + bytes(2 * 500)
    _, verdict = judge(pcm)
    assert verdict.kept == Span(5 * FRAME, 7 * FRAME)


def test_a_short_last_frame_is_judged_by_what_it_has() -> None:
    """Half a frame of sound at the very end is kept."""
    _, verdict = judge(bytes(2 * FRAME) + tone(LOUD, 0.5))
    assert verdict.kept == Span(FRAME, FRAME + 80)
    assert verdict.tail_samples == 0


@pytest.mark.parametrize("trim", [True, False])
def test_all_hush_is_silent(trim: bool) -> None:  # noqa: FBT001 - a table's value
    """No sample above -60 dBFS: nothing is kept, and nothing was released."""
    spans, verdict = judge(tone(32, 50), trim=trim)
    assert verdict.silent
    assert spans == []
    assert verdict.kept == Span(0, 0)
    assert (verdict.head_samples, verdict.tail_samples) == (0, 0)
    assert judge(tone(32, 50) + struct.pack("<h", 33), trim=trim)[1].silent is False


def test_no_samples_are_silent() -> None:
    """An empty recording has nothing to keep."""
    spans, verdict = judge(b"")
    assert (spans, verdict.silent, verdict.samples) == ([], True, 0)


def test_faint_throughout_is_kept_whole() -> None:
    """Not empty, and nothing over the trim threshold: cutting would leave nothing."""
    spans, verdict = judge(tone(FAINT, 10.5))
    assert verdict.trim_skipped
    assert verdict.kept == joined(spans) == Span(0, 1680)


def test_without_trimming_all_is_kept() -> None:
    """From the first sample to the last, once any is heard."""
    spans, verdict = judge(bytes(2 * 5000) + tone(LOUD, 1) + bytes(2 * 5000), trim=False)
    assert verdict.kept == joined(spans) == Span(0, 10_160)


def test_either_channel_may_sound() -> None:
    """A frame is silent only when every channel is."""
    left = struct.pack("<2h", LOUD, 0) * FRAME
    right = struct.pack("<2h", 0, -LOUD) * FRAME
    quiet = bytes(4 * FRAME)
    _, verdict = judge(quiet + left + quiet + right + quiet, audio=PcmFormat(8000, 2))
    assert verdict.kept == Span(FRAME, 4 * FRAME)


def test_releases_early_but_never_a_possible_tail() -> None:
    """Sound is released at once; silence only when sound follows."""
    gate = SilenceGate(MONO, Thresholds(), trim=True)
    assert gate.feed(bytes(2 * 2 * FRAME)) == []
    assert gate.feed(tone(LOUD, 2)) == [Span(320, 640)]
    assert gate.feed(bytes(2 * 1000 * FRAME)) == []
    assert gate.feed(tone(LOUD, 1)) == [Span(640, 1005 * FRAME)]
    assert gate.finish().spans == ()


def test_thresholds_may_be_turned_round() -> None:
    """With empty above trim, nothing is released before a sample proves it not empty."""
    thresholds = Thresholds(trim_dbfs=-70.0, empty_dbfs=-40.0)
    spans, verdict = judge(tone(300, 5), thresholds=thresholds, piece_bytes=100)
    assert (spans, verdict.silent) == ([], True)
    spans, verdict = judge(tone(300, 5) + tone(400, 1), thresholds=thresholds, piece_bytes=100)
    assert joined(spans) == verdict.kept == Span(0, 6 * FRAME)


@pytest.mark.parametrize(
    ("rate", "expected"),
    [(8000, 160), (11025, 221), (22050, 441), (44100, 882), (1000, 20), (384_000, 7680)],
)
def test_frames_are_20_ms_to_the_nearest_sample(rate: int, expected: int) -> None:
    """Halves go up: 220.5 at 11,025 Hz."""
    assert frame_samples(PcmFormat(rate, 2)) == expected


LOUDNESS = st.sampled_from([0, HUSH, FAINT, LOUD])
RUNS = st.lists(st.tuples(LOUDNESS, st.integers(1, 700)), max_size=8)


@settings(max_examples=200)
@given(RUNS, st.integers(1, 2000), st.booleans())
def test_any_split_gives_the_same(
    runs: list[tuple[int, int]],
    piece_bytes: int,
    trim: bool,  # noqa: FBT001 - drawn
) -> None:
    """Where the pieces end changes when spans are released, not what is kept."""
    pcm = b"".join(tone(amplitude, samples / FRAME) for amplitude, samples in runs)
    whole, verdict = judge(pcm, trim=trim)
    split, other = judge(pcm, trim=trim, piece_bytes=piece_bytes)
    assert joined(split) == joined(whole) == verdict.kept
    assert (other.kept, other.silent, other.trim_skipped, other.samples) == (
        verdict.kept,
        verdict.silent,
        verdict.trim_skipped,
        verdict.samples,
    )


@given(st.integers(0, 4000), st.integers(0, 4000), st.integers(FRAME, 3000))
def test_trimming_undoes_padding(head: int, tail: int, sounding: int) -> None:
    """trim(pad(x)) is x, to the frame."""
    sound = tone(LOUD, sounding / FRAME)
    _, verdict = judge(bytes(2 * head) + sound + bytes(2 * tail))
    assert head - FRAME < verdict.kept.start <= head
    assert head + sounding <= verdict.kept.end < head + sounding + FRAME
