"""Files that audio is appended to, and threads that cannot be called back."""

import asyncio
import errno
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from voice_recordings.errors import StorageFailed
from voice_recordings.storage.files.spool import FileSpool
from voice_recordings.storage.files.tree import FileTree


def open_files(folder: Path) -> list[Path]:
    """The files below a folder that this process has open."""
    found = []
    for each in Path("/proc/self/fd").iterdir():
        # Others are opened and closed meanwhile.
        with suppress(FileNotFoundError):
            found.append(each.readlink())
    return [file for file in found if file.is_relative_to(folder)]


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
    """None is open afterwards."""
    with ThreadPoolExecutor(1) as threads:
        spool = FileSpool(FileTree(tmp_path), threads)
        for number in range(20):
            writer = await spool.open(f"folder/{number}")
            await writer.commit(b"audio")
            assert len(open_files(tmp_path)) == 1
            await writer.close()
            await writer.close()
    assert open_files(tmp_path) == []


@pytest.mark.parametrize("long", [False, True], ids=["a commit", "a sync beside"])
async def test_a_disk_that_failed_once_is_not_believed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, long: bool
) -> None:
    """It tells of lost pages once. What was safe stays, and nothing else is called so.

    Disks that fail on demand are not to be had without rights: the call fails in its stead.
    """
    sync, fails = os.fdatasync, list[bool]()

    def fail_once(file: int) -> None:
        ours = Path(f"/proc/self/fd/{file}").readlink().is_relative_to(tmp_path)
        if ours and fails:
            fails.clear()
            raise OSError(errno.EIO, "Input/output error")
        sync(file)

    with ThreadPoolExecutor(1) as threads:
        spool = FileSpool(FileTree(tmp_path), threads)
        before = await spool.open("folder/pcm")
        await before.commit(b"before ")
        await before.close()
        writer = await spool.open("folder/pcm")
        await writer.commit(b"safe ")
        fails[:] = [True]
        monkeypatch.setattr(os, "fdatasync", fail_once)
        if long:
            await writer.append(bytes(9 * 1024 * 1024))
        for data in (b"lost", b"", b"after"):
            with pytest.raises(StorageFailed):
                await writer.commit(data)
        with pytest.raises(StorageFailed):
            await writer.append(b"after")
        await writer.close()
        after = await spool.open("folder/pcm")
        assert await after.commit(b"after") == len(b"before safe after")
        await after.close()
    assert FileTree(tmp_path).path("folder/pcm").read_bytes() == b"before safe after"
