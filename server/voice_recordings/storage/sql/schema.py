"""The tables. Times are microseconds since 1970; names sort by code point, as paging does."""

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text

# Bytewise order on every engine: SQLite's own, PostgreSQL's "C".
_NAME = Text().with_variant(Text(collation="C"), "postgresql")

metadata = MetaData()

recordings = Table(
    "recordings",
    metadata,
    Column("project", _NAME, primary_key=True),
    Column("call", _NAME, primary_key=True),
    Column("recording", _NAME, primary_key=True),
    Column("create_time", BigInteger, nullable=False),
    Column("media_key", _NAME, nullable=False, unique=True),
    # For people who look; the ending says the same.
    Column("state", Text, nullable=False),
    Column("fence", BigInteger, nullable=False),
    # None once it has ended.
    Column("lease_until", BigInteger),
    # The call, while this is its one live CALL_RECORDING.
    Column("recorded_call", _NAME),
    Column("facts", Text, nullable=False),
    Column("ending", Text),
    # What processing needs; None once it has ended.
    Column("intake", Text),
    Column("session", Text, nullable=False),
    Index("recordings_recorded_call", "project", "recorded_call", unique=True),
    Index("recordings_of_project", "project", "create_time", "call", "recording"),
    Index("recordings_of_call", "project", "call", "create_time", "recording"),
)
recordings.append_constraint(
    Index(
        "recordings_leased",
        recordings.c.lease_until,
        sqlite_where=recordings.c.lease_until.is_not(None),
        postgresql_where=recordings.c.lease_until.is_not(None),
    )
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", _NAME, primary_key=True),
    Column("project", _NAME, nullable=False),
    Column("call", _NAME, nullable=False),
    Column("recording", _NAME, nullable=False),
    Column("url", Text, nullable=False),
    Column("receiver", Text, nullable=False),
    Column("create_time", BigInteger, nullable=False),
    Column("next_attempt_time", BigInteger),
    Column("round_attempts", Integer, nullable=False),
    Column("attempts", Text, nullable=False),
    # The request and the trace its recording came of; None in rows made before 0002.
    Column("origin", Text),
    # When it was given up; None while pending and once delivered.
    Column("failed_time", BigInteger),
    Column("fence", BigInteger, nullable=False),
    Column("lease_until", BigInteger),
    # What is claimed by: the end of the lease, or else the time of the next attempt.
    Column("due", BigInteger),
    Index("deliveries_of_recording", "project", "call", "recording", "create_time"),
)
deliveries.append_constraint(
    Index(
        "deliveries_due",
        deliveries.c.due,
        deliveries.c.id,
        sqlite_where=deliveries.c.due.is_not(None),
        postgresql_where=deliveries.c.due.is_not(None),
    )
)
deliveries.append_constraint(
    Index(
        "deliveries_failed",
        deliveries.c.project,
        deliveries.c.failed_time,
        sqlite_where=deliveries.c.failed_time.is_not(None),
        postgresql_where=deliveries.c.failed_time.is_not(None),
    )
)
