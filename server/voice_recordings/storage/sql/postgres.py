"""PostgreSQL, and engines that speak its language.

Each connection is lent for one transaction and carries nothing over to the
next: no prepared statements, settings, locks or notifications, so that a pooler
may stand in between. Connections are made when they are needed: after an outage
the first request finds the database, however long it was away, where a pool that
reconnects by itself waits longer with every failure.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, TypeVar

import psycopg
from psycopg import errors
from psycopg.pq import TransactionStatus
from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql import psycopg as dialects

from voice_recordings.clock import Clock
from voice_recordings.errors import StoreFull, StoreUnavailable
from voice_recordings.storage.sql.database import Parameters, Row, Statement, Transaction
from voice_recordings.storage.sql.documents import microseconds
from voice_recordings.storage.sql.postgres_reading import read

T = TypeVar("T")
Connection = psycopg.AsyncConnection[Row]

CONNECT_SECONDS = 5
_CONNECTIONS = 16
_TRIES = 10
_log = logging.getLogger(__name__)


class PostgresDatabase:
    """A `Database` at a DSN. The time of leases is its own unless a clock is given."""

    def __init__(self, dsn: str, clock: Clock | None = None) -> None:
        self._clock = clock
        self._dialect: Dialect = dialects.dialect()  # type: ignore[no-untyped-call] # SQLAlchemy's own gap
        self._connections = _Connections(dsn)

    @property
    def dialect(self) -> Dialect:
        """Psycopg's."""
        return self._dialect

    def now(self) -> int | None:
        """None: the database's own clock is every node's."""
        return None if self._clock is None else microseconds(self._clock.now())

    def several(self, values: Sequence[str]) -> list[str]:
        """An array."""
        return list(values)

    async def fetch(self, statement: Statement, parameters: Parameters) -> list[Row]:
        """Runs one statement; see `Database.fetch`."""
        return await self._repeatedly(lambda _: self._fetch(statement, parameters))

    async def transact(self, work: Callable[[bool], Transaction[T]]) -> T:
        """Runs a transaction; see `Database.transact`."""
        return await self._repeatedly(lambda again: self._transact(work(again)))

    async def close(self) -> None:
        """Closes every connection."""
        await self._connections.close()

    async def _repeatedly(self, run: Callable[[bool], Awaitable[T]]) -> T:
        """Runs it until nothing is in its way; once more when the connection broke."""
        again = False
        for _ in range(_TRIES):
            try:
                return await run(again)
            except (errors.SerializationFailure, errors.DeadlockDetected):
                continue
            except psycopg.OperationalError as error:
                # Sent over a connection of before an outage, most likely.
                if again:
                    raise _unavailable(error) from error
                again = True
            except psycopg.Error as error:
                raise _unavailable(error) from error
        raise StoreUnavailable("too many others are changing the same; try again")

    async def _fetch(self, statement: Statement, parameters: Parameters) -> list[Row]:
        async with self._connections.lend() as connection:
            if statement.writes:
                return await _execute(connection, statement, parameters)
            return await read(connection, statement, parameters)

    async def _transact(self, work: Transaction[T]) -> T:
        async with self._connections.lend() as connection, connection.transaction():
            with contextlib.closing(work):
                try:
                    step = next(work)
                    while True:
                        step = work.send(await _execute(connection, *step))
                except StopIteration as done:
                    result: T = done.value
                    return result


class _Connections:
    """Connections that are lent one transaction at a time."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._places = asyncio.Semaphore(_CONNECTIONS)
        self._idle: list[Connection] = []

    @contextlib.asynccontextmanager
    async def lend(self) -> AsyncIterator[Connection]:
        """A connection that nobody else uses; one that breaks is not lent again."""
        async with self._places:
            connection = self._idle.pop() if self._idle else await self._connect()
            try:
                yield connection
            except psycopg.OperationalError:
                if connection.closed:
                    await self.close()
                raise
            finally:
                if connection.info.transaction_status is TransactionStatus.IDLE:
                    self._idle.append(connection)
                else:
                    await connection.close()

    async def close(self) -> None:
        """Closes those that are not lent."""
        while self._idle:
            await self._idle.pop().close()

    async def _connect(self) -> Connection:
        return await psycopg.AsyncConnection.connect(
            self._dsn,
            autocommit=True,
            prepare_threshold=None,
            connect_timeout=CONNECT_SECONDS,
            # Breaks off what waits on a host that has gone without a word.
            keepalives_idle=10,
            keepalives_interval=5,
            keepalives_count=3,
        )


async def _execute(
    connection: Connection, statement: Statement, parameters: Parameters
) -> list[Row]:
    given: dict[str, Any] = {**statement.constants, **parameters}
    cursor = await connection.execute(statement.sql.encode(), given)
    return await cursor.fetchall() if cursor.description else []


def _unavailable(error: psycopg.Error) -> StoreUnavailable:
    # A database that is away is no riddle: one line says it, however often it is asked.
    puzzling = error if not isinstance(error, psycopg.OperationalError) else None
    said = " ".join(str(error).split()) or type(error).__name__
    _log.error("the database failed: %s %s", error.sqlstate or "", said, exc_info=puzzling)
    return StoreFull() if isinstance(error, errors.DiskFull) else StoreUnavailable()
