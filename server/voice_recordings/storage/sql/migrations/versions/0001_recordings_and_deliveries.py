"""Recordings, and the webhooks that tell of them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Makes the tables of a fresh database."""
    op.create_table(
        "recordings",
        sa.Column("project", _NAME, primary_key=True),
        sa.Column("call", _NAME, primary_key=True),
        sa.Column("recording", _NAME, primary_key=True),
        sa.Column("create_time", sa.BigInteger, nullable=False),
        sa.Column("media_key", _NAME, nullable=False, unique=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("fence", sa.BigInteger, nullable=False),
        sa.Column("lease_until", sa.BigInteger),
        sa.Column("recorded_call", _NAME),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("ending", sa.Text),
        sa.Column("intake", sa.Text),
        sa.Column("session", sa.Text, nullable=False),
    )
    op.create_index(
        "recordings_of_project", "recordings", ["project", "create_time", "call", "recording"]
    )
    op.create_index(
        "recordings_of_call", "recordings", ["project", "call", "create_time", "recording"]
    )
    op.create_index(
        "recordings_recorded_call", "recordings", ["project", "recorded_call"], unique=True
    )
    _create_partial_index("recordings_leased", "recordings", ["lease_until"])
    op.create_table(
        "deliveries",
        sa.Column("id", _NAME, primary_key=True),
        sa.Column("project", _NAME, nullable=False),
        sa.Column("call", _NAME, nullable=False),
        sa.Column("recording", _NAME, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("receiver", sa.Text, nullable=False),
        sa.Column("create_time", sa.BigInteger, nullable=False),
        sa.Column("next_attempt_time", sa.BigInteger),
        sa.Column("round_attempts", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Text, nullable=False),
        sa.Column("failed_time", sa.BigInteger),
        sa.Column("fence", sa.BigInteger, nullable=False),
        sa.Column("lease_until", sa.BigInteger),
        sa.Column("due", sa.BigInteger),
    )
    op.create_index(
        "deliveries_of_recording", "deliveries", ["project", "call", "recording", "create_time"]
    )
    _create_partial_index("deliveries_due", "deliveries", ["due", "id"])
    _create_partial_index("deliveries_failed", "deliveries", ["project", "failed_time"])


def _create_partial_index(name: str, table: str, columns: list[str]) -> None:
    """An index of the rows that have a value in the column it is for."""
    column = next(each for each in columns if each not in ("project", "id"))
    set_alone = sa.text(f"{column} IS NOT NULL")
    op.create_index(name, table, columns, sqlite_where=set_alone, postgresql_where=set_alone)
