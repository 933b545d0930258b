"""A stream has ten seconds to say what it is about."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import grpc
import pytest

from unit.rpc import echoing
from unit.rpc.echoing import HANDLERS, gathered
from voice_recordings.clock import ManualClock
from voice_recordings.errors import FirstMessageLate
from voice_recordings.rpc.first_message_interceptor import FirstMessageInterceptor


async def silence() -> AsyncIterator[str]:
    """A stream that never says anything."""
    await asyncio.Event().wait()
    yield "never"


async def late_second(clock: ManualClock) -> AsyncIterator[str]:
    """A stream whose second message comes after a day."""
    yield "first"
    await clock.advance(timedelta(days=1))
    yield "second"


async def saying(*messages: str) -> AsyncIterator[str]:
    """A stream of these messages."""
    for message in messages:
        yield message


async def called(clock: ManualClock, kind: str, requests: AsyncIterator[str]) -> list[str]:
    """What comes of a call whose requests are these."""
    return await echoing.called(FirstMessageInterceptor(clock), kind, requests)


@pytest.mark.parametrize("kind", HANDLERS)
async def test_a_stream_that_sends_nothing_is_ended(kind: str) -> None:
    """After ten seconds, by the clock, and not before."""
    clock = ManualClock()
    waiting = asyncio.ensure_future(called(clock, kind, silence()))
    await asyncio.sleep(0)
    await clock.advance(timedelta(seconds=9.9))
    await asyncio.sleep(0)
    assert not waiting.done()
    await clock.advance(timedelta(seconds=0.1))
    with pytest.raises(FirstMessageLate):
        await waiting


@pytest.mark.parametrize("kind", HANDLERS)
async def test_what_follows_the_first_message_may_take_its_time(kind: str) -> None:
    """The stream passes through as it was."""
    clock = ManualClock()
    assert await called(clock, kind, late_second(clock)) == ["first", "second"]


@pytest.mark.parametrize("kind", HANDLERS)
async def test_a_stream_without_a_message_is_the_method_s_to_judge(kind: str) -> None:
    """It ended in time."""
    assert await called(ManualClock(), kind, saying()) == []


async def test_a_call_given_up_meanwhile_leaves_nothing_behind() -> None:
    """Neither its wait nor its place on the clock."""
    clock = ManualClock()
    waiting = asyncio.ensure_future(called(clock, "stream_unary", silence()))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await clock.advance(timedelta(seconds=10)) == ()


def test_calls_of_one_message_and_test_controls_are_left_alone() -> None:
    """The one has a deadline; the other waits for what tests do."""
    interceptor = FirstMessageInterceptor(ManualClock())
    unary: Any = grpc.unary_unary_rpc_method_handler(gathered)
    assert interceptor.wrap("/service/Method", unary) is unary
    streaming = HANDLERS["stream_unary"]
    method = "/voicerecordings.emulator.v1.Emulator/ImportState"
    assert interceptor.wrap(method, streaming) is streaming
