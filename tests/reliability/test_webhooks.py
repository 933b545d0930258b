"""The server is killed with webhooks under way."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from reliability.journal import Journal
from reliability.process import ServerProcess
from reliability.receivers import Receivers
from support.endings import end_one
from voice_recordings.access.keys import Keyring
from voice_recordings.client import RecordingsClient
from voice_recordings.clock import SystemClock
from voice_recordings.storage.opening import open_recordings
from voicerecordings.recorder.v1.webhooks_pb2 import Delivery

_RECEIVERS = 10
_LONG_WEBHOOKS = 10_000
_PATIENCE_SECONDS = 600.0
_SHORT_PATIENCE_SECONDS = 120.0
_SECRET = b"0123456789abcdef" * 4


def listening(folder: Path, receivers: int, *, refusals: int = 2) -> Receivers:
    """Receivers of what a server on this folder will sign."""
    secret = folder / "secret"
    secret.write_bytes(_SECRET)
    secret.chmod(0o600)
    return Receivers(receivers, Keyring(_SECRET).webhook_key("demo", 1), refusals=refusals)


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
            receivers.wait_for(count, life_seconds)
            server.kill()
            kills += 1
    return kills


def none_is_lost(receivers: Receivers, count: int) -> None:
    """Each has arrived, under one id that is its own."""
    assert len(receivers.taken) == count
    assert all(len(names) == 1 for names in receivers.of.values())
    assert len(set.union(*receivers.of.values())) == count


async def run(folder: Path, count: int, life_seconds: float) -> tuple[Receivers, int]:
    """Delivers so many webhooks, three in ten of them to receivers that refuse at first."""
    with listening(folder, _RECEIVERS) as receivers:
        await fill(folder, count, receivers.urls)
        kills = await asyncio.to_thread(deliver, folder, receivers, count, life_seconds)
    return receivers, kills


@pytest.mark.check
async def test_no_webhook_is_lost(tmp_path: Path) -> None:
    """Each arrives, however often its worker dies."""
    receivers, kills = await run(tmp_path, 300, life_seconds=0.3)
    assert kills > 1
    none_is_lost(receivers, 300)


def test_webhooks_of_imports_survive_kills(tmp_path: Path) -> None:
    """Some have arrived, some are under way and some wait when the server dies."""
    arguments = ["--data-dir", str(tmp_path)]
    made = 0
    with listening(tmp_path, 1) as receivers:
        journal = Journal(seed=21, ready_uri=receivers.urls[0])
        for turn in range(2):
            with ServerProcess(arguments) as server:
                made += sum(journal.send(server.http_url, longest_seconds=0.2) for _ in range(15))
                assert receivers.wait_for(1 + turn * 15, _SHORT_PATIENCE_SECONDS)
                server.kill()
        assert made == len(journal.acknowledged) == 30
        with ServerProcess(arguments) as server:
            assert receivers.wait_for(made, _SHORT_PATIENCE_SECONDS)
            journal.check(server.http_url)
            delivered(server.grpc_address, sorted(journal.acknowledged))
            server.stop()
    none_is_lost(receivers, made)


def delivered(grpc_address: str, recordings: Sequence[str]) -> None:
    """Waits until every webhook is known to have arrived."""
    give_up = time.monotonic() + _SHORT_PATIENCE_SECONDS
    with RecordingsClient(grpc_address) as client:
        for recording in recordings:
            name = f"projects/demo/calls/c1/recordings/{recording}"
            while [each.state for each in client.deliveries(name)] != [Delivery.DELIVERED]:
                assert time.monotonic() < give_up, name
                time.sleep(0.05)


@pytest.mark.chaos
async def test_no_webhook_of_many_is_lost(tmp_path: Path) -> None:
    """Ten thousand, with a kill every two seconds."""
    receivers, kills = await run(tmp_path, _LONG_WEBHOOKS, life_seconds=2.0)
    lost = _LONG_WEBHOOKS - len(receivers.taken)
    share = receivers.again / _LONG_WEBHOOKS
    print(
        f"\n{_LONG_WEBHOOKS} webhooks, {kills} kills: {lost} lost, "
        f"{receivers.again} ({share:.2%}) delivered again"
    )
    none_is_lost(receivers, _LONG_WEBHOOKS)
