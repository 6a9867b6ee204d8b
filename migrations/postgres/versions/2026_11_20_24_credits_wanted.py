"""How many credits a buyer wishes to use for an order, before any are held."""

from migrations.postgres.runner import run

revision = "2026_11_20_24"
down_revision = "2026_11_20_23"

UPGRADE = (
    """
    ALTER TABLE orders
        ADD COLUMN credits_wanted integer DEFAULT 0 NOT NULL,
        ADD CONSTRAINT ck_orders_credits_wanted CHECK (credits_wanted >= 0)
    """,
)

DOWNGRADE = ("ALTER TABLE orders DROP COLUMN credits_wanted",)


def upgrade() -> None:
    run(*UPGRADE)


def downgrade() -> None:
    run(*DOWNGRADE)
