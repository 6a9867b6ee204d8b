"""What Alembic runs to apply revisions: on the connection that `migrations.postgres.runner` holds the lock with."""

from alembic import context

if "connection" not in context.config.attributes:
    raise SystemExit("Revisions are not applied by alembic alone: run `gateway migrate`.")

context.configure(
    connection=context.config.attributes["connection"],
    on_version_apply=context.config.attributes["on_version_apply"],
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
