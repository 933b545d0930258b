import struct

import pytest

from voice_recordings.audio import lame
from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.lame import WithMode, bundled, c_interface, start_lame
from voice_recordings.audio.mp3 import Mp3Encoder
from voice_recordings.audio.mp3_frame import SAMPLE_RATES_HERTZ, Mp3Format
from voice_recordings.audio.speech import speak_call

PLAIN, JOINT, MONO = 0b00, 0b01, 0b11


def written(encoder: lame.Lame, pcm: bytes) -> bytes:
    """All that an encoder makes of these samples, given in two pieces."""
    half = len(pcm) // 8 * 4
    return bytes(encoder.encode(pcm[:half]) + encoder.encode(pcm[half:]) + encoder.flush())


def modes(mp3: bytes, wanted: Mp3Format) -> set[int]:
    """The stereo modes in the headers of all frames, found by the first one's sync word."""
    found, at = set(), 0
    while at < len(mp3):
        (header,) = struct.unpack_from(">I", mp3, at)
        assert mp3[at : at + 2] == mp3[:2]
        found.add(header >> 6 & 0b11)
        at += wanted.frame_bytes + (header >> 9 & 1)
    return found


@pytest.mark.parametrize("rate", SAMPLE_RATES_HERTZ)
def test_writes_what_lameenc_writes_where_the_mode_is_the_same(rate: int) -> None:
    """Of one channel, byte for byte: all but the mode is set alike."""
    wanted = Mp3Format.of(PcmFormat(rate, 1))
    pcm = b"".join(speak_call(wanted.audio, 2, seed=4))
    library = c_interface()
    assert library is not None
    assert written(WithMode(library, wanted), pcm) == written(bundled(wanted), pcm)


@pytest.mark.parametrize("rate", [11_025, 24_000, 48_000])
def test_few_bits_are_shared(rate: int) -> None:
    """Joint stereo where there are fewer than four bits a sample, as lameenc writes it."""
    wanted = Mp3Format.of(PcmFormat(rate, 2))
    assert wanted.joint_stereo
    pcm = b"".join(speak_call(wanted.audio, 2, seed=4))
    made = written(start_lame(wanted), pcm)
    assert made == written(bundled(wanted), pcm)
    assert modes(made, wanted) == {JOINT}


@pytest.mark.parametrize(
    ("audio", "mode"),
    [(PcmFormat(8000, 2), PLAIN), (PcmFormat(16_000, 2), PLAIN), (PcmFormat(8000, 1), MONO)],
    ids=str,
)
def test_the_legs_of_a_call_are_kept_apart(audio: PcmFormat, mode: int) -> None:
    """Every frame says so, the Info frame too."""
    encoder = Mp3Encoder(audio)
    body = encoder.encode(b"".join(speak_call(audio, 3, seed=5))) + encoder.finish()
    assert modes(encoder.info_frame() + body, encoder.format) == {mode}


def test_without_the_c_interface_it_is_joint_stereo(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows, whose lameenc hides it; the Info frame says what the others are."""
    monkeypatch.setattr(lame, "c_interface", lambda: None)
    audio = PcmFormat(8000, 2)
    encoder = Mp3Encoder(audio)
    body = encoder.encode(b"".join(speak_call(audio, 3, seed=5))) + encoder.finish()
    assert modes(encoder.info_frame() + body, encoder.format) == {JOINT}


def test_what_lame_refuses_is_an_error() -> None:
    """Rather than an encoder that writes something else."""
    with pytest.raises(RuntimeError, match="LAME failed with -1"):
        start_lame(Mp3Format(PcmFormat(8000, 3), 64, joint_stereo=False))
