"""Which version of the tables a database has, and bringing it up to the one needed here."""

import enum
from pathlib import Path

from sqlalchemy import ColumnClause, Connection, inspect, select, table
from sqlalchemy import column as named

from voice_recordings.errors import ConfigurationError

# What the newest file of migrations/versions is called; the code works with this one alone.
NEWEST = "0002"
_VERSION_TABLE = "voice_recordings_schema"


class SchemaState(enum.Enum):
    """How a database's tables stand to this version of the service."""

    EMPTY = "EMPTY"
    CURRENT = "CURRENT"
    OLDER = "OLDER"
    NEWER = "NEWER"
    FOREIGN = "FOREIGN"


def schema_state(connection: Connection) -> SchemaState:
    """Looks; changes nothing."""
    tables = set(inspect(connection).get_table_names())
    if _VERSION_TABLE not in tables:
        taken = tables & {"recordings", "deliveries"}
        return SchemaState.FOREIGN if taken else SchemaState.EMPTY
    number: ColumnClause[str] = named("version_num")
    version = connection.execute(select(number).select_from(table(_VERSION_TABLE))).scalar()
    if version is None:
        return SchemaState.EMPTY
    if version == NEWEST:
        return SchemaState.CURRENT
    return SchemaState.OLDER if version in _known() else SchemaState.NEWER


def migrate(connection: Connection) -> None:
    """Brings the tables to the newest version."""
    from alembic import command  # noqa: PLC0415 - most starts find the tables up to date
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _known() -> frozenset[str]:
    versions = Path(__file__).with_name("migrations") / "versions"
    return frozenset(file.name.partition("_")[0] for file in versions.glob("[0-9]*_*.py"))


def check_state(state: SchemaState, where: str) -> None:
    """Raises `ConfigurationError` for tables this version does not work with."""
    if state is not SchemaState.CURRENT:
        raise ConfigurationError(f"{where} {_WHAT_TO_DO[state]}")


_WHAT_TO_DO = {
    SchemaState.EMPTY: "has no tables: run voice-recordings migrate",
    SchemaState.OLDER: "was made by an older version: make a backup, then run "
    "voice-recordings migrate with the same flags",
    SchemaState.NEWER: "was made by a newer version: run that version, or restore a backup "
    "made before the upgrade",
    SchemaState.FOREIGN: "holds tables of the same names that are not ours: name another database",
}
