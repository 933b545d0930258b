"""What reading costs with few and with many recordings: python benchmarks/stores.py [--rows N].

For each store: get, and lists of 10 and of 100 from random places, with ten
thousand rows and with N (a million unless told), measured in turns.
"""

# ruff: noqa: PLC0415 - a store that is not measured need not be installed

import argparse
import asyncio
import contextlib
import gc
import hashlib
import math
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

from support.recordings import INTAKE  # noqa: E402 - after the path is set
from voice_recordings.audio.format import PcmFormat  # noqa: E402 - likewise
from voice_recordings.audio.levels import Level  # noqa: E402 - likewise
from voice_recordings.audio.mp3_frame import Mp3Format, info_frame  # noqa: E402 - likewise
from voice_recordings.audio.silence import Thresholds  # noqa: E402 - likewise
from voice_recordings.clock import SystemClock  # noqa: E402 - likewise
from voice_recordings.recordings.ids import uuid7  # noqa: E402 - likewise
from voice_recordings.recordings.media import AudioFile, Encoding, Segment  # noqa: E402 - likewise
from voice_recordings.recordings.names import Parent, RecordingName  # noqa: E402 - likewise
from voice_recordings.recordings.paging import PageKey  # noqa: E402 - likewise
from voice_recordings.recordings.ports import RecordingStore  # noqa: E402 - likewise
from voice_recordings.recordings.recording import (  # noqa: E402 - likewise
    PostProcessing,
    Recording,
    Source,
    Succeeded,
)
from voice_recordings.recordings.session import Input, Session, Trimming  # noqa: E402 - likewise
from voice_recordings.storage.opening import open_recordings  # noqa: E402 - likewise
from voice_recordings.storage.sql import rows  # noqa: E402 - likewise

FEW = 10_000
ROUNDS = 7
ASKED = 300
WANTED_RATIO = 1.3
WANTED_KIB = 1.5
WAV_HEAD = b"RIFF\x24\xa6\x0e\x00WAVEfmt \x10" + bytes(27)
MP3_HEAD = info_frame(Mp3Format.of(PcmFormat(8000, 1)), 480_000, 240_000, music_crc=0x5A3C)
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def recording(number: int) -> Recording:
    """One of its own call that has succeeded, with what a minute of telephony leaves in its row."""
    made = BEGAN + timedelta(milliseconds=number)
    chance = hashlib.blake2b(number.to_bytes(8)).digest()
    pieces = iter((chance[:10], chance[10:20], chance[20:30]))

    def new_id() -> str:
        return uuid7(made, lambda _: next(pieces))

    folder, name = new_id(), RecordingName("demo", new_id(), new_id())
    files = (
        AudioFile(
            Encoding.PCM_16BIT, 8000, chance[30:42].hex(), WAV_HEAD,
            (Segment(f"{folder}/pcm", 0, 960_000),),
        ),
        AudioFile(
            Encoding.MP3, 8000, chance[42:54].hex(), MP3_HEAD,
            (Segment(f"{folder}/made-1-mp3-00000", 0, 240_000),),
        ),
    )  # fmt: skip
    outline = Segment(f"{folder}/made-1-waveform", 0, 5000)
    ending = Succeeded(
        made + timedelta(minutes=1),
        timedelta(seconds=58, milliseconds=number % 2000),
        files,
        outline,
    )
    return Recording(
        name, Source.CALL_RECORDING, 1, (PostProcessing.TRIM_SILENCE,), made, made,
        "https://example.com/ready", folder, chance[-32:], ending,
    )  # fmt: skip


def session(number: int) -> Session:
    """How it was made."""
    head, tail = timedelta(milliseconds=number % 2000), timedelta(milliseconds=number % 777)
    return Session(
        Input("wav", "pcm_s16le", 8000, 1, 960_044, timedelta(minutes=1)),
        Thresholds(),
        Trimming(head, tail),
        (Level(-math.log1p(number), -math.sqrt(number), number % 9),),
    )


def table(count: int) -> Iterator[dict[str, Any]]:
    """The rows of so many."""
    for number in range(count):
        each = recording(number)
        assert each.ending is not None
        row = rows.new_recording(each, INTAKE) | rows.ended(each.ending, session(number))
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


def resident_bytes() -> int:
    """Memory in use."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


@contextlib.asynccontextmanager
async def memory(count: int) -> AsyncIterator[RecordingStore]:
    """A store in memory, filled."""
    async with open_recordings("memory:", SystemClock(), None) as (store, _):
        before = resident_bytes()
        for number in range(count):
            # Webhooks are kept elsewhere.
            whole = replace(recording(number), ready_uri="")
            assert whole.ending is not None
            lease = await store.create(replace(whole, ending=None), INTAKE, 30)
            await store.end(lease, whole.ending, session(number))
        if count > FEW:
            each = (resident_bytes() - before) / count / 1024
            print(f"memory: {each:.2f} KiB a recording, each of its own call ({WANTED_KIB} wanted)")
        yield store


def tell_restart(name: str, *flags: str) -> None:
    """Prints how long a server takes from its start until it is ready on these rows."""
    from end_to_end.processes import Served

    found = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        with Served(*flags):
            found.append(time.perf_counter() - began)
    print(f"{name}: a server is ready {statistics.median(found):.2f} s after its start (1 wanted)")


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
        if count > FEW:
            print(f"sqlite: {path.stat().st_size / count / 1024:.2f} KiB a row")
            tell_restart("sqlite", "--data-dir", folder)
        async with open_recordings(f"sqlite://{path}", SystemClock(), None) as (store, _):
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
        if count > FEW:
            with tempfile.TemporaryDirectory() as folder:
                secret = Path(folder) / "secret"
                secret.write_text("0123456789abcdef" * 4)
                tell_restart(
                    "postgres", "--store", server.dsn(), "--media", f"file://{folder}/media",
                    "--secret-file", str(secret),
                )  # fmt: skip
        async with open_recordings(server.dsn(), SystemClock(), None) as (store, _):
            yield store


async def cost(ask: Callable[[], Awaitable[object]]) -> float:
    """Microseconds of one, on average."""
    began = time.perf_counter()
    for _ in range(ASKED):
        await ask()
    return (time.perf_counter() - began) / ASKED * 1e6


def questions(store: RecordingStore, count: int) -> dict[str, Callable[[], Awaitable[object]]]:
    """What is asked, of rows drawn at random; what is listed is read."""
    draw = random.Random(1)
    known = [recording(draw.randrange(count)) for _ in range(1000)]
    project = Parent("demo", None)

    async def page(limit: int) -> object:
        listed = await store.page(project, limit, PageKey.of(draw.choice(known)))
        return [each.read() for each in listed]

    return {
        "get": lambda: store.get(draw.choice(known).name),
        "list 10": lambda: page(10),
        "list 100": lambda: page(100),
    }


async def compare(
    name: str,
    filled: Callable[[int], contextlib.AbstractAsyncContextManager[RecordingStore]],
    many: int,
) -> None:
    """Prints a row for each question: the costs with few and with many, and their ratio."""
    async with filled(FEW) as small, filled(many) as large:
        asked = (questions(small, FEW), questions(large, many))
        print(f"\n| {name} | {FEW:,} rows | {many:,} rows | ratio ({WANTED_RATIO} wanted) |")
        print("|---|---:|---:|---:|")
        for question in asked[0]:
            costs: tuple[list[float], list[float]] = ([], [])
            for _ in range(ROUNDS):
                for each, found in zip(asked, costs, strict=True):
                    found.append(await cost(each[question]))
            few, more = (statistics.median(found) for found in costs)
            print(f"| {question} | {few:.0f} us | {more:.0f} us | {more / few:.2f} |", flush=True)


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
