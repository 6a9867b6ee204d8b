"""${message}."""

from migrations.postgres.runner import run

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}

UPGRADE = ()

DOWNGRADE = ()


def upgrade() -> None:
    run(*UPGRADE)


def downgrade() -> None:
    run(*DOWNGRADE)
