"""The server is killed at any moment, and started again."""

import random
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from reliability.journal import Journal
from reliability.process import ServerProcess

_SHORT_KILLS = 3
_LONG_KILLS = 200


def kill_again_and_again(arguments: Sequence[str], kills: int, seed: int) -> Journal:
    """Imports from four clients, killing the server up to a second into each run."""
    journal, moments = Journal(seed), random.Random(seed)
    for _ in range(kills):
        with ServerProcess(arguments) as server:
            journal.check(server.http_url)
            sending = threading.Thread(target=journal.send_until_it_fails, args=(server.http_url,))
            sending.start()
            time.sleep(moments.uniform(0.0, 1.0))
            server.kill()
            sending.join()
    with ServerProcess(arguments) as server:
        journal.check_all_again(server.http_url)
        server.stop()
    return journal


def test_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    """SQLite and files."""
    journal = kill_again_and_again(["--data-dir", str(tmp_path)], _SHORT_KILLS, seed=1)
    assert journal.acknowledged.keys() <= journal.whole


@pytest.mark.chaos
def test_nothing_acknowledged_is_lost_in_many_kills(tmp_path: Path) -> None:
    """SQLite and files, two hundred times."""
    journal = kill_again_and_again(["--data-dir", str(tmp_path)], _LONG_KILLS, seed=2)
    print(
        f"\n{_LONG_KILLS} kills of the service, SQLite and files: "
        f"{len(journal.acknowledged)} imports acknowledged, "
        f"{len(journal.acknowledged.keys() - journal.whole)} lost"
    )
    assert journal.acknowledged.keys() <= journal.whole


@pytest.mark.check
def test_ten_imports_under_way_come_back_whole_or_ended(tmp_path: Path) -> None:
    """Killed while ten files are being taken in and processed."""
    arguments = ["--data-dir", str(tmp_path)]
    journal = Journal(seed=3)
    with ServerProcess(arguments) as server:
        clients = [
            threading.Thread(
                target=journal.send, args=(server.http_url,), kwargs={"longest_seconds": 300.0}
            )
            for _ in range(10)
        ]
        for client in clients:
            client.start()
        while not journal.acknowledged:
            time.sleep(0.01)
        server.kill()
        for client in clients:
            client.join()
    with ServerProcess(arguments) as server:
        journal.check(server.http_url)
        server.stop()
    assert len(journal.sent) == 10
    assert journal.acknowledged.keys() <= journal.whole
