"""Finished audio in files.

obstore's local store does not sync what it writes, so that a power cut could take
an object away from under its row; these files are synced, folder included.
"""

import asyncio
import errno
import os
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Executor
from typing import TypeVar, TypeVarTuple

from voice_recordings.errors import StorageFailed, StorageFull
from voice_recordings.recordings.media import Segment
from voice_recordings.recordings.ports import StoredFolder
from voice_recordings.storage.files.tree import FileTree, sync_folder

_PIECE_BYTES = 256 * 1024
# The disk, this user's share of it, or what the process may write to one file.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

A = TypeVarTuple("A")
T = TypeVar("T")


class FileMedia:
    """A `MediaStore` in a tree of files; blocking calls go to the threads."""

    def __init__(self, tree: FileTree, threads: Executor) -> None:
        self._tree = tree
        self._threads = threads

    async def put(self, key: str, data: bytes) -> Segment:
        """Keeps the bytes; see `MediaStore.put`."""
        await self._do(self._put, key, data)
        return Segment(key, 0, len(data))

    async def read(self, segment: Segment) -> AsyncIterator[bytes]:
        """The segment's bytes; see `MediaStore.read`."""
        position, end = segment.offset, segment.offset + segment.length
        if position == end:
            return
        file = await self._do(os.open, self._tree.path(segment.key), os.O_RDONLY)
        try:
            while position < end:
                length = min(_PIECE_BYTES, end - position)
                piece = await self._do(os.pread, file, length, position)
                if not piece:
                    raise StorageFailed(f"an object is cut short: {segment.key}")
                position += len(piece)
                yield piece
        finally:
            os.close(file)

    async def check(self, segments: Sequence[Segment]) -> None:
        """Compares them with the sizes of their files; see `MediaStore.check`."""
        await self._do(self._check, segments)

    async def purge(self, folder: str) -> None:
        """Deletes every object of the folder."""
        await self._do(self._tree.purge, folder)

    async def discard(self, keys: Sequence[str]) -> None:
        """Deletes these objects."""
        await self._do(self._discard, keys)

    async def folders(self) -> AsyncIterator[StoredFolder]:
        """Every folder, those of the newest shelf first; see `MediaStore.folders`."""
        for shelf in await self._do(self._tree.shelves):
            for folder in await self._do(list, self._tree.folders_on(shelf)):
                if folder.sizes:
                    yield folder

    def _put(self, key: str, data: bytes) -> None:
        path = self._tree.path(key)
        self._tree.make_folder(path)
        # Half a file that a crash leaves has no row, and its key is not used again.
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
        try:
            write_all(file, data)
            os.fdatasync(file)
            sync_folder(path.parent)
        except OSError:
            path.unlink(missing_ok=True)
            raise
        finally:
            os.close(file)

    def _check(self, segments: Sequence[Segment]) -> None:
        for segment in segments:
            size = self._tree.path(segment.key).stat().st_size
            if size < segment.offset + segment.length:
                raise StorageFailed(f"an object is cut short: {segment.key}")

    def _discard(self, keys: Sequence[str]) -> None:
        for key in keys:
            self._tree.path(key).unlink(missing_ok=True)

    async def _do(self, work: Callable[[*A], T], *args: *A) -> T:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, work, *args)
        except OSError as error:
            raise failed(error) from error


def write_all(file: int, data: bytes) -> None:
    """Writes every byte, however the system takes them."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]


def failed(error: OSError) -> StorageFailed:
    """What a file that cannot be written or read means to the service."""
    if error.errno in _FULL:
        return StorageFull()
    return StorageFailed(f"a file could not be written or read: {error.strerror}")
