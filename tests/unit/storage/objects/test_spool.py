"""What is held of audio that lies in an object store, and what is read back from it."""

from collections.abc import AsyncIterator

import pytest

from voice_recordings.storage.objects.bucket import Bucket
from voice_recordings.storage.objects.spool import ObjectSpool

PART = bytes(range(250)) * 128
PIECE_BYTES = 128 * 1024


class CountingBucket(Bucket):
    """Objects in memory; counts how often they are read."""

    def __init__(self) -> None:
        super().__init__("memory:///")
        self.reads = 0

    async def read(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        """Counts."""
        self.reads += 1
        async for piece in super().read(key, start, end):
            yield piece


@pytest.fixture
def bucket() -> CountingBucket:
    """One that is empty."""
    return CountingBucket()


async def test_who_keeps_up_reads_nothing_back(bucket: CountingBucket) -> None:
    """What was just written is at hand until it has been followed; then it is let go."""
    spool = ObjectSpool(bucket)
    writer = await spool.open("folder/pcm")
    followed = bytearray()
    for _ in range(100):
        await writer.commit(PART)
        while writer.appended_bytes - len(followed) >= PIECE_BYTES:
            position = len(followed)
            followed += await spool.read("folder/pcm", position, position + PIECE_BYTES)
        assert writer.appended_bytes - writer.held_from < PIECE_BYTES + len(PART)
    followed += await spool.read("folder/pcm", len(followed), writer.appended_bytes)
    assert followed == PART * 100
    assert bucket.reads == 0
    assert writer.held_from == writer.appended_bytes


async def test_who_lags_is_not_waited_for(bucket: CountingBucket) -> None:
    """Little is held however far behind it is; it reads the rest from the store."""
    spool = ObjectSpool(bucket)
    writer = await spool.open("folder/pcm")
    for _ in range(100):
        await writer.commit(PART)
        assert writer.appended_bytes - writer.held_from <= 384 * 1024
    end = writer.appended_bytes
    assert await spool.read("folder/pcm", 0, end) == PART * 100
    assert bucket.reads == 100
    assert writer.held_from == end


async def test_what_is_not_safe_stays_at_hand(bucket: CountingBucket) -> None:
    """Though it has been followed; once it is safe, it can be read again from the store."""
    spool = ObjectSpool(bucket)
    writer = await spool.open("folder/pcm")
    await writer.commit(b"safe ")
    await writer.append(b"not safe")
    for _ in range(2):
        assert await spool.read("folder/pcm", 5, 13) == b"not safe"
    assert writer.held_from == len(b"safe ")
    assert bucket.reads == 0
    await writer.commit()
    assert writer.held_from == writer.appended_bytes
    assert await spool.read("folder/pcm", 0, 13) == b"safe not safe"
    assert bucket.reads == 2


async def test_a_successor_s_follower_reads_what_was_there_before(bucket: CountingBucket) -> None:
    """From the store, and what comes from memory."""
    before = await ObjectSpool(bucket).open("folder/pcm")
    await before.commit(b"before ")
    spool = ObjectSpool(bucket)
    writer = await spool.open("folder/pcm")
    await writer.commit(b"after")
    assert await spool.read("folder/pcm", 0, 7) == b"before "
    assert bucket.reads == 1
    assert await spool.read("folder/pcm", 7, 12) == b"after"
    assert bucket.reads == 1
