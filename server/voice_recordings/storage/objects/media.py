"""Finished audio in an object store."""

from collections.abc import AsyncIterator, Sequence

from voice_recordings.errors import StorageFailed
from voice_recordings.recordings.media import Segment
from voice_recordings.recordings.ports import StoredFolder
from voice_recordings.storage.objects.bucket import Bucket, Stored

_PIECE_BYTES = 256 * 1024


class ObjectMedia:
    """A `MediaStore` in a bucket, and the `ObjectJoiner` beside it."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    async def put(self, key: str, data: bytes) -> Segment:
        """Keeps the bytes; see `MediaStore.put`."""
        await self._bucket.put(key, data)
        return Segment(key, 0, len(data))

    async def read(self, segment: Segment) -> AsyncIterator[bytes]:
        """The segment's bytes; see `MediaStore.read`."""
        if not segment.length:
            return
        end = segment.offset + segment.length
        async for arrived in self._bucket.read(segment.key, segment.offset, end):
            for start in range(0, len(arrived), _PIECE_BYTES):
                yield arrived[start : start + _PIECE_BYTES]

    async def join(self, key: str, pieces: AsyncIterator[bytes], content_type: str) -> Segment:
        """Keeps an object of any length; see `ObjectJoiner.join`."""
        return Segment(key, 0, await self._bucket.write(key, pieces, content_type))

    async def link(self, key: str, seconds: float) -> str:
        """A URL of the store's own; see `ObjectJoiner.link`."""
        return await self._bucket.link(key, seconds)

    async def check(self, segments: Sequence[Segment]) -> None:
        """Compares them with the sizes in listings of their folders; see `MediaStore.check`."""
        sizes: dict[str, int] = {}
        for folder in {segment.key.partition("/")[0] for segment in segments}:
            async for found in self._bucket.list(folder):
                sizes[found.key] = found.size_bytes
        for segment in segments:
            if sizes.get(segment.key, -1) < segment.offset + segment.length:
                raise StorageFailed(f"an object is gone or cut short: {segment.key}")

    async def purge(self, folder: str) -> None:
        """Deletes every object of the folder."""
        await self._bucket.delete([found.key async for found in self._bucket.list(folder)])

    async def discard(self, keys: Sequence[str]) -> None:
        """Deletes these objects."""
        await self._bucket.delete(keys)

    async def folders(self) -> AsyncIterator[StoredFolder]:
        """Every folder; see `MediaStore.folders`."""
        together: list[Stored] = []
        async for found in self._bucket.list():
            if together and _folder(found) != _folder(together[0]):
                yield _gathered(together)
                together = []
            together.append(found)
        if together:
            yield _gathered(together)


def _folder(stored: Stored) -> str:
    return stored.key.partition("/")[0]


def _gathered(together: list[Stored]) -> StoredFolder:
    return StoredFolder(
        _folder(together[0]),
        max(stored.modified_time for stored in together),
        {stored.key: stored.size_bytes for stored in together},
    )
