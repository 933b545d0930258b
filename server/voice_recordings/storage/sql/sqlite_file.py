"""Opening a database file: one server at a time, in a state this version works with."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from voice_recordings.clock import Clock
from voice_recordings.errors import ConfigurationError
from voice_recordings.storage.sql.migration import SchemaState, check_state, migrate, schema_state
from voice_recordings.storage.sql.sqlite import SqliteDatabase, connect

# Read through before the doors open; what is larger is read through behind them.
_QUICKLY_READ_BYTES = 64 * 1024 * 1024


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds the file for this process alone. Raises `ConfigurationError`."""
    lock = path.with_name(path.name + ".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = lock.open("ab")
    except OSError as error:
        raise ConfigurationError(
            f"{path.parent} cannot be written to ({error.strerror}): give this user the right "
            "to, or name another folder"
        ) from error
    with file:
        _lock(file, path)
        yield


def _lock(file: BinaryIO, path: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise ConfigurationError(
            f"{path} is in use by another server: stop that one first, or name another folder"
        ) from error


def open_sqlite(path: Path, clock: Clock) -> SqliteDatabase:
    """Opens a file that is locked, and sets up a fresh one. Raises `ConfigurationError`."""
    with _explained(path):
        fresh = not path.exists()
        state = migrate_sqlite(path, only_when_empty=True)
        if fresh:
            _keep_folder_entry(path.parent)
        check_state(state, f"--store sqlite://{path}")
        if path.stat().st_size <= _QUICKLY_READ_BYTES and (found := damage(path)):
            raise damaged(path, found)
        return SqliteDatabase(path, clock)


def migrate_sqlite(path: Path, *, only_when_empty: bool = False) -> SchemaState:
    """Brings a locked file's tables up to date; gives the state they are in then.

    Tables that belong to somebody else or to a newer version are left alone.
    """
    with _explained(path):
        connection = connect(path)
        engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
        try:
            with engine.connect() as ours:
                ours.exec_driver_sql("BEGIN IMMEDIATE")
                state = schema_state(ours)
                if state is SchemaState.EMPTY or (
                    state is SchemaState.OLDER and not only_when_empty
                ):
                    migrate(ours)
                    state = SchemaState.CURRENT
                ours.commit()
                return state
        finally:
            engine.dispose()
            connection.close()


def examine_sqlite(path: Path, clock: Clock) -> SqliteDatabase:
    """Opens a file beside a server that may be using it, after reading it through.

    Raises `ConfigurationError`.
    """
    with _explained(path):
        if found := damage(path):
            raise damaged(path, found)
        connection = connect(path)
        engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
        try:
            with engine.connect() as ours:
                check_state(schema_state(ours), f"--store sqlite://{path}")
        finally:
            engine.dispose()
            connection.close()
        return SqliteDatabase(path, clock)


def damage(path: Path) -> str | None:
    """What is wrong with the pages of a database file, in SQLite's words; None if nothing."""
    try:
        connection = sqlite3.connect(path)
        try:
            ((verdict, *_), *_) = connection.execute("PRAGMA quick_check(1)").fetchall()
        finally:
            connection.close()
    except sqlite3.Error as error:
        return str(error)
    return None if verdict == "ok" else str(verdict)


def damaged(path: Path, found: str) -> ConfigurationError:
    """What to do about a damaged file."""
    return ConfigurationError(
        f"{path} is damaged ({found}): restore it from a backup, as docs/operating.md "
        "says; nothing was changed"
    )


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise _explanation(path, error.orig or error) from error
    except (sqlite3.Error, OSError) as error:
        raise _explanation(path, error) from error


def _explanation(path: Path, error: BaseException) -> ConfigurationError:
    text = str(error)
    if isinstance(error, sqlite3.DatabaseError) and not isinstance(
        error, (sqlite3.OperationalError, sqlite3.ProgrammingError)
    ):
        return damaged(path, text)
    if "readonly" in text or not os.access(path.parent, os.W_OK):
        return ConfigurationError(f"{path} cannot be written to: give this user the right to")
    return ConfigurationError(f"{path} cannot be opened: {text}")


def _keep_folder_entry(folder: Path) -> None:
    """Makes a new file's name as durable as its content."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
