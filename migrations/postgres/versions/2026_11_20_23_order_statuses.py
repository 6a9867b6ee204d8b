"""Orders go from one status to another only as their state machine says."""

from migrations.postgres.runner import run

revision = "2026_11_20_23"
down_revision = "2026_11_20_22"

UPGRADE = (
    """
    CREATE FUNCTION refuse_status() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'an order that is % may not become %', OLD.status, NEW.status
            USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER orders_status BEFORE UPDATE ON orders FOR EACH ROW
        WHEN (NEW.status <> OLD.status AND (OLD.status::text, NEW.status::text) NOT IN (
            ('pending', 'processing'), ('pending', 'cancelled'), ('processing', 'completed'),
            ('processing', 'pending'), ('processing', 'cancelled'), ('completed', 'refunded')
        )) EXECUTE FUNCTION refuse_status()
    """,
)

DOWNGRADE = (
    "DROP TRIGGER orders_status ON orders",
    "DROP FUNCTION refuse_status",
)


def upgrade() -> None:
    run(*UPGRADE)


def downgrade() -> None:
    run(*DOWNGRADE)
