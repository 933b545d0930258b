"""The server dies at each place in the order of writes, just before it and just after."""

import itertools
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from reliability.process import NotStarted, ServerProcess
from reliability.test_webhooks import listening
from reliability.works import Deletions, Imports, LiveCalls, Sweeps, Webhooks, Work

if TYPE_CHECKING:
    from support.seaweed import SeaweedServer

# Many servers, one after the other: too slow for every run.
pytestmark = pytest.mark.check

_PLACES = {
    "imports": (
        "spool.open",
        "writer.append",
        "writer.commit",
        "writer.close",
        "recordings.create",
        "media.put",
        "spool.segments",
        "media.check",
        "recordings.end",
    ),
    # Written with the ending; waited for; leased and about to be sent; sent and answered.
    "webhooks": ("recordings.end", "outbox.next_due", "outbox.claim", "outbox.record"),
    "live calls": (
        "recordings.create",
        "spool.open",
        "writer.commit",
        "recordings.keep_session",
        "writer.close",
        "recordings.end",
    ),
    "deletions": ("recordings.delete", "media.purge"),
    "sweeps": ("recordings.by_media_key", "media.purge", "media.discard"),
    "compaction": ("joiner.join", "recordings.rearrange"),
}
POINTS = [
    (work, f"{place}:{when}")
    for work, places in _PLACES.items()
    for place, when in itertools.product(places, ("before", "after"))
]
_IDS = [f"{work}-{point}" for work, point in POINTS]
_LONG_ROUNDS = 20


@contextmanager
def at_work(kind: str, folder: Path) -> Iterator[Work]:
    """Clients with something for a server on this folder to do."""
    seed = sum(kind.encode())
    if kind == "webhooks":
        with listening(folder, 1, refusals=0) as receivers:
            yield Webhooks(seed, receivers)
    elif kind == "live calls":
        yield LiveCalls(seed)
    elif kind == "deletions":
        yield Deletions(seed, folder)
    elif kind == "sweeps":
        yield Sweeps(seed, folder)
    else:
        yield Imports(seed)


def fail_at(
    point: str, arguments: Sequence[str], environment: Mapping[str, str], work: Work
) -> None:
    """Works until the server has died at the point, and looks what is there after a restart."""
    work.prepare()
    failing = (sys.executable, str(Path(__file__).with_name("failing_server.py")), point, "serve")
    try:
        with ServerProcess(arguments, command=failing, environment=environment) as server:
            work.go_on(server)
            status, said = server.wait()
    except NotStarted as gone:
        # What is done at start may be quicker than the doors.
        status, said = gone.status, gone.said
    assert status == -9, (point, said)
    with ServerProcess(arguments, environment=environment) as server:
        work.check(server)
        server.stop()


@pytest.fixture
def place(
    request: pytest.FixtureRequest, kind: str, tmp_path: Path
) -> tuple[list[str], dict[str, str]]:
    """Where the server keeps things: flags and environment."""
    arguments = ["--data-dir", str(tmp_path), "--commit-seconds", "0.02"]
    if kind != "compaction":
        return arguments, {}
    from support.seaweed import environment  # noqa: PLC0415 - not in the core packages

    server: SeaweedServer = request.getfixturevalue("seaweed_server")
    return [*arguments, "--media", f"s3://{server.bucket}/{uuid4()}"], environment(server.port)


@pytest.mark.parametrize(("kind", "point"), POINTS, ids=_IDS)
def test_every_failpoint_leaves_what_was_acknowledged(
    tmp_path: Path, place: tuple[list[str], dict[str, str]], kind: str, point: str
) -> None:
    """And what was not is absent, goes on, or ends."""
    with at_work(kind, tmp_path) as work:
        fail_at(point, *place, work)


@pytest.mark.chaos
@pytest.mark.parametrize(("kind", "point"), POINTS, ids=_IDS)
def test_every_failpoint_many_times(
    tmp_path: Path, place: tuple[list[str], dict[str, str]], kind: str, point: str
) -> None:
    """All on one data directory, so that what one leaves behind meets the next."""
    with at_work(kind, tmp_path) as work:
        for _ in range(_LONG_ROUNDS):
            fail_at(point, *place, work)
    print(f"\n{kind}, {point}: {_LONG_ROUNDS} deaths, 0 broken invariants")
