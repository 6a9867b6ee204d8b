"""The uses of coupons tell the currency of what they took off, which is that of their orders."""

from migrations.postgres.runner import run

revision = "2026_11_20_22"
down_revision = "2026_11_20_21"

UPGRADE = (
    """
    CREATE FUNCTION take_currency_of_order() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.currency := (SELECT currency FROM orders WHERE id = NEW.order_id);
        RETURN NEW;
    END $$
    """,
    "ALTER TABLE coupon_usages ADD COLUMN currency varchar",
    # No use is changed by what it always was in.
    "ALTER TABLE coupon_usages DISABLE TRIGGER coupon_usages_touch",
    "UPDATE coupon_usages u SET currency = o.currency FROM orders o WHERE o.id = u.order_id",
    "ALTER TABLE coupon_usages ENABLE TRIGGER coupon_usages_touch",
    """
    ALTER TABLE coupon_usages
        ALTER COLUMN currency SET NOT NULL,
        ADD CONSTRAINT ck_coupon_usages_currency CHECK (currency ~ '^[A-Z]{3}$')
    """,
    """
    CREATE TRIGGER coupon_usages_currency BEFORE INSERT ON coupon_usages
        FOR EACH ROW EXECUTE FUNCTION take_currency_of_order()
    """,
)

DOWNGRADE = (
    "DROP TRIGGER coupon_usages_currency ON coupon_usages",
    "ALTER TABLE coupon_usages DROP COLUMN currency",
    "DROP FUNCTION take_currency_of_order",
)


def upgrade() -> None:
    run(*UPGRADE)


def downgrade() -> None:
    run(*DOWNGRADE)
