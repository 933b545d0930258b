"""The server dies at each place in the order of writes, just before it and just after."""

import itertools
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from reliability.journal import Journal
from reliability.process import ServerProcess

# Many servers, one after the other: too slow for every run.
pytestmark = pytest.mark.check

_PLACES = (
    "spool.open",
    "writer.append",
    "writer.commit",
    "writer.close",
    "recordings.create",
    "media.put",
    "spool.segments",
    "media.check",
    "recordings.end",
)
POINTS = [f"{place}:{when}" for place, when in itertools.product(_PLACES, ("before", "after"))]
_LONG_ROUNDS = 20


def fail_at(point: str, arguments: Sequence[str], journal: Journal) -> None:
    """Imports until the server has died at the point, and looks what is there after a restart."""
    failing = (sys.executable, str(Path(__file__).with_name("failing_server.py")), point, "serve")
    with ServerProcess(arguments, command=failing) as server:
        clients = [
            threading.Thread(target=journal.send_until_it_fails, args=(server.http_url, 1))
            for _ in range(3)
        ]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        status, _ = server.wait()
        assert status == -9, point
    with ServerProcess(arguments) as server:
        journal.check(server.http_url)
        server.stop()


@pytest.mark.parametrize("point", POINTS)
def test_every_failpoint_leaves_what_was_acknowledged(tmp_path: Path, point: str) -> None:
    """And what was not is absent, or ends."""
    journal = Journal(seed=POINTS.index(point))
    fail_at(point, ["--data-dir", str(tmp_path)], journal)
    assert journal.acknowledged.keys() <= journal.whole


@pytest.mark.chaos
def test_every_failpoint_many_times(tmp_path: Path) -> None:
    """All on one data directory, so that what one leaves behind meets the next."""
    journal = Journal(seed=100)
    arguments = ["--data-dir", str(tmp_path)]
    for point in POINTS * _LONG_ROUNDS:
        fail_at(point, arguments, journal)
    print(
        f"\n{len(POINTS)} failpoints x {_LONG_ROUNDS}: "
        f"{len(journal.acknowledged)} imports acknowledged, "
        f"{len(journal.acknowledged.keys() - journal.whole)} lost"
    )
    assert journal.acknowledged.keys() <= journal.whole
