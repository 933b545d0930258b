"""S3 that is stopped, refuses, is slow, and breaks off."""

import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from reliability.faulty_proxy import FaultyProxy
from reliability.journal import Journal
from reliability.process import ServerProcess
from reliability.works import Imports, LiveCalls, wait_until

if TYPE_CHECKING:
    from support.seaweed import SeaweedServer

pytestmark = pytest.mark.check


@pytest.fixture
def proxy(seaweed_server: "SeaweedServer") -> Iterator[FaultyProxy]:
    """A proxy before the S3 server, well-behaved at first."""
    with FaultyProxy(seaweed_server.port) as proxy:
        yield proxy


@pytest.mark.parametrize("mode", ["gone", "refuse", "slow", "cut"])
def test_nothing_acknowledged_is_lost_with_the_object_store(
    seaweed_server: "SeaweedServer", proxy: FaultyProxy, tmp_path: Path, mode: str
) -> None:
    """What is refused is refused; what was taken in is whole when the store is well again."""
    from support.seaweed import environment  # noqa: PLC0415 - not in the core packages

    secret = tmp_path / "secret"
    secret.write_text("0123456789abcdef" * 4)
    arguments = [
        "--store", f"sqlite://{tmp_path}/recordings.db", "--secret-file", str(secret),
        "--media", f"s3://{seaweed_server.bucket}/{uuid4()}",
    ]  # fmt: skip
    journal = Journal(seed=7)
    with ServerProcess(arguments, environment=environment(proxy.port)) as server:
        assert journal.send(server.http_url, longest_seconds=1)
        sending = [
            threading.Thread(
                target=journal.send, args=(server.http_url,), kwargs={"longest_seconds": 120.0}
            )
            for _ in range(4)
        ]
        for each in sending[:2]:
            each.start()
        proxy.mode = mode
        for each in sending[2:]:
            each.start()
        for each in sending:
            each.join()
        proxy.mode = "forward"
        assert journal.send(server.http_url, longest_seconds=1)
        journal.check(server.http_url)
        server.stop()
    assert journal.acknowledged.keys() <= journal.whole


def outage(
    store: "SeaweedServer",
    number: signal.Signals,
    server: ServerProcess,
    imports: Imports,
    calls: LiveCalls,
) -> None:
    """Takes the object store away from under clients, brings it back, and looks what is there."""
    begun = len(imports.journal.acknowledged)
    clients = [threading.Thread(target=work.go_on, args=(server,)) for work in (imports, calls)]
    for client in clients:
        client.start()
    wait_until(lambda: len(imports.journal.acknowledged) > begun, "nothing is taken in")
    store.stop(number)
    for client in clients:
        client.join()
    store.start()
    wait_until(lambda: imports.journal.send(server.http_url), "it does not go on")
    calls.check(server)
    imports.check(server)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
def test_nothing_acknowledged_is_lost_when_the_object_store_dies(
    tmp_path: Path, number: signal.Signals
) -> None:
    """In the middle of imports and of a live call; all goes on when it is back."""
    from support.seaweed import SeaweedServer, environment  # noqa: PLC0415 - not in the core packages

    imports, calls = Imports(seed=8), LiveCalls(seed=9)
    with SeaweedServer() as store:
        arguments = ["--data-dir", str(tmp_path), "--media", f"s3://{store.bucket}/audio"]
        with ServerProcess(arguments, environment=environment(store.port)) as server:
            outage(store, number, server, imports, calls)
            imports.journal.check_all_again(server.http_url)
            server.stop()
