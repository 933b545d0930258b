"""The server is killed with webhooks under way."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from reliability.process import ServerProcess
from reliability.receivers import Receivers
from support.endings import end_one
from voice_recordings.clock import SystemClock
from voice_recordings.storage.opening import open_recordings

pytestmark = pytest.mark.check

_RECEIVERS = 10
_LONG_WEBHOOKS = 10_000
_PATIENCE_SECONDS = 600.0


async def fill(folder: Path, count: int, urls: Sequence[str]) -> None:
    """Ends so many recordings, each with a webhook for one of the receivers."""
    clock = SystemClock()
    async with open_recordings(f"sqlite://{folder}/recordings.db", clock, None) as (store, _):
        for first in range(0, count, 500):
            await asyncio.gather(
                *(
                    end_one(store, number, clock.now(), ready_uri=urls[number % len(urls)])
                    for number in range(first, min(first + 500, count))
                )
            )


def deliver(folder: Path, receivers: Receivers, count: int, life_seconds: float) -> int:
    """Kills the server after so long, again and again, until all has been delivered."""
    kills = 0
    began = time.monotonic()
    while len(receivers.taken) < count:
        assert time.monotonic() - began < _PATIENCE_SECONDS, f"{len(receivers.taken)} delivered"
        with ServerProcess(["--data-dir", str(folder)]) as server:
            ends = time.monotonic() + life_seconds
            while time.monotonic() < ends and len(receivers.taken) < count:
                time.sleep(0.02)
            server.kill()
            kills += 1
    return kills


async def run(folder: Path, count: int, life_seconds: float) -> tuple[Receivers, int]:
    """Delivers so many webhooks, three in ten of them to receivers that refuse at first."""
    reluctant = frozenset(f"ready-demo-{number}" for number in range(count) if number % 10 < 3)
    with Receivers(_RECEIVERS, reluctant) as receivers:
        await fill(folder, count, receivers.urls)
        kills = await asyncio.to_thread(deliver, folder, receivers, count, life_seconds)
    return receivers, kills


async def test_no_webhook_is_lost(tmp_path: Path) -> None:
    """Each arrives, however often its worker dies."""
    receivers, kills = await run(tmp_path, 300, life_seconds=0.3)
    assert kills > 1
    assert len(receivers.taken) == 300


@pytest.mark.chaos
async def test_no_webhook_of_many_is_lost(tmp_path: Path) -> None:
    """Ten thousand, with a kill every two seconds."""
    receivers, kills = await run(tmp_path, _LONG_WEBHOOKS, life_seconds=2.0)
    again = sum(count - 1 for count in receivers.taken.values())
    print(
        f"\n{_LONG_WEBHOOKS} webhooks, {kills} kills: {_LONG_WEBHOOKS - len(receivers.taken)} "
        f"lost, {again} ({again / _LONG_WEBHOOKS:.2%}) delivered again"
    )
    assert len(receivers.taken) == _LONG_WEBHOOKS
