"""Files that audio is appended to, and threads that cannot be called back."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from voice_recordings.storage.files.spool import FileSpool
from voice_recordings.storage.files.tree import FileTree


def open_files() -> int:
    """How many files this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize("how", ["append", "commit"])
async def test_a_file_is_closed_when_nothing_is_written_to_it_any_more(
    tmp_path: Path, how: str
) -> None:
    """A number that the system gives to another file would take this one's audio there."""
    go = threading.Event()
    with ThreadPoolExecutor(1) as threads:
        spool = FileSpool(FileTree(tmp_path), threads)
        writer = await spool.open("folder/pcm")
        busy = threads.submit(go.wait)
        writing = asyncio.ensure_future(getattr(writer, how)(b"audio"))
        await asyncio.sleep(0)
        writing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await writing
        closing = asyncio.ensure_future(writer.close())
        for _ in range(5):
            await asyncio.sleep(0)
        assert not closing.done()
        go.set()
        await closing
        assert busy.result()
    assert FileTree(tmp_path).path("folder/pcm").read_bytes() == b"audio"


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux tells")
async def test_files_are_closed(tmp_path: Path) -> None:
    """As many are open afterwards as were before."""
    before = open_files()
    with ThreadPoolExecutor(1) as threads:
        spool = FileSpool(FileTree(tmp_path), threads)
        for number in range(20):
            writer = await spool.open(f"folder/{number}")
            await writer.commit(b"audio")
            await writer.close()
            await writer.close()
    assert open_files() == before
