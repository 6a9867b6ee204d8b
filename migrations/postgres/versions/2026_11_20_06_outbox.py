"""Effects on other systems that have been decided and not yet happened."""

from migrations.postgres.runner import run

revision = "2026_11_20_06"
down_revision = "2026_11_20_05"

UPGRADE = (
    "CREATE TYPE aggregate AS ENUM ('ORDER', 'MEMBER', 'REFERRAL')",
    """
    CREATE TABLE outbox (
        id bigserial NOT NULL,
        aggregate aggregate NOT NULL,
        aggregate_id uuid NOT NULL,
        sequence integer NOT NULL,
        kind varchar NOT NULL,
        payload jsonb NOT NULL,
        attempts integer DEFAULT 0 NOT NULL,
        last_error varchar,
        created_at timestamptz(3) DEFAULT now() NOT NULL,
        next_attempt_at timestamptz(3) DEFAULT now() NOT NULL,
        delivered_at timestamptz(3),
        CONSTRAINT pk_outbox PRIMARY KEY (id),
        CONSTRAINT uq_outbox_aggregate_id_sequence UNIQUE (aggregate_id, sequence),
        CONSTRAINT ck_outbox_sequence CHECK (sequence >= 1 AND attempts >= 0)
    )
    """,
    "CREATE INDEX ix_outbox_due ON outbox (next_attempt_at, id) WHERE delivered_at IS NULL",
    "CREATE INDEX ix_outbox_undelivered ON outbox (aggregate_id, sequence) WHERE delivered_at IS NULL",
)

DOWNGRADE = (
    "DROP TABLE outbox",
    "DROP TYPE aggregate",
)


def upgrade() -> None:
    run(*UPGRADE)


def downgrade() -> None:
    run(*DOWNGRADE)
