"""Opens the stores that addresses name, and loads no more than they need."""
# ruff: noqa: PLC0415 - each backend is imported when it is chosen, for a quick start

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

from voice_recordings.clock import Clock
from voice_recordings.errors import ConfigurationError, StoreFull
from voice_recordings.recordings.outbox import Outbox
from voice_recordings.recordings.ports import MediaStore, ObjectJoiner, RecordingStore, Spool

MEMORY = "memory:"

_POSTGRES = ("postgresql", "postgres")
_OBJECT_STORES = ("s3", "gs", "az")
_FILE_THREADS = 8

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenStores:
    """Every port, kept somewhere.

    `shared` tells whether other servers may be working on the same recordings.
    """

    recordings: RecordingStore
    outbox: Outbox
    media: MediaStore
    spool: Spool
    shared: bool
    joiner: ObjectJoiner | None
    """Where audio lies in an object store."""
    inspection: Callable[[], Awaitable[ConfigurationError]]
    """Reads the database through; comes back when it is damaged, and never if it is not."""


@asynccontextmanager
async def open_stores(
    store: str, media: str, clock: Clock, leases: Clock | None = None
) -> AsyncIterator[OpenStores]:
    """Opens both; raises `ConfigurationError` for what cannot be opened.

    Leases in a database of its own go by that one's clock, unless `leases` is
    given: an emulator's, which can be moved.
    """
    await refuse_what_would_be_swept(store, media)
    async with (
        open_recordings(store, clock, leases) as (recordings, outbox),
        open_media(media) as (objects, spool),
    ):
        scheme = urlsplit(store).scheme
        inspection = _nothing_found
        if scheme == "sqlite":
            inspection = partial(_inspection, path_of("store", store))
        yield OpenStores(
            recordings,
            outbox,
            objects,
            spool,
            shared=scheme in _POSTGRES,
            joiner=_joiner(media, objects),
            inspection=inspection,
        )


async def refuse_what_would_be_swept(store: str, media: str) -> None:
    """Raises `ConfigurationError` for audio beside a database that is yet to be set up.

    To a new database all of it belongs to nobody, and what belongs to nobody is
    deleted: one wrong flag would cost every recording of another server.
    """
    if not await _is_new(store):
        return
    async with open_media(media) as (objects, _):
        async for folder in objects.folders():
            # What servers try a bucket out with belongs to no recording.
            if not folder.name.startswith("."):
                raise ConfigurationError(
                    f"--media {media} holds audio, and the database is new and knows of none: "
                    "the server would take it for nobody's and delete it. Name the database "
                    "that belongs to it, restore that from a backup, or name an empty place"
                )


async def _is_new(store: str) -> bool:
    scheme = urlsplit(store).scheme
    if scheme == "sqlite":
        path = path_of("store", store)
        return not path.exists() or not path.stat().st_size
    if scheme in _POSTGRES:
        try:
            from voice_recordings.storage.sql.postgres_server import is_empty
        except ModuleNotFoundError:
            # Opening it says which packages are missing.
            return False
        return await asyncio.to_thread(is_empty, store)
    return False


@asynccontextmanager
async def open_recordings(
    address: str, clock: Clock, leases: Clock | None
) -> AsyncIterator[tuple[RecordingStore, Outbox]]:
    """Opens `memory:`, `sqlite:///PATH` or `postgresql://…`."""
    scheme = urlsplit(address).scheme
    if address == MEMORY:
        from voice_recordings.storage.memory_outbox import MemoryOutbox
        from voice_recordings.storage.memory_recordings import MemoryRecordings

        waiting = MemoryOutbox(clock)
        yield MemoryRecordings(clock, waiting), waiting
    elif scheme == "sqlite":
        from voice_recordings.storage.sql.outbox import SqlOutbox
        from voice_recordings.storage.sql.recordings import SqlRecordings
        from voice_recordings.storage.sql.sqlite_file import locked, open_sqlite

        path = path_of("store", address)
        with locked(path):
            database = open_sqlite(path, clock)
            try:
                recordings, outbox = SqlRecordings(database), SqlOutbox(database)
                try:
                    await recordings.free_leases()
                    await outbox.free_leases()
                except StoreFull as error:
                    # What is there can be read; leases that are not freed lapse.
                    _log.warning("%s", error.message)
                yield recordings, outbox
            finally:
                await database.close()
    elif scheme in _POSTGRES:
        async with _open_postgres(address, leases) as opened:
            yield opened
    else:
        raise ConfigurationError(
            f"--store {scheme or address}: is not memory:, sqlite:///PATH or postgresql://…"
        )


@asynccontextmanager
async def _open_postgres(
    dsn: str, leases: Clock | None
) -> AsyncIterator[tuple[RecordingStore, Outbox]]:
    try:
        from voice_recordings.storage.sql.postgres_server import open_postgres
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            "--store postgresql://… needs more packages: pip install 'voice-recordings[postgres]'"
        ) from error
    from voice_recordings.storage.sql.outbox import SqlOutbox
    from voice_recordings.storage.sql.recordings import SqlRecordings

    database = await asyncio.to_thread(open_postgres, dsn, leases)
    try:
        yield SqlRecordings(database), SqlOutbox(database)
    finally:
        await database.close()


@asynccontextmanager
async def open_media(address: str) -> AsyncIterator[tuple[MediaStore, Spool]]:
    """Opens `memory:`, `file:///PATH`, `s3://BUCKET/PREFIX`, `gs://…` or `az://…`."""
    scheme = urlsplit(address).scheme
    if address == MEMORY:
        from voice_recordings.storage.memory_media import MemoryMedia, MemorySpool

        objects = MemoryMedia()
        yield objects, MemorySpool(objects)
    elif scheme == "file":
        from voice_recordings.storage.files.media import FileMedia
        from voice_recordings.storage.files.spool import FileSpool
        from voice_recordings.storage.files.tree import FileTree

        tree = FileTree(path_of("media", address))
        tree.prepare()
        with ThreadPoolExecutor(_FILE_THREADS, thread_name_prefix="files") as threads:
            yield FileMedia(tree, threads), FileSpool(tree, threads)
    elif scheme in _OBJECT_STORES:
        try:
            from voice_recordings.storage.objects.bucket import Bucket, try_out
        except ModuleNotFoundError as error:
            raise ConfigurationError(
                f"--media {scheme}://… needs more packages: pip install 'voice-recordings[cloud]'"
            ) from error
        from voice_recordings.storage.objects.media import ObjectMedia
        from voice_recordings.storage.objects.spool import ObjectSpool

        await try_out(address)
        bucket = Bucket(address)
        yield ObjectMedia(bucket), ObjectSpool(bucket)
    else:
        raise ConfigurationError(
            f"--media {scheme or address}: is not memory:, file:///PATH, s3://BUCKET/PREFIX, "
            "gs://BUCKET/PREFIX or az://CONTAINER/PREFIX"
        )


def _joiner(address: str, media: MediaStore) -> ObjectJoiner | None:
    if urlsplit(address).scheme not in _OBJECT_STORES:
        return None
    from voice_recordings.storage.objects.media import ObjectMedia

    return media if isinstance(media, ObjectMedia) else None


def migrate(address: str) -> str:
    """Brings a database up to this version; says what came of it. Raises `ConfigurationError`."""
    scheme = urlsplit(address).scheme
    if scheme == "sqlite":
        from voice_recordings.storage.sql.migration import check_state
        from voice_recordings.storage.sql.sqlite_file import locked, migrate_sqlite

        path = path_of("store", address)
        with locked(path):
            check_state(migrate_sqlite(path), f"--store {address}")
        return f"{path} is up to date"
    if scheme in _POSTGRES:
        from voice_recordings.storage.sql.migration import check_state
        from voice_recordings.storage.sql.postgres_server import migrate_postgres, shown

        check_state(migrate_postgres(address), f"--store {shown(address)}")
        return f"{shown(address)} is up to date"
    raise ConfigurationError("memory has no tables: name a database with --store or --data-dir")


async def _nothing_found() -> ConfigurationError:
    never: asyncio.Future[ConfigurationError] = asyncio.get_running_loop().create_future()
    return await never


async def _inspection(path: Path) -> ConfigurationError:
    from voice_recordings.storage.sql.sqlite_file import damage, damaged

    found = await asyncio.to_thread(damage, path)
    return await _nothing_found() if found is None else damaged(path, found)


def path_of(setting: str, address: str) -> Path:
    """The path in `sqlite:///PATH` or `file:///PATH`; raises `ConfigurationError`."""
    parts = urlsplit(address)
    path = unquote(parts.path)
    if parts.netloc or not path.strip("/"):
        example = f"{parts.scheme}:///var/lib/voice-recordings"
        raise ConfigurationError(f"--{setting} {address}: write three slashes, as in {example}")
    return Path(path)
