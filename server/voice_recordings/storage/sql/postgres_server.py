"""Opening a PostgreSQL database in a state this version works with."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from urllib.parse import urlsplit

import psycopg
from psycopg import errors
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from voice_recordings.clock import Clock
from voice_recordings.errors import ConfigurationError
from voice_recordings.storage.sql.migration import SchemaState, check_state, migrate, schema_state
from voice_recordings.storage.sql.postgres import CONNECT_SECONDS, PostgresDatabase


def open_postgres(dsn: str, clock: Clock | None) -> PostgresDatabase:
    """Opens it, and sets up a fresh one. Raises `ConfigurationError`."""
    check_state(migrate_postgres(dsn, only_when_empty=True), f"--store {shown(dsn)}")
    return PostgresDatabase(dsn, clock)


def migrate_postgres(dsn: str, *, only_when_empty: bool = False) -> SchemaState:
    """Brings the tables up to date; gives the state they are in then.

    Tables that belong to somebody else or to a newer version are left alone. Of
    two servers that set up a fresh database at once, one does.
    """
    with _explained(dsn):
        try:
            return _migrate(dsn, only_when_empty=only_when_empty)
        except DBAPIError as error:
            if not isinstance(error.orig, (errors.DuplicateTable, errors.UniqueViolation)):
                raise
            return _migrate(dsn, only_when_empty=only_when_empty)


def examine_postgres(dsn: str) -> PostgresDatabase | None:
    """Opens a database and changes nothing; None if it is empty. Raises `ConfigurationError`."""
    with _explained(dsn):
        with _engine(dsn).begin() as connection:
            state = schema_state(connection)
        if state is SchemaState.EMPTY:
            return None
        check_state(state, f"--store {shown(dsn)}")
        return PostgresDatabase(dsn)


def is_empty(dsn: str) -> bool:
    """Whether there are no tables of ours yet. Raises `ConfigurationError`."""
    with _explained(dsn), _engine(dsn).begin() as connection:
        return schema_state(connection) is SchemaState.EMPTY


def time_there(dsn: str) -> datetime:
    """The time by the database's clock. Raises `ConfigurationError`."""
    with _explained(dsn), psycopg.connect(dsn, connect_timeout=CONNECT_SECONDS) as connection:
        ((time,),) = connection.execute("SELECT clock_timestamp()").fetchall()
        there: datetime = time
        return there


def _engine(dsn: str) -> Engine:
    return create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(
            dsn, connect_timeout=CONNECT_SECONDS, prepare_threshold=None
        ),
        poolclass=NullPool,
    )


def _migrate(dsn: str, *, only_when_empty: bool) -> SchemaState:
    with _engine(dsn).begin() as connection:
        state = schema_state(connection)
        if state is SchemaState.EMPTY or (state is SchemaState.OLDER and not only_when_empty):
            migrate(connection)
            state = SchemaState.CURRENT
    return state


def shown(dsn: str) -> str:
    """The address as it may stand in a log: without what lets one in."""
    parts = urlsplit(dsn)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"


@contextmanager
def _explained(dsn: str) -> Iterator[None]:
    try:
        yield
    except (psycopg.Error, DBAPIError) as error:
        raise _explanation(dsn, error) from error


def _explanation(dsn: str, error: Exception) -> ConfigurationError:
    cause = error.orig if isinstance(error, DBAPIError) else error
    where = f"--store {shown(dsn)}"
    if isinstance(cause, (errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction)):
        return ConfigurationError(
            f"{where} may not be changed by this user: grant it the right to create tables "
            "(GRANT CREATE ON SCHEMA public), and name the primary, not a replica"
        )
    said = str(cause).strip().splitlines()
    return ConfigurationError(
        f"{where} cannot be opened: {said[-1] if said else type(cause).__name__}; check host, "
        "port, database, user and password, and that the server is up"
    )
