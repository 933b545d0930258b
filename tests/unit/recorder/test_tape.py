"""What of a stream goes on record, to the sample."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.recordings import LIVE_INTAKE
from voice_recordings.audio import g711
from voice_recordings.audio.format import PcmFormat
from voice_recordings.errors import (
    InvalidArgument,
    OffsetOutOfRange,
    RecordingNotPaused,
    RecordingPaused,
    TooManyPauses,
)
from voice_recordings.recorder.tape import MAX_PAUSES, Tape
from voice_recordings.recordings.live import Codec, Limits, Live, PauseMode
from voice_recordings.recordings.ports import Intake
from voice_recordings.recordings.recording import Reason

SKIP, SILENCE = PauseMode.SKIP, PauseMode.SILENCE


def intake(
    codec: Codec = Codec.LINEAR16, channels: int = 1, limits: Limits | None = None
) -> Intake:
    """An intake of a stream at 8 kHz."""
    live = Live(codec, limits or Limits())
    session = replace(LIVE_INTAKE.session, live=live)
    return Intake(PcmFormat(8000, channels), session)


def spoken(samples: int, *, loud: bool = True) -> bytes:
    """LINEAR16 of so many samples."""
    return (b"\x00\x30" if loud else b"\x01\x00") * samples


@given(
    audio=st.binary(max_size=400),
    codec=st.sampled_from([Codec.MULAW, Codec.ALAW]),
    cuts=st.lists(st.integers(0, 400), max_size=6),
    back=st.lists(st.integers(0, 50), min_size=8, max_size=8),
)
def test_pieces_sent_in_any_way_give_the_decoded_stream(
    audio: bytes, codec: Codec, cuts: list[int], back: list[int]
) -> None:
    """However it is cut, and however much is sent twice."""
    tape = Tape(intake(codec))
    ends = sorted({min(cut, len(audio)) for cut in cuts} | {len(audio)})
    got, start = b"", 0
    for end, again in zip(ends, back, strict=False):
        begin = max(0, start - again)
        got += tape.take(begin, audio[begin:end])
        start = end
    decode = g711.decode_mulaw if codec is Codec.MULAW else g711.decode_alaw
    assert got == decode(audio)
    assert tape.received == len(audio)


@given(data=st.data(), modes=st.lists(st.sampled_from(PauseMode), max_size=4))
def test_pauses_are_exact_to_the_sample(data: st.DataObject, modes: list[PauseMode]) -> None:
    """What comes out is the stream with its pauses cut out or zeroed, byte by byte."""
    audio = bytes(range(1, 251)) * 2
    tape = Tape(intake())
    expected, got, sent = bytearray(), b"", 0
    edges = sorted(
        2 * edge
        for edge in data.draw(
            st.lists(st.integers(0, 250), min_size=2 * len(modes), max_size=2 * len(modes))
        )
    )
    for mode, start, end in zip(modes, edges[::2], edges[1::2], strict=True):
        expected += audio[sent:start] + (bytes(end - start) if mode is SILENCE else b"")
        tape.live = tape.paused(mode, max(start, tape.received))
        middle = 2 * data.draw(st.integers(start // 2, end // 2))
        got += tape.take(tape.received, audio[tape.received : middle])
        tape.live = tape.resumed(max(end, tape.received))
        got += tape.take(tape.received, audio[tape.received : end])
        sent = end
    got += tape.take(tape.received, audio[tape.received :])
    assert got == bytes(expected) + audio[sent:]


def test_a_gap_names_the_offset_expected() -> None:
    """And changes nothing."""
    tape = Tape(intake())
    tape.take(0, spoken(4))
    with pytest.raises(OffsetOutOfRange) as refused:
        tape.take(10, spoken(1))
    assert refused.value.metadata == {"expectedOffset": "8"}
    assert tape.take(8, spoken(1)) == spoken(1)


@pytest.mark.parametrize(
    ("offset", "audio", "field"),
    [(0, b"abc", "audio"), (2, b"abcd", "offset"), (-4, b"abcd", "offset")],
    ids=["an odd number of bytes", "an odd offset", "a negative offset"],
)
def test_parts_of_samples_are_refused(offset: int, audio: bytes, field: str) -> None:
    """Four bytes make a sample of 16-bit stereo."""
    with pytest.raises(InvalidArgument) as refused:
        Tape(intake(channels=2)).take(offset, audio)
    assert refused.value.violations[0].field == field


def test_the_longest_duration_is_exact() -> None:
    """The sample that reaches it is the last, in the middle of a message."""
    tape = Tape(intake(Codec.MULAW, limits=Limits(max_duration=timedelta(seconds=1))))
    assert (len(tape.take(0, bytes(7000))), tape.limit) == (14000, None)
    assert len(tape.take(7000, bytes(7000))) == 2000
    assert (tape.limit, tape.received) == (Reason.MAX_DURATION, 8000)
    assert tape.take(8000, bytes(10)) == b""


def test_a_recording_ends_before_its_wav_is_too_large() -> None:
    """The header and the last sample still fit 2**31 - 1 bytes."""
    tape = Tape(intake(channels=2), spooled_bytes=2**31 - 1 - 44 - 3 - 8)
    pcm = tape.take(tape.received, bytes(400))
    assert tape.limit is Reason.TOO_LARGE
    assert len(pcm) == 8


def test_silence_ends_it_with_the_frame_that_completes_the_limit() -> None:
    """Counted from the last loud frame, across messages."""
    limits = Limits(silence_timeout=timedelta(seconds=0.1))
    tape = Tape(intake(limits=limits))
    audio = spoken(320) + spoken(640, loud=False) + spoken(160) + spoken(2000, loud=False)
    got = b"".join(
        tape.take(start, audio[start : start + 500]) for start in range(0, len(audio), 500)
    )
    assert tape.limit is Reason.SILENCE_TIMEOUT
    assert len(got) == 2 * (320 + 640 + 160 + 800)


def test_a_pause_is_not_silence() -> None:
    """What nobody may hear does not end a recording."""
    tape = Tape(intake(limits=Limits(silence_timeout=timedelta(seconds=0.1))))
    tape.live = tape.paused(SILENCE, None)
    tape.take(0, spoken(8000))
    tape.live = tape.resumed(None)
    tape.take(16000, spoken(160))
    assert tape.limit is None


def test_pausing_twice_and_resuming_unpaused_are_refused() -> None:
    """Each with its own reason."""
    tape = Tape(intake())
    with pytest.raises(RecordingNotPaused):
        tape.resumed(None)
    tape.live = tape.paused(SKIP, None)
    with pytest.raises(RecordingPaused):
        tape.paused(SKIP, None)


def test_a_pause_cannot_begin_in_what_has_been_received() -> None:
    """It may have reached a disk by then."""
    tape = Tape(intake())
    tape.take(0, spoken(100))
    with pytest.raises(OffsetOutOfRange) as refused:
        tape.paused(SKIP, 198)
    assert refused.value.metadata == {"expectedOffset": "200"}
    with pytest.raises(InvalidArgument):
        tape.paused(SKIP, 201)


def test_pauses_are_bounded() -> None:
    """So that what is kept of a session is."""
    tape = Tape(intake())
    for count in range(MAX_PAUSES):
        tape.live = tape.paused(SKIP, None)
        tape.take(2 * count, spoken(1))
        tape.live = tape.resumed(None)
    with pytest.raises(TooManyPauses):
        tape.paused(SKIP, None)


@given(spooled=st.integers(0, 60), edges=st.lists(st.integers(0, 60), min_size=2, max_size=2))
def test_a_tape_goes_on_from_a_spool(spooled: int, edges: list[int]) -> None:
    """Cut anywhere, even within a sample, the spool becomes what it would have been."""
    audio = bytes(range(1, 121))
    start, end = (2 * edge for edge in sorted(edges))
    made = intake()
    live = Live(Codec.LINEAR16).pause(SKIP, start).resume(end)
    made = Intake(made.format, replace(made.session, live=live))
    whole = Tape(made).take(0, audio)
    spool = whole[:spooled]
    tape = Tape(made, len(spool))
    assert spool + tape.take(tape.received, audio[tape.received :]) == whole


def test_a_tape_that_had_reached_its_limit_knows() -> None:
    """A crash before the end was kept does not make it longer."""
    made = intake(limits=Limits(max_duration=timedelta(seconds=1)))
    assert Tape(made, 16000).limit is Reason.MAX_DURATION
    assert Tape(made, 15998).limit is None
