"""What a payment must remember to be driven on by anybody: under which key it runs, why it was declined, and that its
buyer gave it up; and the card it was made with, to notice the same one elsewhere.
"""

from migrations.postgres.runner import run

revision = "2026_11_20_25"
down_revision = "2026_11_20_24"

UPGRADE = (
    "ALTER TYPE recovery_point ADD VALUE 'CANCELLING'",
    """
    ALTER TABLE orders
        ADD COLUMN idempotency_key varchar,
        ADD CONSTRAINT ck_orders_idempotency_key CHECK (idempotency_key IS NULL OR status = 'processing')
    """,
    "ALTER TABLE payments ADD COLUMN fingerprint varchar, ADD COLUMN decline_message varchar",
    "CREATE INDEX ix_payments_fingerprint ON payments (fingerprint) WHERE fingerprint IS NOT NULL",
)

DOWNGRADE = (
    "ALTER TABLE payments DROP COLUMN fingerprint, DROP COLUMN decline_message",
    "ALTER TABLE orders DROP COLUMN idempotency_key",
    # A value of an enum can only be taken away with the type.
    "ALTER TABLE orders ALTER recovery_point DROP DEFAULT",
    "ALTER TYPE recovery_point RENAME TO recovery_point_before",
    "CREATE TYPE recovery_point AS ENUM ('NONE', 'INTENT', 'CHARGED', 'COMMITTED', 'RELEASING')",
    """
    ALTER TABLE orders
        ALTER recovery_point TYPE recovery_point
        USING replace(recovery_point::text, 'CANCELLING', 'RELEASING')::recovery_point,
        ALTER recovery_point SET DEFAULT 'NONE'
    """,
    "DROP TYPE recovery_point_before",
)


def upgrade() -> None:
    run(*UPGRADE)


def downgrade() -> None:
    run(*DOWNGRADE)
