"""PostgreSQL is stopped and killed beneath the server."""

import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reliability.journal import Journal
from reliability.process import ServerProcess

if TYPE_CHECKING:
    from support.postgres import PostgresServer

pytestmark = pytest.mark.check

_LONG_KILLS = 50
_USABLE_SECONDS = 2.0


@pytest.fixture
def own_postgres() -> Iterator["PostgresServer"]:
    """A server that no other test has to go on with."""
    from support.postgres import PostgresServer  # noqa: PLC0415 - not in the core packages

    with PostgresServer() as server:
        yield server


def arguments(postgres: "PostgresServer", tmp_path: Path) -> list[str]:
    """Flags of a server on it, with files beside."""
    secret = tmp_path / "secret"
    secret.write_text("0123456789abcdef" * 4)
    return [
        "--store", postgres.dsn(), "--media", f"file://{tmp_path}/media",
        "--secret-file", str(secret),
    ]  # fmt: skip


def usable_after(journal: Journal, http_url: str) -> float:
    """How long it takes until an import is acknowledged again."""
    began = time.monotonic()
    while not journal.send(http_url, longest_seconds=0.2):
        assert time.monotonic() - began < 180, "the server does not recover"
        time.sleep(0.02)
    return time.monotonic() - began


def outages(
    postgres: "PostgresServer", tmp_path: Path, count: int, number: signal.Signals
) -> tuple[Journal, list[float]]:
    """Takes the database away from under four clients; gives how long each recovery took."""
    journal = Journal(seed=int(number))
    recoveries = []
    with ServerProcess(arguments(postgres, tmp_path)) as server:
        for outage in range(count):
            sending = threading.Thread(
                target=journal.send_until_it_fails, args=(server.http_url,), daemon=True
            )
            sending.start()
            time.sleep(0.1 + 0.7 * (outage % 10) / 10)
            postgres.stop(number)
            sending.join()
            postgres.start()
            recoveries.append(usable_after(journal, server.http_url))
            journal.check(server.http_url)
        journal.check_all_again(server.http_url)
        server.stop()
    return journal, recoveries


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["stopped", "killed"])
def test_nothing_acknowledged_is_lost_with_the_database(
    own_postgres: "PostgresServer", tmp_path: Path, number: signal.Signals
) -> None:
    """And the server goes on when it is back, without a restart."""
    journal, recoveries = outages(own_postgres, tmp_path, 2, number)
    assert len(recoveries) == 2
    assert journal.acknowledged.keys() <= journal.whole


@pytest.mark.chaos
def test_nothing_acknowledged_is_lost_in_many_outages(
    own_postgres: "PostgresServer", tmp_path: Path
) -> None:
    """PostgreSQL killed fifty times."""
    journal, recoveries = outages(own_postgres, tmp_path, _LONG_KILLS, signal.SIGKILL)
    print(
        f"\n{_LONG_KILLS} kills of PostgreSQL: {len(journal.acknowledged)} imports acknowledged, "
        f"{len(journal.acknowledged.keys() - journal.whole)} lost; usable again after "
        f"{max(recoveries):.2f} s at most ({_USABLE_SECONDS:.0f} s wanted)"
    )
    assert journal.acknowledged.keys() <= journal.whole
