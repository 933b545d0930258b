"""What tests of every kind may ask for."""

from collections.abc import Iterator

import pytest

from support.server import serving
from voice_recordings.app import Running
from voice_recordings.client import RecordingsClient


@pytest.fixture(scope="session")
def server() -> Iterator[Running]:
    """A server that all tests share; each uses a project or call of its own."""
    with serving() as server:
        yield server


@pytest.fixture
def client(server: Running) -> Iterator[RecordingsClient]:
    """A client of the shared server."""
    with RecordingsClient(server.grpc_address) as client:
        yield client
