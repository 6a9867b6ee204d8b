"""An item may be given back in several parts: what bounds them is what the item and the payment say is given back or on
its way.  A refund remembers the request that asked for it, why it failed, and when it is looked at again.
"""

from migrations.postgres.runner import run

revision = "2026_11_20_28"
down_revision = "2026_11_20_26"

UPGRADE = (
    """
    ALTER TABLE refunds
        ADD COLUMN idempotency_key varchar,
        ADD COLUMN failure_reason varchar,
        ADD COLUMN next_attempt_at timestamptz(3) DEFAULT now() NOT NULL,
        ADD CONSTRAINT ck_refunds_failure_reason CHECK (failure_reason IS NULL OR state = 'FAILED'),
        ADD CONSTRAINT ck_refunds_credits_returned CHECK (credits_returned = 0 OR state = 'DONE')
    """,
    "DROP INDEX uq_refunds_item",
    # What was for nothing has no sum that could bound how often it is given back.
    """
    CREATE UNIQUE INDEX uq_refunds_of_nothing
        ON refunds (order_item_id) WHERE amount = 0 AND credit_value = 0 AND state <> 'FAILED'
    """,
    "CREATE INDEX ix_refunds_due ON refunds (next_attempt_at) WHERE state = 'PENDING'",
)

DOWNGRADE = (
    "DROP INDEX ix_refunds_due, uq_refunds_of_nothing",
    "CREATE UNIQUE INDEX uq_refunds_item ON refunds (order_item_id) WHERE state <> 'FAILED'",
    """
    ALTER TABLE refunds DROP COLUMN idempotency_key, DROP COLUMN failure_reason, DROP COLUMN next_attempt_at,
        DROP CONSTRAINT ck_refunds_credits_returned
    """,
)


def upgrade() -> None:
    run(*UPGRADE)


def downgrade() -> None:
    run(*DOWNGRADE)
