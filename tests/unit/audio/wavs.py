"""WAV files built byte by byte, right and wrong."""

import struct
from collections.abc import Iterable

from voice_recordings.audio.wav_reader import WavReader

EXTENSIBLE_TAIL = bytes.fromhex("000000001000800000aa00389b71")


def chunk(chunk_id: bytes, body: bytes, *, size: int | None = None) -> bytes:
    """One chunk, padded as it should be; `size` is what it claims."""
    claimed = len(body) if size is None else size
    return chunk_id + struct.pack("<I", claimed) + body + b"\0" * (len(body) % 2)


def fmt(
    tag: int = 1, channels: int = 1, rate: int = 8000, bits: int = 16, block: int | None = None
) -> bytes:
    """A format chunk of 16 bytes."""
    frame = channels * bits // 8 if block is None else block
    return chunk(
        b"fmt ", struct.pack("<HHIIHH", tag, channels, rate, rate * frame % 2**32, frame, bits)
    )


def extensible(tag: int, channels: int, bits: int, *, tail: bytes = EXTENSIBLE_TAIL) -> bytes:
    """A format chunk of WAVE_FORMAT_EXTENSIBLE, for 8 kHz."""
    frame = channels * bits // 8
    head = struct.pack("<HHIIHH", 0xFFFE, channels, 8000, 8000 * frame, frame, bits)
    return chunk(b"fmt ", head + struct.pack("<HHIH", 22, bits, 3, tag) + tail)


def riff(*chunks: bytes, form: bytes = b"RIFF") -> bytes:
    """A file of these chunks; its own size is a lie, as nobody should believe it."""
    return form + b"\x0b\xad\xf0\x0d" + b"WAVE" + b"".join(chunks)


def wav(audio: bytes, *, claimed: int | None = None, tail: bytes = b"", **format_: int) -> bytes:
    """A plain WAV of this audio."""
    return riff(fmt(**format_), chunk(b"data", audio, size=claimed), tail)


def read(file: bytes, *, piece_bytes: int | None = None) -> tuple[bytes, WavReader]:
    """The PCM of a file, and the reader that read it."""
    size = piece_bytes or max(len(file), 1)
    return read_pieces(file[at : at + size] for at in range(0, len(file), size))


def read_pieces(pieces: Iterable[bytes]) -> tuple[bytes, WavReader]:
    """The PCM of a file that comes in pieces, and the reader that read it."""
    reader = WavReader()
    pcm = b"".join([reader.feed(piece) for piece in pieces])
    return pcm + reader.finish(), reader


def note_kinds(reader: WavReader) -> list[str]:
    """What was noted, by name."""
    return [note.kind.name for note in reader.notes]
