"""SQLite on threads of its own: one that writes, one that reads.

What waits to be written is written in one transaction (group commit), so that
many callers share one wait for the disk. Readers see what has been committed and
never wait for it: the database is in WAL mode.
"""

import asyncio
import contextlib
import json
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar

from sqlalchemy import Dialect
from sqlalchemy.dialects.sqlite import pysqlite
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler

from voice_recordings.clock import Clock
from voice_recordings.errors import StoreFull, StoreUnavailable
from voice_recordings.storage.sql.database import Parameters, Row, Statement, Step, Transaction
from voice_recordings.storage.sql.documents import microseconds

T = TypeVar("T")

# Pages of 4 KiB that each connection keeps: 16 MiB.
_CACHE_KIBIBYTES = 16 * 1024
_GROUP = 64

_log = logging.getLogger(__name__)


class _WithoutOffset(SQLiteCompiler):
    """Leaves out the OFFSET 0 that a LIMIT does not need."""

    def limit_clause(self, select: Any, **options: Any) -> str:
        return "\n LIMIT " + self.process(select._limit_clause, **options)  # noqa: SLF001 - as the class above does


class SqliteDatabase:
    """A `Database` in one file. The time of leases is the given clock's."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._clock = clock
        self._dialect = named_dialect()
        self._writer = _Writer(connect(path), "sqlite-writer")
        self._reader = _Reader(connect(path), "sqlite-reader")

    @property
    def dialect(self) -> Dialect:
        """SQLite's, with named parameters."""
        return self._dialect

    def now(self) -> int:
        """The clock's time: the database is in this process."""
        return microseconds(self._clock.now())

    def several(self, values: Sequence[str]) -> str:
        """A JSON array."""
        return json.dumps(list(values))

    async def fetch(self, statement: Statement, parameters: Parameters) -> list[Row]:
        """Runs one statement; see `Database.fetch`."""
        worker = self._writer if statement.writes else self._reader
        return await worker.do(lambda connection: _execute(connection, (statement, parameters)))

    async def transact(self, work: Callable[[bool], Transaction[T]]) -> T:
        """Runs a transaction; see `Database.transact`. It is never begun anew."""
        return await self._writer.do(lambda connection: _drive(connection, work(False)))  # noqa: FBT003 - one meaning

    async def close(self) -> None:
        """Finishes what is under way and closes the file."""
        for worker in (self._reader, self._writer):
            await asyncio.to_thread(worker.close)


def named_dialect() -> Dialect:
    """SQLite's dialect, with named parameters."""
    dialect: Dialect = pysqlite.dialect(paramstyle="named")
    dialect.statement_compiler = _WithoutOffset
    return dialect


def connect(path: Path) -> sqlite3.Connection:
    """Opens the file as the service does: durable, and with one transaction at a time.

    A commit is on the disk when it returns, power loss included.
    """
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA busy_timeout = 5000")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}")
    return connection


def _execute(connection: sqlite3.Connection, step: Step) -> list[Row]:
    statement, parameters = step
    return connection.execute(statement.sql, {**statement.constants, **parameters}).fetchall()


def _is_full(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL


def _drive(connection: sqlite3.Connection, work: Transaction[T]) -> T:
    with contextlib.closing(work):
        try:
            step = next(work)
            while True:
                step = work.send(_execute(connection, step))
        except StopIteration as done:
            result: T = done.value
            return result


class _Task(Generic[T]):
    """Something to do with the connection, and who waits for it."""

    def __init__(self, work: Callable[[sqlite3.Connection], T]) -> None:
        self.work = work
        self.loop = asyncio.get_running_loop()
        self.done: asyncio.Future[T] = self.loop.create_future()
        self.result: T | None = None
        self.error: Exception | None = None

    def run_alone(self, connection: sqlite3.Connection) -> None:
        """Runs it: a single statement, and so a transaction by itself."""
        try:
            self.result = self.work(connection)
        except Exception as error:
            self.error = error

    def run(self, connection: sqlite3.Connection) -> None:
        """Runs it within the group's transaction, and undoes it alone if it fails."""
        connection.execute("SAVEPOINT task")
        self.run_alone(connection)
        if self.error is not None:
            connection.execute("ROLLBACK TO task")
        connection.execute("RELEASE task")

    def tell(self) -> None:
        """Gives the outcome to who waits, unless they have left."""
        if self.done.done():
            return
        if self.error is None:
            self.done.set_result(self.result)  # type: ignore[arg-type] # set unless there is an error
        else:
            self.done.set_exception(self.error)


class _Worker:
    """One connection on one thread."""

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self._connection = connection
        self._tasks: queue.SimpleQueue[_Task[Any] | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    async def do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Runs it on the thread. Raises `StoreUnavailable` for what SQLite refuses."""
        if self._closed:
            raise StoreUnavailable("the database is closed")
        task = _Task(work)
        self._tasks.put(task)
        try:
            return await task.done
        except sqlite3.Error as error:
            if _is_full(error):
                _log.error("the database failed: %s", error)
                raise StoreFull from error
            _log.exception("the database failed")
            raise StoreUnavailable from error

    def close(self) -> None:
        """Finishes what waits; blocks until it is done."""
        if not self._closed:
            self._closed = True
            self._tasks.put(None)
            self._thread.join()
            self._connection.close()

    def _run(self) -> None:
        more = True
        while more:
            group: list[_Task[Any]] = []
            more = self._gather(group)
            if group:
                self._run_group(group)
                _tell(group)

    def _gather(self, group: list["_Task[Any]"]) -> bool:
        """Waits for something to do and takes what has come beside it; False at the end."""
        task = self._tasks.get()
        while task is not None:
            group.append(task)
            if len(group) == _GROUP:
                return True
            try:
                task = self._tasks.get_nowait()
            except queue.Empty:
                return True
        return False

    def _run_group(self, group: list["_Task[Any]"]) -> None:
        raise NotImplementedError


class _Reader(_Worker):
    """Each statement sees what was committed before it."""

    def _run_group(self, group: list["_Task[Any]"]) -> None:
        for task in group:
            task.run_alone(self._connection)


class _Writer(_Worker):
    """All that waits is one transaction, and each task is undone by itself if it fails."""

    def _run_group(self, group: list["_Task[Any]"]) -> None:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for task in group:
                task.run(self._connection)
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            # Nothing of the group was kept: the disk is full, or worse.
            if self._connection.in_transaction:
                with contextlib.suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
            for task in group:
                task.error = error


def _tell(group: list["_Task[Any]"]) -> None:
    """Wakes the callers of a group, once for each event loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Task[Any]]] = {}
    for task in group:
        by_loop.setdefault(task.loop, []).append(task)
    for loop, tasks in by_loop.items():
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
            loop.call_soon_threadsafe(_tell_all, tasks)


def _tell_all(tasks: list["_Task[Any]"]) -> None:
    for task in tasks:
        task.tell()
