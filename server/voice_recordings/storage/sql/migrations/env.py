"""How Alembic runs here: on the connection it is given, in one transaction."""

from alembic import context

from voice_recordings.storage.sql.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table="voice_recordings_schema",
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
