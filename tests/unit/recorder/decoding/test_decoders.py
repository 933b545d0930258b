"""Decoding in real processes, good ones and bad ones."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from support.children import children as all_children
from support.encoded_files import CODECS, encode, flac_of_silence, speech
from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.headers import Head, read_head
from voice_recordings.audio.notes import Note
from voice_recordings.clock import Clock, ManualClock, SystemClock
from voice_recordings.errors import DecodeFailed, DecoderLost
from voice_recordings.recorder.decoding.decoders import WORKER, Decoders, Patience

STEREO = PcmFormat(8000, 2)
GOOD = encode("flac", STEREO, speech(STEREO, 2.0))


async def pieces(file: bytes, piece_bytes: int = 10_000) -> AsyncIterator[bytes]:
    """A file as it comes out of the spool."""
    for at in range(0, len(file), piece_bytes):
        yield file[at : at + piece_bytes]


async def decoded(
    file: bytes,
    *,
    head: Head | None = None,
    clock: Clock | None = None,
    command: tuple[str, ...] = WORKER,
) -> tuple[bytes, tuple[Note, ...]]:
    """The PCM of a file, and what was noticed."""
    clock = clock or SystemClock()
    decoders = Decoders(clock, at_once=1, command=command)
    pcm = bytearray()

    async def sink(piece: bytes) -> None:
        pcm.extend(piece)

    try:
        notes = await decoders.decode(head or read_head(file), pieces(file), sink)
    finally:
        await clock.close()
    return bytes(pcm), notes


def script(tmp_path: Path, code: str) -> tuple[str, ...]:
    """A process that does this instead of decoding."""
    path = tmp_path / "worker.py"
    path.write_text(code)
    return (sys.executable, str(path))


@pytest.mark.parametrize("audio", [STEREO, PcmFormat(48_000, 1)], ids=str)
@pytest.mark.parametrize("codec", list(CODECS))
async def test_decodes_every_codec(codec: str, audio: PcmFormat) -> None:
    """All the samples come out; those of a lossless file exactly."""
    pcm = speech(audio, 3.0)
    out, notes = await decoded(encode(codec, audio, pcm))
    assert notes == ()
    if codec.startswith("flac"):
        assert out == pcm
    else:
        assert len(out) == len(pcm)
        assert loudness(out) == pytest.approx(loudness(pcm), rel=0.6)


def loudness(pcm: bytes) -> float:
    """The mean square of samples."""
    samples = memoryview(pcm).cast("h")
    return sum(sample * sample for sample in samples) / len(samples)


@pytest.mark.parametrize("kept", [0.3, 0.5, 0.8])
@pytest.mark.parametrize("codec", list(CODECS))
async def test_what_is_before_the_damage_is_kept(codec: str, kept: float) -> None:
    """A file cut off gives about as much of its samples, and a note."""
    pcm = speech(STEREO, 20.0)
    file = encode(codec, STEREO, pcm)
    out, notes = await decoded(file[: int(len(file) * kept)])
    assert kept - 0.2 < len(out) / len(pcm) < kept + 0.1
    if codec.startswith("flac"):
        assert pcm.startswith(out)
    assert [note.kind.name for note in notes] == ["DATA_TRUNCATED"]


SERVERS: set[int] = set()


@pytest.fixture(autouse=True)
def servers_of_other_tests() -> None:
    """Databases that other tests have started are none of these tests' business."""
    SERVERS.clear()
    SERVERS.update(all_children())


async def test_a_long_silence_takes_little() -> None:
    """Ten minutes at 48 kHz out of less than 10 kB, within the limits."""
    file = flac_of_silence(600 * 48_000)
    assert len(file) < 10_000
    out, notes = await decoded(file)
    assert notes == ()
    assert len(out) == 600 * 48_000 * 4
    assert not any(out)


async def test_a_file_that_is_not_what_it_seems_is_refused() -> None:
    """A good head and rubbish behind it."""
    with pytest.raises(DecodeFailed, match="refused: it cannot be decoded"):
        await decoded(GOOD[:42] + os.urandom(5000))


async def test_another_format_than_the_head_says_is_refused() -> None:
    """The resource has been promised what the head says."""
    mono = read_head(encode("flac", PcmFormat(8000, 1), bytes(2000)))
    with pytest.raises(DecodeFailed, match="8000 Hz and 1 channels, but 8000 Hz and 2"):
        await decoded(GOOD, head=mono)


# Behind it the parent is no longer busy with writing, which a process that is gone breaks off.
READS = "import sys; sys.stdin.buffer.read(); "
BAD = {
    "killed": ("import os; os.kill(os.getpid(), 9)", "ended by SIGKILL"),
    "crashed": ("import os; os.abort()", "ended by SIGABRT"),
    "silent": ("", "status 0"),
    "babbling": (READS + "print('x' * 1000)", "cannot be true"),
    "boasting": (READS + r"sys.stdout.buffer.write(b'A\xff\xff\xff\xff')", "cannot be true"),
    "out of order": (READS + r"sys.stdout.buffer.write(b'A\0\0\0\0')", "cannot be true"),
    "half a message": (r"import sys; sys.stdout.buffer.write(b'F\x09\0\0\0{')", "status 0"),
    "eats memory": (
        """
from voice_recordings.recorder.decoding import limits, wire

limits.restrict()
hoard = []
try:
    while True:
        hoard.append(bytearray(2**20))
except MemoryError:
    hoard.clear()
    raise SystemExit(wire.OUT_OF_MEMORY_STATUS)
""",
        "ran out of the memory",
    ),
    "computes for ever": (
        """
from voice_recordings.recorder.decoding import limits

limits.restrict(cpu_seconds=1)
while True:
    pass
""",
        r"used up the time|ended by SIGKILL",
    ),
}
# No fault of the file's.
LOST = {
    "gave up": ("raise SystemExit(7)", "status 7"),
    "has no temporary folder": (
        """
import tempfile
from voice_recordings.recorder.decoding import worker

tempfile.tempdir = "/there/is/none"
worker.main()
""",
        "could not keep the file in its temporary folder",
    ),
    "has no room": (
        """
import resource
from voice_recordings.recorder.decoding import worker

resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
worker.main()
""",
        "could not keep the file in its temporary folder",
    ),
    "opens files": (
        """
from voice_recordings.recorder.decoding import limits

limits.restrict()
open("/dev/null")
""",
        "status 1",
    ),
}
DRAGS_ON = """
import sys

sys.stdin.buffer.read()
out = sys.stdout.buffer
fields = b'{"sample_rate_hertz": 8000, "channel_count": 2, "samples": null}'
out.write(b"F" + len(fields).to_bytes(4, "little") + fields)
while True:
    out.write(b"A\\x04\\0\\0\\0abcd")
    out.flush()
"""


@pytest.mark.parametrize(("code", "message"), BAD.values(), ids=BAD.keys())
async def test_a_process_that_fails_is_told_of(code: str, message: str, tmp_path: Path) -> None:
    """By how it failed; it is gone, and the next file is decoded."""
    with pytest.raises(DecodeFailed, match=message):
        await decoded(GOOD, command=script(tmp_path, code))
    assert children() == set()
    out, _ = await decoded(GOOD)
    assert len(out) == 2 * 8000 * 4


@pytest.mark.parametrize(("code", "message"), LOST.values(), ids=LOST.keys())
async def test_what_ails_the_machine_is_not_the_files_fault(
    code: str, message: str, tmp_path: Path
) -> None:
    """Another try may come to more; the process is gone all the same."""
    with pytest.raises(DecoderLost, match=message):
        await decoded(GOOD, command=script(tmp_path, code))
    assert children() == set()


async def test_a_process_that_cannot_be_started_is_not_the_files_fault(tmp_path: Path) -> None:
    """Whatever the system has against it; the next file has its turn."""
    clock = SystemClock()
    decoders = Decoders(clock, at_once=1, command=(str(tmp_path / "nothing"),))
    for _ in range(2):
        with pytest.raises(DecoderLost, match="could not be started: No such file"):
            await decoders.decode(read_head(GOOD), pieces(GOOD), nowhere)
    await clock.close()


async def nowhere(_: bytes) -> None:
    """Takes nothing."""


async def test_time_the_storage_takes_is_not_the_processs() -> None:
    """However long the file and the sink take, for a piece and in all."""
    clock = ManualClock()
    pcm = bytearray()

    async def slow() -> None:
        for _ in range(30):
            await clock.advance(timedelta(seconds=Patience().stall_seconds))

    async def file() -> AsyncIterator[bytes]:
        async for piece in pieces(GOOD):
            await slow()
            yield piece

    async def sink(piece: bytes) -> None:
        await slow()
        pcm.extend(piece)

    notes = await Decoders(clock, at_once=1).decode(read_head(GOOD), file(), sink)
    assert notes == ()
    assert len(pcm) == 2 * 8000 * 4


async def test_a_process_that_hangs_after_a_slow_storage_is_stopped(tmp_path: Path) -> None:
    """Its own time begins when the storage has answered."""
    clock = ManualClock()
    killed: list[int] = []

    async def file() -> AsyncIterator[bytes]:
        await clock.advance(timedelta(seconds=1000))
        killed.append(len(children()))
        yield GOOD

    command = script(tmp_path, "import time; time.sleep(3600)")
    decoders = Decoders(clock, at_once=1, command=command)
    task = asyncio.create_task(decoders.decode(read_head(GOOD), file(), nowhere))
    while not task.done():
        await asyncio.sleep(0.01)
        await clock.advance(timedelta(seconds=1))
    with pytest.raises(DecodeFailed, match="no progress for 30 seconds"):
        await task
    assert killed == [1]


async def hanging(tmp_path: Path, code: str, clock: ManualClock) -> "asyncio.Task[object]":
    """A decoding whose process does nothing any more."""
    task: asyncio.Task[object] = asyncio.create_task(
        decoded(GOOD, clock=clock, command=script(tmp_path, code))
    )
    await at_work(1)
    return task


async def test_a_process_that_hangs_is_stopped(tmp_path: Path) -> None:
    """By the parent's clock, when nothing has moved for too long."""
    clock = ManualClock()
    task = await hanging(tmp_path, "import time; time.sleep(3600)", clock)
    while not task.done():
        await asyncio.sleep(0.01)
        await clock.advance(timedelta(seconds=Patience().stall_seconds))
    with pytest.raises(DecodeFailed, match="it made no progress for 30 seconds"):
        await task
    assert children() == set()


async def test_a_process_that_is_stopped_by_a_signal_is_killed(tmp_path: Path) -> None:
    """It cannot refuse."""
    clock = ManualClock()
    task = await hanging(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)", clock)
    while not task.done():
        await asyncio.sleep(0.01)
        await clock.advance(timedelta(seconds=Patience().stall_seconds))
    with pytest.raises(DecodeFailed, match="no progress"):
        await task
    assert children() == set()


async def test_a_process_that_drags_on_is_stopped(tmp_path: Path) -> None:
    """However busy it seems."""
    clock = ManualClock()
    moved = asyncio.Event()

    async def sink(_: bytes) -> None:
        moved.set()

    decoders = Decoders(clock, at_once=1, command=script(tmp_path, DRAGS_ON))
    task = asyncio.create_task(decoders.decode(read_head(GOOD), pieces(GOOD), sink))
    while not task.done():
        moved.clear()
        waiting = asyncio.create_task(moved.wait())
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        await clock.advance(timedelta(seconds=Patience().stall_seconds - 1))
    with pytest.raises(DecodeFailed, match="it was not done after 600 seconds"):
        await task
    assert children() == set()


async def test_nothing_is_left_of_what_is_cancelled(tmp_path: Path) -> None:
    """A caller that goes takes the process along."""
    task = await hanging(tmp_path, "import time; time.sleep(3600)", ManualClock())
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
    assert children() == set()


async def test_a_process_outlives_no_sink_that_fails() -> None:
    """What the sink raises comes through."""

    async def full(_: bytes) -> None:
        raise OSError("no room")

    clock = SystemClock()
    with pytest.raises(OSError, match="no room"):
        await Decoders(clock, at_once=1).decode(read_head(GOOD), pieces(GOOD), full)
    await clock.close()
    assert children() == set()


async def test_so_many_are_at_work_at_once(tmp_path: Path) -> None:
    """The others wait their turn."""
    clock = ManualClock()
    decoders = Decoders(clock, at_once=2, command=script(tmp_path, "import time; time.sleep(3600)"))
    tasks = [
        asyncio.create_task(decoders.decode(read_head(GOOD), pieces(GOOD), nowhere))
        for _ in range(5)
    ]
    await at_work(2)
    await asyncio.sleep(0.1)
    assert len(children()) == 2
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert children() == set()


async def test_a_process_knows_nothing_of_our_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A secret in a variable stays here."""
    monkeypatch.setenv("VOICE_RECORDINGS_SECRET", "hush")
    seen = tmp_path / "seen"
    code = f"import os, pathlib; pathlib.Path({str(seen)!r}).write_text(repr(dict(os.environ)))"
    with pytest.raises(DecodeFailed):
        await decoded(GOOD, command=script(tmp_path, code))
    assert "hush" not in seen.read_text()
    assert "PYTHONPATH" in seen.read_text()


async def test_an_interrupt_at_the_keyboard_does_not_reach_it(tmp_path: Path) -> None:
    """It has a session of its own; the parent decides when it ends."""
    task = await hanging(tmp_path, "import time; time.sleep(3600)", ManualClock())
    (pid,) = children()
    assert os.getpgid(pid) != os.getpgid(0)
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(DecodeFailed, match="SIGKILL"):
        await task


async def at_work(count: int) -> None:
    """Waits until so many processes have been started."""
    while len(children()) < count:  # noqa: ASYNC110 - the kernel sets no event for it
        await asyncio.sleep(0.01)


def children() -> set[int]:
    """Processes the test has started that are not gone, the ended but unburied included."""
    return all_children() - SERVERS
