"""Bad input again and again: nothing is left pending, on disk or in memory."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from end_to_end.processes import Served, resident_bytes
from parity.requests import import_over_grpc, import_over_rest
from parity.test_imports import BAD, KEPT, asking
from voice_recordings.client import RecordingsClient

ROUNDS = 20
# Until threads, connections and caches have what they will keep.
WARM_UP_ROUNDS = 10
GROWTH_BYTES = 5 * 1024 * 1024
# Allocators may fill up once more; what leaks grows every time.
TRIES = 3


@pytest.fixture
def own_server(tmp_path: Path) -> Any:
    """A server in a process of its own, whose temporary folder is ours to look into."""
    with Served(environment={"TMPDIR": str(tmp_path)}) as served:
        yield served


def test_the_whole_table_twenty_times_leaves_nothing_behind(
    own_server: Served, tmp_path: Path
) -> None:
    """No PENDING, no temporary file, RSS within 5 MiB of where it was once warm."""
    place: Any = SimpleNamespace(grpc_address=own_server.grpc_address, http_url=own_server.http_url)
    with RecordingsClient(own_server.grpc_address) as client:
        for _ in range(WARM_UP_ROUNDS):
            play_round(place, client)
        for _ in range(TRIES):
            before = resident_bytes(own_server.process)
            for _ in range(ROUNDS):
                play_round(place, client)
            assert list(client.list("projects/parity")) == []
            grown = resident_bytes(own_server.process) - before
            if grown <= GROWTH_BYTES:
                break
        assert grown <= GROWTH_BYTES
    assert list(tmp_path.iterdir()) == []


def play_round(place: Any, client: RecordingsClient) -> None:
    """Every row at both doors; what is kept is waited for and deleted."""
    for row in BAD:
        bad = row.values[0]
        for send in (import_over_grpc, import_over_rest):
            refused = send(place, bad.fields, bad.file, content_type=bad.content_type)  # type: ignore[union-attr]
            assert refused.code == "INVALID_ARGUMENT"
    for row in KEPT:
        for send in (import_over_grpc, import_over_rest):
            kept = send(place, asking(), row.values[0])  # type: ignore[arg-type]
            assert kept.response is not None
            client.wait_until_ready(kept.response["name"])
            client.delete(kept.response["name"])
