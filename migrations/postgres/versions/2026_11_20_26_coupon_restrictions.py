"""What a coupon is for: items, categories or everything; and the category of what was ordered, frozen with its price,
so that whether a coupon is for it is decided in one database.
"""

from migrations.postgres.runner import run

revision = "2026_11_20_26"
down_revision = "2026_11_20_25"

UPGRADE = (
    """
    ALTER TABLE coupons
        ADD COLUMN items uuid[] DEFAULT '{}' NOT NULL,
        ADD COLUMN item_kinds purchasable_kind[] DEFAULT '{}' NOT NULL,
        ADD COLUMN categories text[] DEFAULT '{}' NOT NULL,
        ADD CONSTRAINT ck_coupons_items CHECK (cardinality(items) = cardinality(item_kinds))
    """,
    # An order is paid with one coupon, whatever it was tried with before.
    """
    CREATE UNIQUE INDEX uq_coupon_usages_of_order ON coupon_usages (order_id) WHERE state <> 'RELEASED'
    """,
    "ALTER TABLE order_items ADD COLUMN category varchar",
    # No item is changed by what is only noted beside it.  The categories of products lie in the other database, so
    # those that were ordered before have none.
    "ALTER TABLE order_items DISABLE TRIGGER order_items_touch",
    """
    UPDATE order_items i SET category = c.category FROM courses c WHERE i.kind = 'COURSE' AND c.id = i.item_id
    """,
    "ALTER TABLE order_items ENABLE TRIGGER order_items_touch",
)

DOWNGRADE = (
    "ALTER TABLE order_items DROP COLUMN category",
    "DROP INDEX uq_coupon_usages_of_order",
    "ALTER TABLE coupons DROP COLUMN items, DROP COLUMN item_kinds, DROP COLUMN categories",
)


def upgrade() -> None:
    run(*UPGRADE)


def downgrade() -> None:
    run(*DOWNGRADE)
