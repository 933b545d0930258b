"""The chunks of a WAV (RIFF, RF64, BW64) that a stranger wrote.

A chunk is a four-letter id, a size, and so many bytes, padded to an even count
by writers that keep the rule. No size is believed further than the bytes that
come.
"""

import struct
from typing import TYPE_CHECKING

from voice_recordings.audio.claims import not_audio
from voice_recordings.audio.wav_format import (
    EXTENSIBLE_CHUNK_MIN_BYTES,
    WavFormat,
    parse_format,
)

if TYPE_CHECKING:
    from collections.abc import Callable

# Embedded pictures and broadcast metadata may stand before the audio; this is room for them.
MAX_HEADER_BYTES = 16 * 2**20
MAX_HEADER_CHUNKS = 1_000
# How far an unknown chunk behind the audio is followed to see whether it is one.
LOOKAHEAD_BYTES = 64 * 2**10

_ALL_ONES = 0xFFFFFFFF
# Writers to a pipe that cannot come back put the largest size they dare to.
_PLACEHOLDER_FROM = 0x7FFF0000
_HEAD_BYTES = 8
_RIFF_BYTES = 12
_DS64_MIN_BYTES = 16
_ID_BYTES = 4
_LONG_FORMS = {b"RF64", b"BW64"}
_CHUNK_IDS = frozenset(
    b"fmt |data|fact|LIST|JUNK|junk|PAD |FLLR|bext|iXML|aXML|axml|chna|cart|id3 |ID3 |cue |"
    b"plst|smpl|inst|acid|PEAK|DISP|levl|link|umid|_PMX|minf|elm1|regn|afsp|ds64|r64m|slnt|"
    b"note|labl|ltxt|adtl|strc|tlst|CSET|Fake|SAUR|LGWV|ResU|bwav|SNDM|MD5 |AFAn|PAL |THMB".split(
        b"|"
    )
)


class RiffWalk:
    """Walks the chunks up to the audio, fed from the front of a buffer."""

    def __init__(self) -> None:
        self.format: WavFormat | None = None
        self.data_bytes: int | None = None
        """What the data chunk claims to hold; None when it does not say."""
        self.placeholder = False
        """Whether that size looks like one put there to be corrected later."""
        self._step: Callable[[bytearray], bool] | None = self._read_riff
        self._chunk_id = b"RIFF"
        self._long_form = False
        self._long_data_bytes: int | None = None
        self._consumed_bytes = 0
        self._chunk_count = 0
        self._skip_bytes = 0
        self._padded = False

    def read(self, buffer: bytearray) -> bool:
        """Takes what it understands; True once the buffer begins with audio.

        Raises NotAudio.
        """
        while self._step is not None:
            if not self._step(buffer):
                return False
        return True

    def end(self, buffer: bytearray) -> None:
        """Raises the NotAudio of a file that ends before its audio begins."""
        if not self._consumed_bytes:
            _check_magic(bytes(buffer))
            raise not_audio("the WAV file ends within its header")
        if self._step == self._read_format:
            raise not_audio("it ends within its format chunk")
        if self._skip_bytes:
            raise not_audio(
                f"it ends within its {_named(self._chunk_id)} chunk, "
                f"{self._skip_bytes} bytes early, and before any audio"
            )
        raise not_audio("it has no data chunk")

    def _take(self, buffer: bytearray, count: int) -> bytes:
        taken = bytes(buffer[:count])
        del buffer[:count]
        self._consumed_bytes += count
        return taken

    def _read_riff(self, buffer: bytearray) -> bool:
        if len(buffer) < _RIFF_BYTES:
            if len(buffer) >= _ID_BYTES:
                _check_magic(bytes(buffer))
            return False
        head = self._take(buffer, _RIFF_BYTES)
        _check_magic(head)
        self._long_form = head[:_ID_BYTES] in _LONG_FORMS
        self._step = self._read_chunk
        return True

    def _read_chunk(self, buffer: bytearray) -> bool:
        if len(buffer) < _HEAD_BYTES + self._padded:
            return False
        if self._padded and not (buffer[0] and bytes(buffer[:_ID_BYTES]) in _CHUNK_IDS):
            self._take(buffer, 1)
        self._padded = False
        self._chunk_id, size = struct.unpack("<4sI", self._take(buffer, _HEAD_BYTES))
        self._chunk_count += 1
        if self._chunk_count > MAX_HEADER_CHUNKS:
            raise not_audio(f"it has more than {MAX_HEADER_CHUNKS} chunks before its audio")
        self._enter(self._chunk_id, size)
        return True

    def _enter(self, chunk_id: bytes, size: int) -> None:
        if chunk_id == b"data":
            self._begin_audio(size)
            return
        if self._consumed_bytes + size > MAX_HEADER_BYTES:
            raise not_audio(
                f"its {_named(chunk_id)} chunk claims {size} bytes; "
                f"audio must begin within the first {MAX_HEADER_BYTES}"
            )
        self._skip_bytes = size
        self._padded = size % 2 == 1
        if chunk_id == b"fmt ":
            self._step = self._read_format
        elif chunk_id == b"ds64" and self._long_form and size >= _DS64_MIN_BYTES:
            self._step = self._read_long_sizes
        else:
            self._step = self._skip

    def _skip(self, buffer: bytearray) -> bool:
        self._skip_bytes -= len(self._take(buffer, min(self._skip_bytes, len(buffer))))
        if self._skip_bytes:
            return False
        self._step = self._read_chunk
        return True

    def _read_format(self, buffer: bytearray) -> bool:
        wanted = min(self._skip_bytes, EXTENSIBLE_CHUNK_MIN_BYTES)
        if len(buffer) < wanted:
            return False
        if self.format is not None:
            raise not_audio("it has two format chunks")
        self.format = parse_format(self._take(buffer, wanted))
        self._skip_bytes -= wanted
        self._step = self._skip
        return True

    def _read_long_sizes(self, buffer: bytearray) -> bool:
        if len(buffer) < _DS64_MIN_BYTES:
            return False
        _, self._long_data_bytes = struct.unpack("<QQ", self._take(buffer, _DS64_MIN_BYTES))
        self._skip_bytes -= _DS64_MIN_BYTES
        self._step = self._skip
        return True

    def _begin_audio(self, size: int) -> None:
        if self.format is None:
            raise not_audio("its data chunk comes before its format chunk")
        if size == _ALL_ONES:
            # All ones in 64 bits, or no 64-bit size at all: it does not say.
            long_size = self._long_data_bytes if self._long_form else None
            self.data_bytes = None if long_size in {None, 2**64 - 1} else long_size
        else:
            self.data_bytes = size
            self.placeholder = size >= _PLACEHOLDER_FROM
        self._step = None


def chunk_follows(buffer: bytearray, start: int, *, odd: bool, at_end: bool) -> bool | None:
    """Whether a chunk, or the end of the file, stands at `start` rather than audio.

    `odd`: a padding byte may come first. None: more bytes are needed to tell,
    never more than `LOOKAHEAD_BYTES` and a few.
    """
    ends = {b"", b"\0"} if odd else {b""}
    if at_end and bytes(buffer[start : start + 2]) in ends:
        return True
    starts = (start, start + 1) if odd else (start,)
    answers = [_chunk_at(buffer, at, at_end=at_end) for at in starts]
    if True in answers:
        return True
    return None if None in answers else False


def _chunk_at(buffer: bytearray, start: int, *, at_end: bool) -> bool | None:
    undecided = False if at_end else None
    if len(buffer) < start + _HEAD_BYTES:
        return undecided
    chunk_id, size = struct.unpack_from("<4sI", buffer, start)
    if chunk_id in _CHUNK_IDS:
        return True
    if size > LOOKAHEAD_BYTES or not _printable(chunk_id):
        return False
    # An id nobody knows is one if the end of the file, or a known one, is where it says.
    end = start + _HEAD_BYTES + size
    ends = {end, end + size % 2}
    if at_end and len(buffer) in ends:
        return True
    if any(bytes(buffer[end : end + _ID_BYTES]) in _CHUNK_IDS for end in ends):
        return True
    return False if len(buffer) >= max(ends) + _ID_BYTES else undecided


def _check_magic(head: bytes) -> None:
    form = head[:_ID_BYTES]
    if not head:
        raise not_audio("the file is empty")
    if form == b"RIFX":
        raise not_audio("it is a big-endian WAV (RIFX), which is not supported")
    whole_forms = {b"RIFF", *_LONG_FORMS}
    if not any(whole[: len(form)] == form for whole in whole_forms):
        raise not_audio("it is not a WAV file: it does not begin with RIFF")
    kind = head[_HEAD_BYTES:_RIFF_BYTES]
    if len(kind) == _ID_BYTES and kind != b"WAVE":
        raise not_audio(f"it is a RIFF file of the kind {_named(kind)}, not a WAV file")


def _printable(chunk_id: bytes) -> bool:
    return chunk_id.isascii() and chunk_id.decode("ascii").isprintable()


def _named(chunk_id: bytes) -> str:
    return repr(chunk_id.decode("ascii", "backslashreplace"))
