"""The uses of coupons by orders."""

from migrations.postgres.runner import run

revision = "2026_11_20_07"
down_revision = "2026_11_20_06"

UPGRADE = (
    "CREATE TYPE usage_state AS ENUM ('RESERVED', 'CONSUMED', 'RELEASED')",
    """
    CREATE TABLE coupon_usages (
        id uuid DEFAULT uuidv7() NOT NULL,
        coupon_id uuid NOT NULL,
        order_id uuid NOT NULL,
        user_id uuid NOT NULL,
        state usage_state DEFAULT 'RESERVED' NOT NULL,
        slot integer DEFAULT 1 NOT NULL,
        discount numeric(14, 2) NOT NULL,
        created_at timestamptz(3) DEFAULT now() NOT NULL,
        updated_at timestamptz(3) DEFAULT now() NOT NULL,
        CONSTRAINT pk_coupon_usages PRIMARY KEY (id),
        CONSTRAINT fk_coupon_usages_order_id_user_id FOREIGN KEY (order_id, user_id)
            REFERENCES orders (id, user_id) ON DELETE RESTRICT,
        CONSTRAINT uq_coupon_usages_coupon_id_order_id UNIQUE (coupon_id, order_id),
        CONSTRAINT ck_coupon_usages_discount CHECK (discount >= 0),
        CONSTRAINT ck_coupon_usages_slot CHECK (slot >= 1),
        CONSTRAINT fk_coupon_usages_coupon_id FOREIGN KEY (coupon_id)
            REFERENCES coupons (id) ON DELETE RESTRICT
    )
    """,
    "CREATE INDEX ix_coupon_usages_coupon_id_created_at_id ON coupon_usages (coupon_id, created_at, id)",
    "CREATE INDEX ix_coupon_usages_order_id ON coupon_usages (order_id)",
    "CREATE INDEX ix_coupon_usages_user_id_created_at_id ON coupon_usages (user_id, created_at, id)",
    """
    CREATE UNIQUE INDEX uq_coupon_usages_slot
        ON coupon_usages (coupon_id, user_id, slot) WHERE state <> 'RELEASED'
    """,
    """
    CREATE TRIGGER coupon_usages_touch BEFORE UPDATE ON coupon_usages FOR EACH ROW
        WHEN (NEW.updated_at = OLD.updated_at) EXECUTE FUNCTION touch_updated_at()
    """,
)

DOWNGRADE = (
    "DROP TABLE coupon_usages",
    "DROP TYPE usage_state",
)


def upgrade() -> None:
    run(*UPGRADE)


def downgrade() -> None:
    run(*DOWNGRADE)
