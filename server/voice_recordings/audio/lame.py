"""LAME, by the C interface within the library that lameenc brings along.

lameenc itself leaves the choice of the stereo mode to LAME, which takes joint
stereo. Where its library shows the C interface, which is everywhere but on
Windows, the mode can be chosen. See docs/decisions/0004.
"""

import ctypes
import functools
import weakref
from dataclasses import replace
from typing import Protocol

from voice_recordings.audio.mp3_frame import Mp3Format

QUALITY = 5

# The Info frame is ours.
_NO_TAG = 0
# What LAME asks for beside a quarter more than there are samples.
_SPARE_BYTES = 7200


class Lame(Protocol):
    """An encoder for one recording; used by one thread at a time, without the interpreter's lock.

    Raises RuntimeError when LAME fails.
    """

    def encode(self, pcm: bytes, /) -> bytes | bytearray:
        """Takes whole samples; the MP3 frames that are complete."""
        ...

    def flush(self) -> bytes | bytearray:
        """The last MP3 frames."""
        ...


def as_written(wanted: Mp3Format) -> Mp3Format:
    """The format as it can be written here: where the mode has no choice, in joint stereo."""
    if c_interface() is None and wanted.audio.channel_count > 1:
        return replace(wanted, joint_stereo=True)
    return wanted


def start_lame(wanted: Mp3Format) -> Lame:
    """An encoder that writes what `as_written` says, at constant bitrate."""
    library = c_interface()
    return WithMode(library, wanted) if library else bundled(wanted)


@functools.cache
def c_interface() -> ctypes.CDLL | None:
    """LAME's C interface, if lameenc's library shows it."""
    import lameenc  # noqa: PLC0415 - loaded when first used, for a quick start

    library = ctypes.CDLL(lameenc.__file__)
    try:
        library.lame_init.restype = ctypes.c_void_p
    except AttributeError:
        return None
    encoder, number, pcm = ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p
    for name in _SETTINGS:
        getattr(library, f"lame_set_{name}").argtypes = (encoder, number)
    for silenced in _REPORTS:
        getattr(library, f"lame_set_{silenced}").argtypes = (encoder, ctypes.c_void_p)
    library.lame_init_params.argtypes = (encoder,)
    library.lame_close.argtypes = (encoder,)
    output = (ctypes.c_void_p, number)
    library.lame_encode_buffer.argtypes = (encoder, pcm, pcm, number, *output)
    library.lame_encode_buffer_interleaved.argtypes = (encoder, pcm, number, *output)
    library.lame_encode_flush.argtypes = (encoder, *output)
    return library


_SETTINGS = ("num_channels", "in_samplerate", "brate", "quality", "mode", "bWriteVbrTag")
_REPORTS = ("errorf", "debugf", "msgf")


class WithMode:
    """A `Lame` whose stereo mode is the one that was asked for."""

    def __init__(self, library: ctypes.CDLL, wanted: Mp3Format) -> None:
        self._library = library
        self._channels = wanted.audio.channel_count
        self._frame_bytes = wanted.audio.frame_bytes
        self._output = bytearray()
        self._encoder = library.lame_init()
        if not self._encoder:
            raise RuntimeError("LAME does not start")
        weakref.finalize(self, library.lame_close, self._encoder)
        values = (
            self._channels,
            wanted.audio.sample_rate_hertz,
            wanted.kilobits_per_second,
            QUALITY,
            wanted.stereo_mode,
            _NO_TAG,
        )
        for name, value in zip(_SETTINGS, values, strict=True):
            _checked(getattr(library, f"lame_set_{name}")(self._encoder, value))
        for report in _REPORTS:
            getattr(library, f"lame_set_{report}")(self._encoder, None)
        _checked(library.lame_init_params(self._encoder))

    def encode(self, pcm: bytes, /) -> bytes:
        """Takes whole samples; see `Lame.encode`."""
        samples = len(pcm) // self._frame_bytes
        output = self._room(samples)
        if self._channels > 1:
            return self._taken(
                self._library.lame_encode_buffer_interleaved(self._encoder, pcm, samples, *output)
            )
        return self._taken(
            self._library.lame_encode_buffer(self._encoder, pcm, pcm, samples, *output)
        )

    def flush(self) -> bytes:
        """The last frames; see `Lame.flush`."""
        return self._taken(self._library.lame_encode_flush(self._encoder, *self._room(0)))

    def _room(self, samples: int) -> tuple[object, int]:
        """Where LAME may write what these samples become, and how much."""
        size = samples * 5 // 4 + _SPARE_BYTES
        if len(self._output) < size:
            self._output = bytearray(size)
        return (ctypes.c_char * size).from_buffer(self._output), size

    def _taken(self, written: int) -> bytes:
        return bytes(memoryview(self._output)[: _checked(written)])


def bundled(wanted: Mp3Format) -> Lame:
    """A `Lame` as lameenc makes it: joint stereo for two channels."""
    import lameenc  # noqa: PLC0415 - loaded when first used, for a quick start

    encoder = lameenc.Encoder()
    encoder.set_channels(wanted.audio.channel_count)
    encoder.set_in_sample_rate(wanted.audio.sample_rate_hertz)
    encoder.set_bit_rate(wanted.kilobits_per_second)
    encoder.set_quality(QUALITY)
    encoder.silence()
    made: Lame = encoder
    return made


def _checked(answer: int) -> int:
    if answer < 0:
        raise RuntimeError(f"LAME failed with {answer}")
    return answer
