"""What a chart was computed from, so that the same chart is kept once, and whom a chart of two people is about."""

from migrations.postgres.runner import run

revision = "2026_11_20_20"
down_revision = "2026_11_20_19"

UPGRADE = (
    """
    ALTER TABLE chart_cache
        ADD COLUMN input_key varchar,
        ADD COLUMN first_user_id uuid,
        ADD COLUMN second_user_id uuid,
        ADD CONSTRAINT uq_chart_cache_input_key UNIQUE (input_key),
        ADD CONSTRAINT ck_chart_cache_people CHECK (
            (first_user_id IS NULL) = (second_user_id IS NULL) AND (first_user_id IS NULL OR user_id IS NULL)
        ),
        ADD CONSTRAINT fk_chart_cache_first_user_id FOREIGN KEY (first_user_id) REFERENCES users (id) ON DELETE CASCADE,
        ADD CONSTRAINT fk_chart_cache_second_user_id FOREIGN KEY (second_user_id) REFERENCES users (id)
            ON DELETE CASCADE
    """,
    "CREATE INDEX ix_chart_cache_first_user_id ON chart_cache (first_user_id)",
    "CREATE INDEX ix_chart_cache_second_user_id ON chart_cache (second_user_id)",
)

DOWNGRADE = (
    # Without the people that it is about, a chart of two would stay when they go.
    "DELETE FROM chart_cache WHERE first_user_id IS NOT NULL",
    "ALTER TABLE chart_cache DROP COLUMN second_user_id, DROP COLUMN first_user_id, DROP COLUMN input_key",
)


def upgrade() -> None:
    run(*UPGRADE)


def downgrade() -> None:
    run(*DOWNGRADE)
