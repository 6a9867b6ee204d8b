"""What background checks of both books came to."""

from migrations.postgres.runner import run

revision = "2026_11_20_31"
down_revision = "2026_11_20_28"

UPGRADE = (
    """
    CREATE TABLE consistency_reports (
        id uuid DEFAULT uuidv7() NOT NULL,
        started_at timestamptz(3) NOT NULL,
        finished_at timestamptz(3) NOT NULL,
        checked integer NOT NULL,
        violations jsonb NOT NULL,
        skipped jsonb NOT NULL,
        CONSTRAINT pk_consistency_reports PRIMARY KEY (id),
        CONSTRAINT ck_consistency_reports_period CHECK (finished_at >= started_at AND checked >= 0)
    )
    """,
    "CREATE INDEX ix_consistency_reports_finished_at_id ON consistency_reports (finished_at, id)",
)

DOWNGRADE = ("DROP TABLE consistency_reports",)


def upgrade() -> None:
    run(*UPGRADE)


def downgrade() -> None:
    run(*DOWNGRADE)
