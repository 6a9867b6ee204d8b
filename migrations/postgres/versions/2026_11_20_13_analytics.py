"""Experiments."""

from migrations.postgres.runner import run

revision = "2026_11_20_13"
down_revision = "2026_11_20_12"

UPGRADE = (
    "CREATE TYPE experiment_status AS ENUM ('DRAFT', 'RUNNING', 'STOPPED')",
    """
    CREATE TABLE experiments (
        id uuid DEFAULT uuidv7() NOT NULL,
        key varchar NOT NULL,
        name varchar NOT NULL,
        description varchar,
        status experiment_status DEFAULT 'DRAFT' NOT NULL,
        variants jsonb NOT NULL,
        created_by uuid NOT NULL,
        created_at timestamptz(3) DEFAULT now() NOT NULL,
        updated_at timestamptz(3) DEFAULT now() NOT NULL,
        started_at timestamptz(3),
        stopped_at timestamptz(3),
        CONSTRAINT pk_experiments PRIMARY KEY (id),
        CONSTRAINT ck_experiments_started_at CHECK ((started_at IS NULL) = (status = 'DRAFT')),
        CONSTRAINT ck_experiments_stopped_at CHECK ((stopped_at IS NOT NULL) = (status = 'STOPPED')),
        CONSTRAINT uq_experiments_key UNIQUE (key),
        CONSTRAINT fk_experiments_created_by FOREIGN KEY (created_by)
            REFERENCES users (id) ON DELETE RESTRICT
    )
    """,
    "CREATE INDEX ix_experiments_created_at_id ON experiments (created_at, id)",
    "CREATE INDEX ix_experiments_created_by ON experiments (created_by)",
    """
    CREATE TRIGGER experiments_touch BEFORE UPDATE ON experiments FOR EACH ROW
        WHEN (NEW.updated_at = OLD.updated_at) EXECUTE FUNCTION touch_updated_at()
    """,
)

DOWNGRADE = (
    "DROP TABLE experiments",
    "DROP TYPE experiment_status",
)


def upgrade() -> None:
    run(*UPGRADE)


def downgrade() -> None:
    run(*DOWNGRADE)
