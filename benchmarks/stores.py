"""What reading costs with few and with many recordings: python benchmarks/stores.py [--rows N].

For each store: get, and lists of 10 and of 100 from random places, with ten
thousand rows and with N (a million unless told), measured in turns.
"""

# ruff: noqa: PLC0415 - a store that is not measured need not be installed

import argparse
import asyncio
import contextlib
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from support.recordings import INTAKE, SESSION  # noqa: E402 - after the path is set
from voice_recordings.clock import SystemClock  # noqa: E402
from voice_recordings.recordings.ids import uuid7  # noqa: E402
from voice_recordings.recordings.media import AudioFile, Encoding, Segment  # noqa: E402
from voice_recordings.recordings.names import Parent, RecordingName  # noqa: E402
from voice_recordings.recordings.paging import PageKey  # noqa: E402
from voice_recordings.recordings.ports import RecordingStore  # noqa: E402
from voice_recordings.recordings.recording import Recording, Source, Succeeded  # noqa: E402
from voice_recordings.storage.opening import open_recordings  # noqa: E402
from voice_recordings.storage.sql import rows  # noqa: E402

FEW = 10_000
ROUNDS = 5
ASKED = 400
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def recording(number: int) -> Recording:
    """One that has succeeded, with what a minute of telephony leaves in its row."""
    made = BEGAN + timedelta(milliseconds=number)
    rest = random.Random(number)
    folder = uuid7(made, rest.randbytes)
    name = RecordingName("demo", f"call-{number // 10}", uuid7(made, rest.randbytes))
    files = (
        AudioFile(
            Encoding.PCM_16BIT, 8000, folder[-24:], bytes(44),
            (Segment(f"{folder}/pcm", 0, 960_000),),
        ),
        AudioFile(
            Encoding.MP3, 8000, folder[-24:], bytes(288),
            (Segment(f"{folder}/made-1-mp3-00000", 0, 240_000),),
        ),
    )  # fmt: skip
    outline = Segment(f"{folder}/made-1-waveform", 0, 5000)
    ending = Succeeded(made, timedelta(minutes=1), files, outline)
    return Recording(
        name, Source.CALL_RECORDING, 1, (), made, made, "", folder, rest.randbytes(32), ending
    )


def table(count: int) -> Iterator[dict[str, Any]]:
    """The rows of so many."""
    for number in range(count):
        each = recording(number)
        assert each.ending is not None
        row = rows.new_recording(each, INTAKE) | rows.ended(each.ending, SESSION)
        row |= {
            "state": row["new_state"],
            "ending": row["new_ending"],
            "session": row["new_session"],
        }
        yield row | {"fence": 1, "intake": None, "recorded_call": None}


COLUMNS = (
    "project", "call", "recording", "create_time", "media_key", "state", "fence",
    "recorded_call", "facts", "ending", "intake", "session",
)  # fmt: skip


@contextlib.asynccontextmanager
async def memory(count: int) -> AsyncIterator[RecordingStore]:
    """A store in memory, filled."""
    async with open_recordings("memory:", SystemClock(), None) as (store, _):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for number in range(count):
            whole = recording(number)
            assert whole.ending is not None
            lease = await store.create(replace(whole, ending=None), INTAKE, 30)
            await store.end(lease, whole.ending, SESSION)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        if count > FEW:
            print(f"memory: {grown / count:.2f} KiB a recording, at {count:,}")
        yield store


@contextlib.asynccontextmanager
async def sqlite(count: int) -> AsyncIterator[RecordingStore]:
    """A store in SQLite, filled past the store."""
    from voice_recordings.storage.sql.sqlite import connect
    from voice_recordings.storage.sql.sqlite_file import migrate_sqlite

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "recordings.db"
        migrate_sqlite(path)
        connection = connect(path)
        connection.execute("BEGIN")
        named = ", ".join(f":{column}" for column in COLUMNS)
        connection.executemany(
            f"INSERT INTO recordings ({', '.join(COLUMNS)}) VALUES ({named})", table(count)
        )
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        size = path.stat().st_size
        began = time.perf_counter()
        async with open_recordings(f"sqlite://{path}", SystemClock(), None) as (store, _):
            if count > FEW:
                took = time.perf_counter() - began
                print(f"sqlite: {size / count / 1024:.2f} KiB a row; opened in {took:.2f} s")
            yield store


@contextlib.asynccontextmanager
async def postgres(count: int) -> AsyncIterator[RecordingStore]:
    """A store in PostgreSQL, filled past the store."""
    import psycopg

    from support.postgres import PostgresServer
    from voice_recordings.storage.sql.postgres_server import migrate_postgres

    with PostgresServer() as server:
        migrate_postgres(server.dsn())
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            into = f"COPY recordings ({', '.join(COLUMNS)}) FROM STDIN"
            with connection.cursor() as cursor, cursor.copy(into.encode()) as copy:
                for row in table(count):
                    copy.write_row([row[column] for column in COLUMNS])
            connection.execute("VACUUM ANALYZE recordings")
        async with open_recordings(server.dsn(), SystemClock(), None) as (store, _):
            yield store


async def cost(ask: Callable[[], Awaitable[object]]) -> float:
    """Microseconds of one, on average."""
    began = time.perf_counter()
    for _ in range(ASKED):
        await ask()
    return (time.perf_counter() - began) / ASKED * 1e6


def questions(store: RecordingStore, count: int) -> dict[str, Callable[[], Awaitable[object]]]:
    """What is asked, of rows drawn at random."""
    draw = random.Random(1)
    known = [recording(draw.randrange(count)) for _ in range(1000)]
    project = Parent("demo", None)
    return {
        "get": lambda: store.get(draw.choice(known).name),
        "list 10": lambda: store.page(project, 10, PageKey.of(draw.choice(known))),
        "list 100": lambda: store.page(project, 100, PageKey.of(draw.choice(known))),
    }


async def compare(
    name: str,
    filled: Callable[[int], contextlib.AbstractAsyncContextManager[RecordingStore]],
    many: int,
) -> None:
    """Prints the costs with few and with many, and their ratio."""
    async with filled(FEW) as small, filled(many) as large:
        asked = (questions(small, FEW), questions(large, many))
        for question in asked[0]:
            costs: tuple[list[float], list[float]] = ([], [])
            for _ in range(ROUNDS):
                for each, found in zip(asked, costs, strict=True):
                    found.append(await cost(each[question]))
            few, more = (statistics.median(found) for found in costs)
            print(
                f"{name}: {question}: {few:.0f} us with {FEW:,} rows, {more:.0f} us with "
                f"{many:,}, ratio {more / few:.2f} (wanted 1.3 at most)"
            )


def main() -> None:
    """Measures the stores that are named, or all."""
    stores = {"memory": memory, "sqlite": sqlite, "postgres": postgres}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stores", nargs="*", default=list(stores))
    parser.add_argument("--rows", type=int, default=1_000_000)
    given = parser.parse_args()
    for name in given.stores:
        asyncio.run(compare(name, stores[name], given.rows))


if __name__ == "__main__":
    main()
