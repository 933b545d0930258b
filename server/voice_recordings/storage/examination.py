"""Looking at stores without changing them, beside a server that may be using them."""
# ruff: noqa: PLC0415 - each backend is imported when it is chosen, for a quick start

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from voice_recordings.clock import Clock
from voice_recordings.recordings.ports import RecordingStore
from voice_recordings.storage.opening import MEMORY, path_of


@asynccontextmanager
async def examined(address: str, clock: Clock) -> AsyncIterator[RecordingStore | None]:
    """Opens the store's rows for reading; None for one that is yet to be made.

    Raises `ConfigurationError` for what is unreachable, damaged, or not of this
    version.
    """
    scheme = urlsplit(address).scheme
    if address == MEMORY or (scheme == "sqlite" and not path_of("store", address).exists()):
        yield None
        return
    from voice_recordings.storage.sql.recordings import SqlRecordings

    if scheme == "sqlite":
        from voice_recordings.storage.sql.sqlite_file import examine_sqlite

        database = await asyncio.to_thread(examine_sqlite, path_of("store", address), clock)
        try:
            yield SqlRecordings(database)
        finally:
            await database.close()
    else:
        from voice_recordings.storage.sql.postgres_server import examine_postgres

        remote = await asyncio.to_thread(examine_postgres, address)
        if remote is None:
            yield None
            return
        try:
            yield SqlRecordings(remote)
        finally:
            await remote.close()


async def clock_difference(address: str, now: datetime) -> timedelta:
    """How far the database's clock is ahead of ours; nothing where it has none of its own."""
    if urlsplit(address).scheme not in ("postgresql", "postgres"):
        return timedelta()
    from voice_recordings.storage.sql.postgres_server import time_there

    return await asyncio.to_thread(time_there, address) - now


def free_share(address: str) -> tuple[int, float] | None:
    """Free bytes on the disk of an address and their share of it; None for one elsewhere."""
    parts = urlsplit(address)
    if parts.scheme not in ("sqlite", "file"):
        return None
    path = path_of("store", address)
    there = next((each for each in (path, *path.parents) if each.exists()), Path("/"))
    usage = shutil.disk_usage(there)
    return (usage.free, usage.free / usage.total) if usage.total else None
