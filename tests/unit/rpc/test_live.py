"""A stream of live audio whose answers nobody reads."""

from collections.abc import AsyncIterator, Iterator
from typing import Any, cast

import pytest

from unit.recorder.live_house import House, opened, order
from voice_recordings.recordings.names import RecordingName
from voice_recordings.rpc.live import LiveServicer
from voicerecordings.recorder.v1 import recorder_pb2, session_pb2

NAME = RecordingName("demo", "c1", "r1")
PIECE = b"\x00\x30\x00\xd0" * 4000
PIECES = 50


@pytest.fixture
def house() -> Iterator[House]:
    """A server with nothing recorded."""
    with opened() as house:
        yield house


async def call() -> AsyncIterator[recorder_pb2.WriteAudioRequest]:
    """A whole call, message by message."""
    yield recorder_pb2.WriteAudioRequest(name=str(NAME))
    for number in range(PIECES):
        yield recorder_pb2.WriteAudioRequest(offset=number * len(PIECE), audio=PIECE)
    yield recorder_pb2.WriteAudioRequest(finish=True)


async def test_a_producer_that_never_reads_is_recorded_all_the_same(house: House) -> None:
    """Audio is taken in though the first acknowledgement is still on its way out."""
    await house.sessions.create(order())
    servicer = LiveServicer(house.sessions)  # type: ignore[abstract] # its live half
    answers = servicer.WriteAudio(call(), cast("Any", None))
    first = await anext(answers)
    assert first.committed_bytes == 0
    # From here on the door asks for no more answers, as when nobody takes them off it.
    assert await house.pcm(NAME) == PIECE * PIECES
    # None has piled up: what is said next is how it stands now.
    (last,) = [answer async for answer in answers]
    assert last.committed_bytes == len(PIECE) * PIECES
    assert last.ended == session_pb2.Session.COMPLETED
