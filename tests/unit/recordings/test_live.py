"""Offsets of a stream against what is recorded of it."""

from hypothesis import given
from hypothesis import strategies as st

from voice_recordings.recordings.live import Codec, Live, Pause, PauseMode

SKIP, SILENCE = PauseMode.SKIP, PauseMode.SILENCE


@st.composite
def streams(draw: st.DrawFn) -> Live:
    """Streams with up to five pauses, the last of them perhaps open."""
    ends = sorted(draw(st.lists(st.integers(0, 200), max_size=10)))
    spans = zip(ends[::2], ends[1::2], strict=False)
    pauses = [Pause(draw(st.sampled_from(PauseMode)), start, end) for start, end in spans]
    return Live(Codec.MULAW, pauses=tuple(pauses))


@given(stream=streams(), received=st.integers(0, 300))
def test_recorded_bytes_are_those_outside_skipped_pauses(stream: Live, received: int) -> None:
    """Counted one by one, it comes to the same."""
    one_by_one = sum(
        not any(
            pause.mode is SKIP and pause.start_offset <= offset < pause.end_offset
            for pause in stream.pauses
        )
        for offset in range(received)
    )
    assert stream.recorded(received) == one_by_one


@given(stream=streams(), received=st.integers(0, 300))
def test_a_stream_goes_on_where_it_was(stream: Live, received: int) -> None:
    """From the recorded bytes alone: never behind what was received, nor past audio to be kept."""
    recorded = stream.recorded(received)
    offset = stream.offset(recorded)
    assert offset >= received
    assert stream.recorded(offset) == recorded


def test_an_open_pause_swallows_everything() -> None:
    """Its end is only how far it is known to have reached."""
    stream = Live(Codec.MULAW).pause(SKIP, 100)
    assert stream.paused
    assert stream.recorded(500) == 100
    assert stream.offset(100) == 100
    assert stream.reached(300).offset(100) == 300


def test_a_pause_of_silence_keeps_its_place() -> None:
    """Every byte of it has a place in the recording."""
    stream = Live(Codec.MULAW).pause(SILENCE, 100).resume(200)
    assert (stream.recorded(300), stream.offset(300)) == (300, 300)


def test_a_resumed_pause_is_listed() -> None:
    """With both its ends."""
    stream = Live(Codec.MULAW).pause(SKIP, 100).reached(150).resume(160)
    assert stream.pauses == (Pause(SKIP, 100, 160),)
    assert not stream.paused


def test_a_pause_that_swallowed_nothing_is_forgotten() -> None:
    """As if it had never been asked for."""
    assert Live(Codec.MULAW).pause(SKIP, 100).resume(40).pauses == ()
