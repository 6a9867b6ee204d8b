"""How often each course was bought, and what the orders of the catalog read."""

from migrations.postgres.runner import run

revision = "2026_11_20_15"
down_revision = "2026_11_20_14"

UPGRADE = (
    """
    ALTER TABLE courses
        ADD COLUMN purchase_count integer DEFAULT 0 NOT NULL,
        ADD CONSTRAINT ck_courses_purchase_count CHECK (purchase_count >= 0)
    """,
    # What is counted here happened long ago, so no course changes now.
    "ALTER TABLE courses DISABLE TRIGGER courses_touch",
    """
    UPDATE courses SET purchase_count = sold.purchases
    FROM (
        SELECT i.item_id, count(*) AS purchases
        FROM order_items i JOIN orders o ON o.id = i.order_id
        WHERE i.kind = 'COURSE' AND o.status IN ('completed', 'refunded')
        GROUP BY i.item_id
    ) sold
    WHERE sold.item_id = courses.id
    """,
    "ALTER TABLE courses ENABLE TRIGGER courses_touch",
    "CREATE INDEX ix_courses_purchase_count_id ON courses (purchase_count, id)",
    "CREATE INDEX ix_courses_is_published_created_at_id ON courses (is_published, created_at, id)",
    "CREATE INDEX ix_courses_is_published_price_id ON courses (is_published, price, id)",
    "CREATE INDEX ix_courses_is_published_title_id ON courses (is_published, title, id)",
    "CREATE INDEX ix_courses_is_published_purchase_count_id ON courses (is_published, purchase_count, id)",
)

DOWNGRADE = (
    "DROP INDEX ix_courses_is_published_created_at_id",
    "DROP INDEX ix_courses_is_published_price_id",
    "DROP INDEX ix_courses_is_published_title_id",
    "ALTER TABLE courses DROP COLUMN purchase_count",
)


def upgrade() -> None:
    run(*UPGRADE)


def downgrade() -> None:
    run(*DOWNGRADE)
