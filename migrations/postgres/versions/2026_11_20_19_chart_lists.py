"""What lists of a person's charts are read by."""

from migrations.postgres.runner import run

revision = "2026_11_20_19"
down_revision = "2026_11_20_18"


def upgrade() -> None:
    run("CREATE INDEX ix_chart_cache_user_id_created_at_id ON chart_cache (user_id, created_at, id)")


def downgrade() -> None:
    run("DROP INDEX ix_chart_cache_user_id_created_at_id")
