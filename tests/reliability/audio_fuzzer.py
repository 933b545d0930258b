"""A million inputs, guided by coverage, into the readers that take strangers' bytes.

    python tests/reliability/audio_fuzzer.py [RUNS [FOLDER]]

Run by test_audio_fuzzing.py in a process of its own, as atheris ends the process
it runs in. The folder gets what it finds worth keeping. An input that raises
anything but NotAudio, that takes over a second, or that reads differently in one
piece than in two, ends it with a report.
"""

import sys
import time
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["voice_recordings.audio"]):
    from voice_recordings.audio import headers, riff, wav_format, wav_reader
    from voice_recordings.errors import NotAudio

MAX_INPUT_BYTES = 512
# Of CPU; the fuzzer's own clock is the wall's, and a busy machine may keep it waiting.
HANG_SECONDS = 1.0
STUCK_SECONDS = 60
SEEDS = (
    b"RIFF$\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0@\x1f\0\0\x80>\0\0\2\0\x10\0data\x08\0\0\0abcdefgh",
    b"RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0" + bytes(28) + b"fmt \x10\0\0\0",
    b"fLaC\0\0\0\x22" + bytes(34),
    b"OggS\0\2" + bytes(20) + b"\x01\x1e\x01vorbis" + bytes(24),
    b"OggS\0\2" + bytes(20) + b"\x01\x13OpusHead\x01\x02" + bytes(9),
    b"ID3\4\0\0\0\0\0\0\xff\xfb\x90\x64" + bytes(413) + b"\xff\xfb\x90\x64",
)


def read(pieces: tuple[bytes, ...]) -> tuple[bytes, object] | None:
    """The samples of a WAV that comes in pieces, and its notes; None if it is none."""
    reader = wav_reader.WavReader()
    try:
        pcm = b"".join([reader.feed(piece) for piece in pieces])
        pcm += reader.finish()
    except NotAudio:
        return None
    if reader.source is None or len(pcm) % reader.source.pcm.frame_bytes:
        raise AssertionError("samples without a source, or half of one")
    return pcm, tuple(reader.notes)


def try_one(data: bytes) -> None:
    """One input, as WAV whole and in two, as a format chunk, and as the head of another file."""
    began = time.process_time()
    cut = data[0] if data else 0
    if read((data[1:],)) != read((data[1 : cut + 1], data[cut + 1 :])):
        raise AssertionError("the pieces matter")
    for understand in (headers.read_head, wav_format.parse_format):
        try:
            understand(data)
        except NotAudio:
            continue
    riff.chunk_follows(bytearray(data), min(cut, len(data)), odd=bool(cut % 2), at_end=True)
    if headers.id3_bytes(data) < 0:
        raise AssertionError("a tag of less than nothing")
    if time.process_time() - began > HANG_SECONDS:
        raise AssertionError("it took too long")


def main() -> None:
    """Runs until it has tried so many, or one is wrong."""
    runs = sys.argv[1] if len(sys.argv) > 1 else "1000000"
    options = [f"-atheris_runs={runs}", f"-max_len={MAX_INPUT_BYTES}", f"-timeout={STUCK_SECONDS}"]
    folders = [Path(folder) for folder in sys.argv[2:]]
    for folder in folders:
        for number, seed in enumerate(SEEDS):
            (folder / f"seed-{number}").write_bytes(b"\x1e" + seed)
    atheris.Setup([sys.argv[0], *options, "-print_final_stats=1", *map(str, folders)], try_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
