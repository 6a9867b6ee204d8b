"""People are found by how their names begin, without regard to case."""

from migrations.postgres.runner import run

revision = "2026_11_20_21"
down_revision = "2026_11_20_20"


def upgrade() -> None:
    run("CREATE INDEX ix_users_username_start ON users (lower(username) text_pattern_ops)")


def downgrade() -> None:
    run("DROP INDEX ix_users_username_start")
