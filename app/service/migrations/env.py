"""Run by Alembic with the connection that ``app.service.database.migrate`` hands in."""

from alembic import context

from app.service.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
    transactional_ddl=True,
)
# The caller has begun the transaction and commits it, so that a migration that fails leaves nothing behind.
context.run_migrations()
