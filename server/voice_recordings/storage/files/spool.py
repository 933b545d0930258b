"""Audio being taken in, at the end of files."""

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import TypeVar, TypeVarTuple

from voice_recordings.errors import StorageFailed
from voice_recordings.recordings.media import Segment
from voice_recordings.storage.files.media import failed, write_all
from voice_recordings.storage.files.tree import FileTree, sync_folder
from voice_recordings.storage.files.trips import SharedTrips

# So that the commit at the end of a long import finds most of it on the disk.
_SYNC_BYTES = 8 * 1024 * 1024

A = TypeVarTuple("A")
T = TypeVar("T")


class FileSpool:
    """A `Spool` in the tree of a `FileMedia`, so that nothing is copied at the end."""

    commit_seconds = 0.0

    def __init__(self, tree: FileTree, threads: Executor) -> None:
        self._tree = tree
        self._threads = threads
        self._trips = SharedTrips(threads)

    async def open(self, key: str) -> "FileSpoolWriter":
        """Goes on at the end of the file; see `Spool.open`."""
        return await self._do(self._open, key)

    async def read(self, key: str, start: int, end: int) -> bytes:
        """Appended bytes; see `Spool.read`."""
        return await self._do(self._read, key, start, end)

    async def size(self, key: str) -> int:
        """How many bytes can be read."""
        return await self._do(self._size, key)

    async def segments(self, key: str, start: int, end: int) -> tuple[Segment, ...]:
        """One segment of the file itself; see `Spool.segments`."""
        if await self.size(key) < end:
            raise StorageFailed(f"spooled audio is cut short: {key}")
        return (Segment(key, start, end - start),) if end > start else ()

    def _open(self, key: str) -> "FileSpoolWriter":
        path = self._tree.path(key)
        self._tree.make_folder(path)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
        # The name is as durable as what is committed under it.
        sync_folder(path.parent)
        return FileSpoolWriter(file, os.fstat(file).st_size, self._threads, self._trips)

    def _read(self, key: str, start: int, end: int) -> bytes:
        file = os.open(self._tree.path(key), os.O_RDONLY)
        try:
            data = os.pread(file, end - start, start)
        finally:
            os.close(file)
        if len(data) < end - start:
            raise StorageFailed(f"spooled audio is cut short: {key}")
        return data

    def _size(self, key: str) -> int:
        try:
            return self._tree.path(key).stat().st_size
        except FileNotFoundError:
            return 0

    async def _do(self, work: Callable[[*A], T], *args: *A) -> T:
        return await _in_thread(self._threads, work, *args)


class FileSpoolWriter:
    """A `SpoolWriter`: one fdatasync makes everything appended before it safe.

    One that fails is the last: Linux tells of a page that could not be written once, and
    the next would call safe what is lost. What it was to make safe is cut off again.
    """

    def __init__(self, file: int, size_bytes: int, threads: Executor, trips: SharedTrips) -> None:
        self._file = file
        self._threads = threads
        self._trips = trips
        self._appended = self._found = size_bytes
        self._broken: OSError | None = None
        # Nothing is written behind what is being cut off.
        self._changing = threading.Lock()
        # What was found there was not necessarily synced by who wrote it.
        self._committed = 0
        self._syncing: asyncio.Future[None] | None = None
        self._under_way: set[asyncio.Future[None]] = set()

    @property
    def appended_bytes(self) -> int:
        """How much has been appended."""
        return self._appended

    async def append(self, data: bytes) -> None:
        """Adds bytes at the end; all of them or none."""
        self._check()
        await self._to_its_end(_in_thread(self._threads, self._write, data))
        if self._appended - self._committed > _SYNC_BYTES:
            self._begin_sync()

    async def commit(self, data: bytes = b"") -> int:
        """Waits until the disk has it; callers at once share one sync."""
        self._check()
        if data and (self._syncing is None or self._syncing.done()):
            # A live call's usual commit: one trip to a thread, shared with other calls.
            await self._to_its_end(self._write_and_sync(data))
            return self._committed
        if data:
            await self.append(data)
        wanted = self._appended
        while self._committed < wanted:
            self._check()
            await asyncio.shield(self._begin_sync())
        return wanted

    async def close(self) -> None:
        """Closes the file, once nothing is being written to it any more."""
        while self._under_way:
            await asyncio.wait(set(self._under_way))
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)

    async def _to_its_end(self, work: Coroutine[None, None, None]) -> None:
        """Waits for the work, which goes on if its caller does not."""
        await asyncio.shield(self._begin(work))

    def _begin(self, work: Coroutine[None, None, None]) -> "asyncio.Future[None]":
        # A thread cannot be called back, and the number of a closed file may be another's.
        task = asyncio.ensure_future(work)
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: "asyncio.Future[None]") -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()  # of a sync that nobody waits for, the next commit tells

    def _check(self) -> None:
        if self._broken is not None:
            raise failed(self._broken) from self._broken

    def _begin_sync(self) -> "asyncio.Future[None]":
        if self._syncing is None or self._syncing.done():
            self._syncing = self._begin(self._sync())
        return self._syncing

    async def _sync(self) -> None:
        safe = self._appended
        await _in_thread(self._threads, self._make_safe)
        self._committed = safe

    async def _write_and_sync(self, data: bytes) -> None:
        def work() -> None:
            self._write(data)
            safe = self._appended
            self._make_safe()
            self._committed = safe

        try:
            await self._trips.take(work)
        except OSError as error:
            raise failed(error) from error

    def _make_safe(self) -> None:
        try:
            os.fdatasync(self._file)
        except OSError as error:
            with self._changing:
                self._broken = error
                self._appended = max(self._committed, self._found)
                os.ftruncate(self._file, self._appended)
            raise

    def _write(self, data: bytes) -> None:
        with self._changing:
            self._check()
            try:
                write_all(self._file, data)
            except OSError:
                # The disk is full: what is half there would come before the rest sent again.
                os.ftruncate(self._file, self._appended)
                raise
            # Counted here, for a caller that is cancelled has appended all the same.
            self._appended += len(data)


async def _in_thread(threads: Executor, work: Callable[[*A], T], *args: *A) -> T:
    loop = asyncio.get_running_loop()
    try:
        return await loop.run_in_executor(threads, work, *args)
    except OSError as error:
        raise failed(error) from error
