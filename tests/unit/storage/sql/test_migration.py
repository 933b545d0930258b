"""The tables as the migrations make them, and as the code sees them."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from voice_recordings.clock import SystemClock
from voice_recordings.errors import ConfigurationError
from voice_recordings.recordings.names import RecordingName
from voice_recordings.storage.sql import migration
from voice_recordings.storage.sql.migration import NEWEST, SchemaState
from voice_recordings.storage.sql.outbox import SqlOutbox
from voice_recordings.storage.sql.schema import metadata
from voice_recordings.storage.sql.sqlite import connect
from voice_recordings.storage.sql.sqlite_file import migrate_sqlite, open_sqlite
from voice_recordings.telemetry.origin import NOWHERE


def set_version(path: Path, version: str) -> None:
    """Makes a database file look as if another version had made it."""
    connection = connect(path)
    connection.execute("UPDATE voice_recordings_schema SET version_num = ?", (version,))
    connection.close()


def test_the_migrations_make_the_tables_the_code_works_with(tmp_path: Path) -> None:
    """Nothing is missing, and nothing is there that the code does not know."""
    path = tmp_path / "a.db"
    assert migrate_sqlite(path) is SchemaState.CURRENT
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": "voice_recordings_schema"}
        )
        assert compare_metadata(context, metadata) == []


def test_the_newest_version_is_the_last_file() -> None:
    """A migration that is added is also asked for."""
    assert max(migration._known()) == NEWEST


def test_migrating_again_changes_nothing(tmp_path: Path) -> None:
    """It may be run at any time."""
    path = tmp_path / "a.db"
    migrate_sqlite(path)
    before = path.read_bytes()
    assert migrate_sqlite(path) is SchemaState.CURRENT
    assert path.read_bytes() == before


@pytest.mark.parametrize("version", ["9999", "later"])
async def test_a_newer_database_is_left_alone(tmp_path: Path, version: str) -> None:
    """Its own version is to be used."""
    path = tmp_path / "a.db"
    migrate_sqlite(path)
    set_version(path, version)
    with pytest.raises(ConfigurationError, match="newer version"):
        open_sqlite(path, SystemClock())
    assert migrate_sqlite(path) is SchemaState.NEWER


async def test_an_older_database_waits_for_its_operator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Data is never changed by a mere start."""
    path = tmp_path / "a.db"
    migrate_sqlite(path)
    monkeypatch.setattr(migration, "NEWEST", "later")
    with pytest.raises(ConfigurationError, match="voice-recordings migrate"):
        open_sqlite(path, SystemClock())


async def test_tables_of_somebody_else_are_left_alone(tmp_path: Path) -> None:
    """The name of the database is most likely wrong."""
    path = tmp_path / "a.db"
    connection = connect(path)
    connection.execute("CREATE TABLE recordings (title TEXT)")
    connection.close()
    with pytest.raises(ConfigurationError, match="not ours"):
        open_sqlite(path, SystemClock())
    assert migrate_sqlite(path) is SchemaState.FOREIGN


async def test_rows_of_the_first_version_are_kept(tmp_path: Path) -> None:
    """A webhook that waits is delivered by the newer version; of its origin nothing is known."""
    path = tmp_path / "a.db"
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    config = Config()
    config.set_main_option("script_location", str(Path(migration.__file__).with_name("migrations")))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        columns = "id, project, call, recording, url, receiver, create_time, next_attempt_time"
        connection.exec_driver_sql(
            f"INSERT INTO deliveries ({columns}, round_attempts, attempts, fence, due) "
            "VALUES ('ready-1', 'p', 'c', 'r', 'http://a/', 'http://a:80', 1, 2, 0, '[]', 0, 2)"
        )
    with pytest.raises(ConfigurationError, match="older version"):
        open_sqlite(path, SystemClock())
    assert migrate_sqlite(path) is SchemaState.CURRENT
    database = open_sqlite(path, SystemClock())
    (kept,) = await SqlOutbox(database).deliveries(RecordingName("p", "c", "r"))
    await database.close()
    assert (kept.id, kept.origin) == ("ready-1", NOWHERE)
