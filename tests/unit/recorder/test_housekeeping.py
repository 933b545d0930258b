"""A sweep beside work that goes on: what is nobody's goes, and what is being made stays.

The store's clock is taken to be of no help: to every sweep all there is looks old.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial

import pytest

from support.recordings import NOW
from unit.recorder.import_house import FILE, FORMAT, NAME, ORDER, PCM, House, opened, pieces, sweep
from voice_recordings.audio.wav import wav_header
from voice_recordings.errors import NotAudio, StoreUnavailable
from voice_recordings.recorder.leases import LEASE_SECONDS
from voice_recordings.recordings.recording import Failed, Reason, Succeeded


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """A house of its own for each test."""
    async with opened() as house:
        yield house


async def test_audio_whose_recording_is_about_to_be_written_down_is_not_swept(
    house: House,
) -> None:
    """It is safe, and its caller is about to be told so."""
    await house.importer.take(ORDER, pieces())
    assert await house.pcm(await house.ended()) == PCM


async def test_audio_that_still_comes_in_is_not_swept(house: House) -> None:
    """Of a long import some is safe long before the rest has come."""
    part = bytes(5 * 1024 * 1024)

    async def slowly() -> AsyncIterator[bytes]:
        yield wav_header(FORMAT, len(part) + len(PCM)) + part
        await sweep(house.keeper)
        yield PCM

    await house.importer.take(ORDER, slowly())
    assert await house.pcm(await house.ended()) == part + PCM


async def test_what_is_being_compacted_is_not_swept(house: House) -> None:
    """Neither what is joined nor what it is joined from, until the row says which is needed."""
    await house.importer.take(ORDER, pieces())
    recording = await house.ended()
    assert await house.compactor.compact(recording)
    joined = await house.ended()
    assert isinstance(joined.ending, Succeeded)
    assert all(audio.is_whole for audio in joined.ending.audio)
    assert await house.pcm(joined) == FILE
    await sweep(house.keeper)
    assert await house.pcm(joined) == FILE
    assert not house.compactor.joining


async def test_audio_that_gets_there_or_goes_while_a_sweep_looks_is_not_damaged(
    house: House,
) -> None:
    """What the rows name by then is newer than the listing."""
    look = partial(house.keeper.sweep, NOW, delete=False)
    await house.importer.take(ORDER, pieces())
    house.recordings.meanwhile = house.ended
    assert (await look()).damaged == ()
    house.recordings.meanwhile = partial(house.compactor.compact, await house.ended())
    assert (await look()).damaged == ()
    recording = await house.ended()
    assert isinstance(recording.ending, Succeeded)
    await house.media.discard([recording.ending.audio[0].segments[0].key])
    assert (await look()).damaged == (recording,)


async def test_an_upload_that_was_broken_off_leaves_nothing(house: House) -> None:
    """Refused, or without a row because the store could not be reached."""
    with pytest.raises(NotAudio):
        await house.importer.take(ORDER, pieces(b"not audio" * 1000))
    assert await house.folders() == []
    house.recordings.unavailable = True
    with pytest.raises(StoreUnavailable):
        await house.importer.take(ORDER, pieces())
    assert len(await house.folders()) == 1
    await sweep(house.keeper)
    assert await house.folders() == []
    assert not house.importer.uploads


async def test_audio_that_is_gone_is_not_silence(house: House) -> None:
    """A recording whose audio was lost under it has failed, after some tries; it was not empty."""
    house.recordings.loses_audio = True
    await house.importer.take(ORDER, pieces())
    ending = None
    async with asyncio.timeout(60):
        while ending is None:
            await house.clock.advance(timedelta(seconds=LEASE_SECONDS + 1))
            await house.workers.take_over()
            await asyncio.sleep(0.01)
            recording = await house.recordings.get(NAME)
            assert recording is not None
            ending = recording.ending
    assert isinstance(ending, Failed)
    assert ending.reason is Reason.STORAGE_FAILED
