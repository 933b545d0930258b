"""The SQL itself."""

import re

import pytest
from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql import psycopg

from voice_recordings.storage.sql.sqlite import named_dialect
from voice_recordings.storage.sql.statements import OutboxStatements, RecordingStatements

PSYCOPG: Dialect = psycopg.dialect()  # type: ignore[no-untyped-call] # SQLAlchemy's own gap
DIALECTS = {"sqlite": named_dialect(), "postgresql": PSYCOPG}
FORBIDDEN = re.compile(
    r"\b(OFFSET|COUNT|LISTEN|NOTIFY|advisory\w*|TEMP|SET LOCAL)\b", re.IGNORECASE
)


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS.keys())
def test_nothing_counts_skips_or_needs_a_session(dialect: Dialect) -> None:
    """A page costs the same wherever it begins, and any pooler or engine will do."""
    for statements in (RecordingStatements(dialect), OutboxStatements(dialect)):
        for name, statement in vars(statements).items():
            found = FORBIDDEN.search(statement.sql)
            assert found is None, f"{name}: {statement.sql}"
