"""The decoding process: a file on standard input, its samples on standard output.

Run by `decoder.Decoders` as `python -m voice_recordings.recorder.decoding.worker`.
libsndfile reads what a stranger wrote; should that go wrong, only this process
and this one file are lost.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from typing import IO, Any, BinaryIO

import numpy as np
import numpy.typing as npt
import soundfile

from voice_recordings.audio import pcm
from voice_recordings.audio.format import MAX_CHANNEL_COUNT
from voice_recordings.recorder.decoding import limits, wire

_COPY_BYTES = 256 * 1024
_BLOCK_SAMPLES = 16 * 1024
# libsndfile says that it does not know by a number near its largest.
_UNKNOWN_SAMPLES = 2**62
_OGG_HEAD_BYTES, _LARGEST_OGG_PAGE_BYTES, _OGG_END_OF_STREAM = 27, 27 + 255 + 255 * 255, 0x04
_CONTAINERS = {"FLAC", "OGG", "MP3"}
# Integers are read as integers, so that they stay exact; all else as it is decoded.
_READ_AS: dict[str, tuple[type[np.generic], pcm.SampleCodec]] = {
    "PCM_S8": (np.int16, pcm.INTEGER_CODECS[16]),
    "PCM_16": (np.int16, pcm.INTEGER_CODECS[16]),
    "PCM_24": (np.int32, pcm.INTEGER_CODECS[32]),
}
_READ_AS_FLOAT = (np.float32, pcm.FLOAT_CODECS[32])


class _FromFirstToLast(soundfile.SoundFile):  # type: ignore[misc] # it has no types
    """A file that is read in one go.

    soundfile seeks to where it is after every read; libsndfile then decodes
    what is there, and where a FLAC has been cut off that fails.
    """

    def seekable(self) -> bool:
        """Not for us."""
        return False


class _Decoding:
    """One file being read block by block; remembers what went wrong at its end."""

    def __init__(self, sound: Any) -> None:
        self.limited_samples = 0
        self.damage = ""
        self._sound = sound
        dtype, self._codec = _READ_AS.get(sound.subtype, _READ_AS_FLOAT)
        self._block: npt.NDArray[Any] = np.zeros((_BLOCK_SAMPLES, sound.channels), dtype)

    def blocks(self) -> Iterator[bytes]:
        """PCM 16, until the end or the first thing that cannot be decoded."""
        position = 0
        while not self.damage:
            try:
                count = len(self._sound.read(out=self._block))
            except soundfile.LibsndfileError as error:
                # What was decoded before the damage is in the block all the same.
                self.damage = wire.shortened(error.error_string)
                count = max(min(self._sound.tell() - position, _BLOCK_SAMPLES), 0)
            if not count:
                return
            position += count
            audio, limited = self._codec.to_pcm16(self._block[:count].tobytes())
            self.limited_samples += limited
            yield audio


def main() -> None:
    """Decodes one file and ends."""
    try:
        _decode_input()
    except OSError:
        # The folder for temporary files is full, or there is none.
        sys.exit(wire.NO_TEMPORARY_FILE_STATUS)


def _decode_input() -> None:
    # The one file it keeps has no name, so that nothing is left however it ends.
    with tempfile.TemporaryFile() as file:
        limits.restrict()
        try:
            while data := sys.stdin.buffer.read(_COPY_BYTES):
                file.write(data)
            decode(file, sys.stdout.buffer)
        except MemoryError:
            sys.exit(wire.OUT_OF_MEMORY_STATUS)


def decode(file: IO[bytes], out: BinaryIO) -> None:
    """Writes what becomes of a file as messages of `wire`."""
    file.flush()
    lacks_end = _lacks_ogg_end(file)
    file.seek(0)
    try:
        with _FromFirstToLast(file.fileno(), closefd=False) as sound:
            if sound.format not in _CONTAINERS:
                problem = f"it is a {sound.format} file"
            elif sound.channels > MAX_CHANNEL_COUNT:
                problem = f"it has {sound.channels} channels"
            else:
                problem = _stream(sound, out, lacks_end=lacks_end)
    except soundfile.LibsndfileError as error:
        problem = f"it cannot be decoded: {error.error_string}"
    if problem:
        refused = wire.Refused(wire.shortened(problem))
        _send(out, wire.pack_fields(wire.Kind.REFUSED, refused))


def _stream(sound: Any, out: BinaryIO, *, lacks_end: bool) -> str:
    """Sends format, audio and end; or nothing, and the reason, if not one block is good."""
    decoding = _Decoding(sound)
    blocks = decoding.blocks()
    first = next(blocks, b"")
    if not first and decoding.damage:
        return f"it cannot be decoded: {decoding.damage}"
    # Of an MP3 it only guesses; the file's Info frame, if it has one, knows better.
    knows = sound.format != "MP3" and sound.frames < _UNKNOWN_SAMPLES
    claimed = sound.frames if knows else None
    if not first and claimed:
        return f"it cannot be decoded: none of the {claimed} samples it claims was found"
    said = wire.Format(sound.samplerate, sound.channels, claimed)
    _send(out, wire.pack_fields(wire.Kind.FORMAT, said))
    while first:
        _send(out, wire.pack(wire.Kind.AUDIO, first))
        first = next(blocks, b"")
    damage = decoding.damage
    if not damage and lacks_end and sound.format == "OGG":
        damage = "its last page is missing"
    end = wire.End(decoding.limited_samples, damage)
    _send(out, wire.pack_fields(wire.Kind.END, end))
    return ""


def _lacks_ogg_end(file: IO[bytes]) -> bool:
    """Whether the last page of an Ogg file is cut or is not said to be the last (RFC 3533 §6).

    libsndfile takes whatever comes last for the end.
    """
    file.seek(max(0, file.seek(0, os.SEEK_END) - _LARGEST_OGG_PAGE_BYTES))
    tail = file.read()
    page = tail[max(0, tail.rfind(b"OggS")) :]
    if len(page) < _OGG_HEAD_BYTES:
        return True
    head_bytes = _OGG_HEAD_BYTES + page[_OGG_HEAD_BYTES - 1]
    whole_bytes = head_bytes + sum(page[_OGG_HEAD_BYTES:head_bytes])
    return len(page) < whole_bytes or not page[5] & _OGG_END_OF_STREAM


def _send(out: BinaryIO, message: bytes) -> None:
    out.write(message)
    out.flush()


if __name__ == "__main__":
    main()
