"""What every `MediaStore` and the `Spool` beside it promise."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.audio_stores import AudioStores
from voice_recordings.errors import StorageFailed
from voice_recordings.recordings.media import Segment


async def read(audio: AudioStores, segment: Segment) -> bytes:
    """All of a segment."""
    return b"".join([piece async for piece in audio.media.read(segment)])


async def test_what_is_put_can_be_read(audio: AudioStores) -> None:
    """Whole, and in part."""
    segment = await audio.media.put("folder/a", b"0123456789")
    assert segment.length == 10
    assert await read(audio, segment) == b"0123456789"
    assert await read(audio, Segment("folder/a", 3, 4)) == b"3456"
    assert await read(audio, Segment("folder/a", 3, 0)) == b""


async def test_a_large_object_comes_in_pieces(audio: AudioStores) -> None:
    """No piece is larger than 256 KiB."""
    data = bytes(range(256)) * 4096
    segment = await audio.media.put("folder/a", data)
    pieces = [piece async for piece in audio.media.read(segment)]
    assert b"".join(pieces) == data
    assert max(map(len, pieces)) <= 256 * 1024


async def test_an_object_is_never_overwritten(audio: AudioStores) -> None:
    """A key is used once."""
    segment = await audio.media.put("folder/a", b"first")
    with pytest.raises(StorageFailed):
        await audio.media.put("folder/a", b"second")
    assert await read(audio, segment) == b"first"


@pytest.mark.parametrize(
    "segment", [Segment("folder/none", 0, 1), Segment("none/a", 0, 1), Segment("folder/a", 8, 5)]
)
async def test_what_is_not_there_cannot_be_read(audio: AudioStores, segment: Segment) -> None:
    """Missing bytes are an error, never a shorter answer."""
    await audio.media.put("folder/a", b"0123456789")
    with pytest.raises(StorageFailed):
        await read(audio, segment)


async def test_a_purge_takes_the_folder_and_nothing_else(audio: AudioStores) -> None:
    """Objects and spooled audio alike; it may be repeated."""
    first = await audio.media.put("folder/a", b"a")
    other = await audio.media.put("folder2/a", b"b")
    writer = await audio.spool.open("folder/pcm")
    await writer.append(b"pcm")
    await writer.commit()
    await writer.close()
    await audio.media.purge("folder")
    await audio.media.purge("folder")
    with pytest.raises(StorageFailed):
        await read(audio, first)
    assert await audio.spool.size("folder/pcm") == 0
    assert await read(audio, other) == b"b"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(pieces=st.lists(st.binary(max_size=50), max_size=8), data=st.data())
async def test_a_spool_gives_back_what_was_appended(
    audio: AudioStores, pieces: list[bytes], data: st.DataObject
) -> None:
    """Any stretch, while it grows and as segments when it is committed."""
    await audio.media.purge("folder")
    whole = b"".join(pieces)
    writer = await audio.spool.open("folder/pcm")
    for piece in pieces:
        await writer.append(piece)
    assert writer.appended_bytes == len(whole)
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    assert await audio.spool.read("folder/pcm", start, end) == whole[start:end]
    assert await writer.commit() == len(whole)
    await writer.close()
    segments = await audio.spool.segments("folder/pcm", start, end)
    assert b"".join([await read(audio, segment) for segment in segments]) == whole[start:end]


async def test_a_spool_goes_on_where_it_ended(audio: AudioStores) -> None:
    """Opening a key again appends to it."""
    for piece in (b"one ", b"two"):
        writer = await audio.spool.open("folder/pcm")
        await writer.append(piece)
        await writer.commit()
        await writer.close()
    assert await audio.spool.size("folder/pcm") == 7
    assert await audio.spool.read("folder/pcm", 0, 7) == b"one two"


async def test_a_commit_may_append(audio: AudioStores) -> None:
    """In one step, before and after other ways of appending."""
    writer = await audio.spool.open("folder/pcm")
    assert await writer.commit(b"one ") == 4
    await writer.append(b"two ")
    assert await writer.commit(b"three ") == 14
    assert await writer.commit(b"four") == writer.appended_bytes == 18
    await writer.close()
    assert await audio.spool.read("folder/pcm", 0, 18) == b"one two three four"


async def test_a_spool_that_was_never_written_is_empty(audio: AudioStores) -> None:
    """Asking is no error."""
    assert await audio.spool.size("folder/none") == 0
    assert await audio.spool.segments("folder/none", 0, 0) == ()


async def test_whole_objects_pass_the_check(audio: AudioStores) -> None:
    """Finished and spooled ones, and parts of them."""
    segment = await audio.media.put("folder/a", b"0123456789")
    writer = await audio.spool.open("folder/pcm")
    await writer.append(b"0123")
    await writer.commit()
    await writer.close()
    spooled = await audio.spool.segments("folder/pcm", 1, 4)
    await audio.media.check([segment, Segment("folder/a", 9, 1), *spooled])


@pytest.mark.parametrize("segment", [Segment("folder/a", 8, 3), Segment("folder/b", 0, 1)])
async def test_what_is_gone_or_cut_fails_the_check(audio: AudioStores, segment: Segment) -> None:
    """Before anybody is told that it is there."""
    whole = await audio.media.put("folder/a", b"0123456789")
    with pytest.raises(StorageFailed):
        await audio.media.check([whole, segment])


async def test_spooled_audio_that_is_cut_makes_no_segments(audio: AudioStores) -> None:
    """What should be there and is not fails the recording."""
    writer = await audio.spool.open("folder/pcm")
    await writer.append(b"0123")
    await writer.commit()
    await writer.close()
    with pytest.raises(StorageFailed):
        await audio.spool.segments("folder/pcm", 0, 5)


@pytest.mark.parametrize("writing", [True, False])
async def test_spooled_audio_that_is_not_there_cannot_be_read(
    audio: AudioStores, *, writing: bool
) -> None:
    """Fewer bytes than were asked for would pass for silence."""
    writer = await audio.spool.open("folder/pcm")
    await writer.commit(b"0123")
    if not writing:
        await writer.close()
    assert await audio.spool.read("folder/pcm", 1, 4) == b"123"
    for key, start, end in (
        ("folder/pcm", 0, 5),
        ("folder/pcm", 4, 5),
        ("folder/pcm", 9, 10),
        ("folder/none", 0, 1),
        ("none/pcm", 0, 1),
    ):
        with pytest.raises(StorageFailed):
            await audio.spool.read(key, start, end)


async def test_objects_are_discarded_one_by_one(audio: AudioStores) -> None:
    """The others of the folder stay; gone already is no error."""
    first = await audio.media.put("folder/a", b"a")
    other = await audio.media.put("folder/b", b"b")
    await audio.media.discard(["folder/a", "folder/none", "none/a"])
    with pytest.raises(StorageFailed):
        await read(audio, first)
    assert await read(audio, other) == b"b"


async def test_folders_tell_what_they_hold(audio: AudioStores) -> None:
    """Objects and spooled audio with their sizes; a purged folder is not met again."""
    assert [folder async for folder in audio.media.folders()] == []
    await audio.media.put("0192f3-a/x", b"123")
    await audio.media.put("0192f4-b/x", b"1")
    await audio.media.put("0192f4-c/x", b"1")
    writer = await audio.spool.open("0192f3-a/pcm")
    await writer.append(b"12")
    await writer.commit()
    await writer.close()
    await audio.media.purge("0192f4-c")
    found = {folder.name: folder async for folder in audio.media.folders()}
    assert found.keys() == {"0192f3-a", "0192f4-b"}
    assert sum(found["0192f3-a"].sizes.values()) == 5
    assert found["0192f4-b"].sizes == {"0192f4-b/x": 1}
