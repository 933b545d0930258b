"""What the live methods do before a session is found."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any, cast

import pytest

from unit.recorder.live_house import House, opened
from voice_recordings.errors import FirstMessageLate
from voice_recordings.rpc.live import LiveServicer
from voicerecordings.recorder.v1 import recorder_pb2


@pytest.fixture
def house() -> Iterator[House]:
    """A server with nothing recorded."""
    with opened() as house:
        yield house


async def silence() -> AsyncIterator[recorder_pb2.WriteAudioRequest]:
    """A stream that never says anything."""
    await asyncio.Event().wait()
    yield recorder_pb2.WriteAudioRequest()


async def test_a_stream_that_sends_nothing_is_ended(house: House) -> None:
    """After ten seconds, by the clock, and not before."""
    servicer = LiveServicer(house.sessions, house.clock)  # type: ignore[abstract] # its live half
    answers = servicer.WriteAudio(silence(), cast("Any", None))
    waiting = asyncio.ensure_future(anext(answers))
    await asyncio.sleep(0)
    await house.clock.advance(timedelta(seconds=9.9))
    await asyncio.sleep(0)
    assert not waiting.done()
    await house.clock.advance(timedelta(seconds=0.1))
    with pytest.raises(FirstMessageLate):
        await waiting
