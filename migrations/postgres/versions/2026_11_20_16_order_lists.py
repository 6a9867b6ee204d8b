"""What lists of orders are filtered and sorted by."""

from migrations.postgres.runner import run

revision = "2026_11_20_16"
down_revision = "2026_11_20_15"


def upgrade() -> None:
    run(
        "CREATE INDEX ix_orders_payment_status_created_at_id ON orders (payment_status, created_at, id)",
        # The graph sorts nulls before everything, and an open order has no time of completion.
        "CREATE INDEX ix_orders_completed_first ON orders (completed_at NULLS FIRST, id)",
    )


def downgrade() -> None:
    run("DROP INDEX ix_orders_completed_first", "DROP INDEX ix_orders_payment_status_created_at_id")
