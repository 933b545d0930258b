"""Audio kept in memory, gone with the process."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

from voice_recordings.errors import StorageFailed
from voice_recordings.recordings.media import Segment
from voice_recordings.recordings.ports import StoredFolder

_PIECE_BYTES = 256 * 1024

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

# Folder → name → bytes. What is still being taken in is a bytearray.
_Folders = dict[str, dict[str, bytes | bytearray]]


class MemoryMedia:
    """A `MediaStore`; the spool beside it keeps its audio in the same folders."""

    def __init__(self) -> None:
        self._folders: _Folders = {}

    async def put(self, key: str, data: bytes) -> Segment:
        """Keeps the bytes; see `MediaStore.put`."""
        folder, _, name = key.rpartition("/")
        objects = self._folders.setdefault(folder, {})
        if name in objects:
            raise StorageFailed(f"an object is never overwritten: {key}")
        objects[name] = data
        return Segment(key, 0, len(data))

    async def read(self, segment: Segment) -> AsyncIterator[bytes]:
        """The segment's bytes; see `MediaStore.read`."""
        position, end = segment.offset, segment.offset + segment.length
        while position < end:
            piece = self.slice(segment.key, position, min(end, position + _PIECE_BYTES))
            if not piece:
                raise StorageFailed(f"an object is gone or cut short: {segment.key}")
            position += len(piece)
            yield piece

    async def check(self, segments: Sequence[Segment]) -> None:
        """Compares them with the sizes of their objects; see `MediaStore.check`."""
        for segment in segments:
            if self.size(segment.key) < segment.offset + segment.length:
                raise StorageFailed(f"an object is gone or cut short: {segment.key}")

    async def purge(self, folder: str) -> None:
        """Deletes every object of the folder."""
        self._folders.pop(folder, None)

    async def discard(self, keys: Sequence[str]) -> None:
        """Deletes these objects."""
        for key in keys:
            folder, _, name = key.rpartition("/")
            self._folders.get(folder, {}).pop(name, None)

    async def folders(self) -> AsyncIterator[StoredFolder]:
        """Every folder; see `MediaStore.folders`. When they were written to is not kept."""
        for folder, objects in list(self._folders.items()):
            sizes = {f"{folder}/{name}": len(stored) for name, stored in objects.items()}
            if sizes:
                yield StoredFolder(folder, _LONG_AGO, sizes)

    def folder(self, folder: str) -> dict[str, bytes]:
        """The objects of a folder, as they are now."""
        return {name: bytes(stored) for name, stored in self._folders.get(folder, {}).items()}

    def put_back(self, folder: str, objects: dict[str, bytes], *, growing: bool) -> None:
        """Keeps the objects of a folder that is not there; what is `growing` may be added to."""
        self._folders[folder] = {
            name: bytearray(stored) if growing else stored for name, stored in objects.items()
        }

    def slice(self, key: str, start: int, end: int) -> bytes:
        """Bytes `start` to `end` of an object, fewer where there are fewer."""
        folder, _, name = key.rpartition("/")
        stored = self._folders.get(folder, {}).get(name, b"")
        return bytes(memoryview(stored)[start:end])

    def size(self, key: str) -> int:
        """Length of an object; 0 where there is none."""
        folder, _, name = key.rpartition("/")
        return len(self._folders.get(folder, {}).get(name, b""))

    def growing(self, key: str) -> bytearray:
        """The object of this key, made if need be, to be appended to in place."""
        folder, _, name = key.rpartition("/")
        stored = self._folders.setdefault(folder, {}).setdefault(name, bytearray())
        if not isinstance(stored, bytearray):
            raise StorageFailed(f"not a spooled object: {key}")
        return stored


class MemorySpool:
    """A `Spool` in the folders of a `MemoryMedia`, so that nothing is copied at the end."""

    commit_seconds = 0.0

    def __init__(self, media: MemoryMedia) -> None:
        self._media = media

    async def open(self, key: str) -> "MemorySpoolWriter":
        """Goes on where the object of this key ends; see `Spool.open`."""
        return MemorySpoolWriter(self._media.growing(key))

    async def read(self, key: str, start: int, end: int) -> bytes:
        """Appended bytes; see `Spool.read`."""
        if self._media.size(key) < end:
            raise StorageFailed(f"spooled audio is cut short: {key}")
        return self._media.slice(key, start, end)

    async def size(self, key: str) -> int:
        """How many bytes can be read."""
        return self._media.size(key)

    async def segments(self, key: str, start: int, end: int) -> tuple[Segment, ...]:
        """One segment of the spooled object itself."""
        if self._media.size(key) < end:
            raise StorageFailed(f"spooled audio is cut short: {key}")
        return (Segment(key, start, end - start),) if end > start else ()


class MemorySpoolWriter:
    """A `SpoolWriter`: what is appended is as safe as memory is."""

    def __init__(self, stored: bytearray) -> None:
        self._stored = stored

    @property
    def appended_bytes(self) -> int:
        """How much has been appended."""
        return len(self._stored)

    async def append(self, data: bytes) -> None:
        """Adds bytes at the end."""
        self._stored += data

    async def commit(self, data: bytes = b"") -> int:
        """Adds bytes at the end and gives the number of bytes there are."""
        self._stored += data
        return len(self._stored)

    async def close(self) -> None:
        """Does nothing: memory is not held open."""
