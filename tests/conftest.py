"""What tests of every kind may ask for."""

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from support.secrets import LogWatch
from support.server import serving
from voice_recordings.app import Running
from voice_recordings.client import RecordingsClient

if TYPE_CHECKING:
    from support.postgres import PostgresServer
    from support.seaweed import SeaweedServer

# Whether a law holds does not depend on how busy the machine is.
settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")


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


@pytest.fixture(scope="session")
def postgres_server() -> Iterator["PostgresServer"]:
    """A PostgreSQL server, for tests that carry the `check` marker."""
    from support.postgres import PostgresServer  # noqa: PLC0415 - not in the core packages

    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="session")
def kept_postgres(postgres_server: "PostgresServer") -> str:
    """The address of a database that many tests use, one after the other."""
    return postgres_server.create_database("kept")


@pytest.fixture
def empty_postgres(kept_postgres: str) -> str:
    """The address of a database without recordings."""
    from support.postgres import make_empty  # noqa: PLC0415 - not in the core packages

    make_empty(kept_postgres)
    return kept_postgres


@pytest.fixture(scope="session")
def log_watch() -> Iterator[LogWatch]:
    """Sees every log line of the service, the quietest too."""
    watch, ours = LogWatch(), logging.getLogger("voice_recordings")
    level = ours.level
    ours.setLevel(logging.DEBUG)
    ours.addHandler(watch)
    yield watch
    ours.removeHandler(watch)
    ours.setLevel(level)


@pytest.fixture(autouse=True)
def no_secret_is_logged(log_watch: LogWatch) -> Iterator[None]:
    """No token, key, signature or query string stands in a line that a test brought about."""
    yield
    leaks, log_watch.leaks = log_watch.leaks, []
    assert leaks == []


@pytest.fixture(scope="session")
def seaweed_server() -> Iterator["SeaweedServer"]:
    """An S3 server, for tests that carry the `check` marker."""
    from support.seaweed import SeaweedServer  # noqa: PLC0415 - not in the core packages

    with SeaweedServer() as server:
        yield server
