"""What a live call holds, and what is left to do when it ends: little, however long it was."""

import asyncio
import gc
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from unit.recorder.live_house import House, order
from voice_recordings.audio.format import PcmFormat
from voice_recordings.audio.speech import speak_call
from voice_recordings.recordings.media import Segment
from voice_recordings.recordings.names import RecordingName
from voice_recordings.recordings.ports import MediaStore, Spool
from voice_recordings.storage.files.media import FileMedia
from voice_recordings.storage.files.spool import FileSpool
from voice_recordings.storage.files.tree import FileTree
from voice_recordings.storage.objects.bucket import Bucket
from voice_recordings.storage.objects.media import ObjectMedia
from voice_recordings.storage.objects.spool import ObjectSpool

STEREO = PcmFormat(8000, 2)
# 192 KiB, in whole frames of 20 ms.
PIECE_BYTES = 307 * 640
MINUTE = b"".join(speak_call(STEREO, 60))
MOST_BYTES = 1024 * 1024
CALLS = 2
THREADS = 2


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    """As many as there are calls."""
    with ThreadPoolExecutor(THREADS) as threads:
        yield threads


class CountedSpool(FileSpool):
    """Files, and how many bytes were read from them."""

    read_bytes = 0

    async def read(self, key: str, start: int, end: int) -> bytes:
        """Counts."""
        data = await super().read(key, start, end)
        self.read_bytes += len(data)
        return data


class CountedMedia(FileMedia):
    """Files, and how many were made."""

    puts = 0

    async def put(self, key: str, data: bytes) -> Segment:
        """Counts."""
        self.puts += 1
        return await super().put(key, data)


async def write(house: House, name: RecordingName, minutes: int) -> Any:
    """Streams so much in; waits until processing has taken all it can."""
    producer = await house.sessions.attach(name)
    for minute in range(minutes):
        await producer.write(minute * len(MINUTE), MINUTE)
    await house.pass_time(1)
    return producer


async def caught_up(
    house: House, name: RecordingName, spool: CountedSpool, read_bytes: int
) -> None:
    """Waits until processing has read so much, and waits for more itself."""
    arrivals = house.sessions._sessions[name]._reel.arrivals
    while True:
        await asyncio.sleep(0)
        if spool.read_bytes >= read_bytes and not arrivals._changed.is_set():
            return


@pytest.mark.parametrize("minutes", [1, 20])
async def test_little_is_left_to_do_at_hang_up(
    threads: ThreadPoolExecutor, tmp_path: Path, minutes: int
) -> None:
    """A piece is read at most, and two files are made: the last MP3, and the outline."""
    tree = FileTree(tmp_path)
    spool, media = CountedSpool(tree, threads), CountedMedia(tree, threads)
    house = House(threads, media=media, spool=spool)  # type: ignore[arg-type] # files for memory
    recording = await house.sessions.create(order(format=STEREO))
    producer = await write(house, recording.name, minutes)
    whole = minutes * len(MINUTE)
    await caught_up(house, recording.name, spool, whole - whole % PIECE_BYTES)
    read_bytes, puts = spool.read_bytes, media.puts
    await producer.finish()
    await house.ended(recording.name)
    assert spool.read_bytes - read_bytes < PIECE_BYTES
    assert media.puts - puts == 2


def stores(kind: str, threads: ThreadPoolExecutor, folder: Path) -> tuple[MediaStore, Spool]:
    """Stores that keep nothing in this process's own memory."""
    if kind == "files":
        return FileMedia(FileTree(folder), threads), FileSpool(FileTree(folder), threads)
    bucket = Bucket(f"file://{folder}")
    return ObjectMedia(bucket), ObjectSpool(bucket)


@pytest.mark.parametrize("kind", ["files", "objects"])
async def test_a_call_holds_little_however_long_it_is(
    threads: ThreadPoolExecutor, tmp_path: Path, kind: str
) -> None:
    """Less than 1 MiB, and each thread as much for what it works on, beside the encoders."""
    media, spool = stores(kind, threads, tmp_path)
    house = House(threads, media=media, spool=spool)  # type: ignore[arg-type] # files for memory
    names = [
        (await house.sessions.create(order("r", call=f"c{number}", format=STEREO))).name
        for number in range(CALLS)
    ]
    await asyncio.gather(*(write(house, name, 1) for name in names))
    tracemalloc.start()
    try:
        most_bytes = 0
        producers = [await house.sessions.attach(name) for name in names]
        for start in range(len(MINUTE), 10 * len(MINUTE), len(MINUTE) // 4):
            audio = MINUTE[: len(MINUTE) // 4]
            await asyncio.gather(*(producer.write(start, audio) for producer in producers))
            most_bytes = max(most_bytes, tracemalloc.get_traced_memory()[0])
        assert most_bytes < (CALLS + THREADS) * MOST_BYTES
    finally:
        # A thread at work when tracing stops may crash the process (CPython's gh-128679).
        for name in names:
            await house.remover.delete(name)
        tracemalloc.stop()
        gc.collect()
