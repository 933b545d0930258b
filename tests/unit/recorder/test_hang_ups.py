"""Callers that are gone while a row is written or deleted: what has begun comes to its end."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from unit.recorder.import_house import NAME, ORDER, PCM, House, opened, pieces, sweep
from voice_recordings.recordings.recording import Recording


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """A house of its own for each test."""
    async with opened() as house:
        yield house


async def hung_up(house: House, call: "asyncio.Task[Recording]") -> None:
    """Has the caller hang up when the store has the row in hand."""
    house.recordings.caller = call
    with pytest.raises(asyncio.CancelledError):
        await call


async def test_an_import_whose_caller_is_gone_keeps_its_audio(house: House) -> None:
    """Its row is there, the same import again is answered with it, and it is whole."""
    await hung_up(house, asyncio.create_task(house.importer.take(ORDER, pieces())))
    again = await house.importer.take(ORDER, pieces())
    assert again.media_key in await house.folders()
    assert await house.pcm(await house.ended()) == PCM


async def test_a_deletion_whose_caller_is_gone_is_made_all_the_same(house: House) -> None:
    """Nothing of the recording is left to go on for the next of its name."""
    deleted = await house.importer.take(ORDER, pieces())
    await hung_up(house, asyncio.create_task(house.remover.delete(NAME)))
    assert await house.recordings.get(NAME) is None
    assert await house.folders() == []
    await house.importer.take(ORDER, pieces())
    recording = await house.ended()
    assert recording.media_key != deleted.media_key
    assert await house.pcm(recording) == PCM
    await sweep(house.keeper)
    assert await house.pcm(recording) == PCM
