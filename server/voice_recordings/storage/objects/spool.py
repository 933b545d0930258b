"""Audio being taken in, as a row of objects.

Objects cannot be appended to: each commit makes one more part, named by where it
begins, and a part is begun only when the one before it is safe. So there is never
a gap, and what has been committed is what a listing shows.
"""

import asyncio
from collections.abc import Iterator

from voice_recordings.errors import StorageFailed
from voice_recordings.recordings.media import Segment
from voice_recordings.storage.objects.bucket import Bucket

# A long import is made safe as it comes in, and not held until its end.
_PART_BYTES = 4 * 1024 * 1024
# Who follows a call is this far behind at most, unless the processors are short:
# a piece that has to be whole before it is taken, and a part or two.
_KEPT_BYTES = 384 * 1024
_OFFSET_DIGITS = 12


class ObjectSpool:
    """A `Spool` in the bucket of an `ObjectMedia`."""

    # Each commit is a request to the store, and an object that stays.
    commit_seconds = 1.0

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._writers: dict[str, ObjectSpoolWriter] = {}

    async def open(self, key: str) -> "ObjectSpoolWriter":
        """Goes on after the last part; see `Spool.open`."""
        writer = ObjectSpoolWriter(self, self._bucket, key, await self._parts(key))
        self._writers[key] = writer
        return writer

    async def read(self, key: str, start: int, end: int) -> bytes:
        """Appended bytes; see `Spool.read`."""
        writer = self._writers.get(key)
        if writer is None:
            data = await self._stored(await self._parts(key), start, end)
        else:
            data = b""
            if start < writer.held_from:
                data = await self._stored(writer.parts, start, end)
            data += writer.at_hand(start + len(data), end)
            writer.followed(start + len(data))
        if len(data) < end - start:
            raise StorageFailed(f"spooled audio is cut short: {key}")
        return data

    async def size(self, key: str) -> int:
        """How many bytes can be read."""
        writer = self._writers.get(key)
        return _size(await self._parts(key)) if writer is None else writer.appended_bytes

    async def segments(self, key: str, start: int, end: int) -> tuple[Segment, ...]:
        """Stretches of the parts; see `Spool.segments`."""
        parts = await self._parts(key)
        if _size(parts) < end:
            raise StorageFailed(f"spooled audio is cut short: {key}")
        return tuple(_between(parts, start, end))

    def closed(self, writer: "ObjectSpoolWriter") -> None:
        """A writer holds nothing any more."""
        if self._writers.get(writer.key) is writer:
            del self._writers[writer.key]

    async def _stored(self, parts: list[Segment], start: int, end: int) -> bytes:
        return b"".join(
            [
                piece
                for segment in _between(parts, start, end)
                async for piece in self._bucket.read(
                    segment.key, segment.offset, segment.offset + segment.length
                )
            ]
        )

    async def _parts(self, key: str) -> list[Segment]:
        found = [
            Segment(stored.key, 0, stored.size_bytes) async for stored in self._bucket.list(key)
        ]
        return sorted(found, key=lambda part: part.key)


class ObjectSpoolWriter:
    """A `SpoolWriter`: appended bytes are held in memory until they are a part.

    And a while longer, until whoever follows has read them; see `_forget`.
    """

    def __init__(self, spool: ObjectSpool, bucket: Bucket, key: str, parts: list[Segment]) -> None:
        self.key = key
        self.parts = parts
        # From here on bytes are at hand.
        self.held_from = _size(parts)
        self._held = bytearray()
        self._committed = self._followed = self.held_from
        self._spool = spool
        self._bucket = bucket
        self._one_at_a_time = asyncio.Lock()

    @property
    def appended_bytes(self) -> int:
        """How much has been appended."""
        return self.held_from + len(self._held)

    def at_hand(self, start: int, end: int) -> bytes:
        """Bytes that are held, fewer where there are fewer."""
        with memoryview(self._held) as held:
            return bytes(held[start - self.held_from : max(end - self.held_from, 0)])

    def followed(self, position: int) -> None:
        """Somebody has read so far, and will hardly ask for that again."""
        self._followed = max(self._followed, position)
        self._forget()

    async def append(self, data: bytes) -> None:
        """Adds bytes at the end."""
        self._held += data
        if self.appended_bytes - self._committed >= _PART_BYTES:
            await self.commit()

    async def commit(self, data: bytes = b"") -> int:
        """Makes one part of what is not yet safe."""
        self._held += data
        wanted = self.appended_bytes
        async with self._one_at_a_time:
            if self._committed < wanted:
                await self._make_part()
        return self._committed

    async def close(self) -> None:
        """Forgets what is held."""
        self._spool.closed(self)
        self._held.clear()

    async def _make_part(self) -> None:
        start = self._committed
        data = self.at_hand(start, self.appended_bytes)
        part = f"{self.key}/{start:0{_OFFSET_DIGITS}}"
        await self._bucket.put(part, data)
        self.parts.append(Segment(part, 0, len(data)))
        self._committed = start + len(data)
        self._forget()

    def _forget(self) -> None:
        """Drops what is safe and has been followed, or is too much to be kept for a follower.

        Of an import, whose parts are large, the newest is kept whole.
        """
        newest = _start(self.parts[-1]) if self.parts else 0
        too_old = min(newest, self._committed - _KEPT_BYTES)
        keep_from = min(self._committed, max(self._followed, too_old))
        if keep_from > self.held_from:
            del self._held[: keep_from - self.held_from]
            self.held_from = keep_from


def _size(parts: list[Segment]) -> int:
    """Where the row of parts ends; those after a gap do not count."""
    end = 0
    for part in parts:
        if _start(part) != end:
            break
        end += part.length
    return end


def _between(parts: list[Segment], start: int, end: int) -> Iterator[Segment]:
    for part in parts:
        first = _start(part)
        low, high = max(start, first), min(end, first + part.length)
        if low < high:
            yield Segment(part.key, low - first, high - low)


def _start(part: Segment) -> int:
    return int(part.key.rpartition("/")[2])
