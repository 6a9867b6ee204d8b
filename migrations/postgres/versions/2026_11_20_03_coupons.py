"""Coupons.  Their uses come after the orders that they belong to."""

from migrations.postgres.runner import run

revision = "2026_11_20_03"
down_revision = "2026_11_20_02"

UPGRADE = (
    "CREATE TYPE coupon_type AS ENUM ('percentage', 'fixed')",
    """
    CREATE TABLE coupons (
        id uuid DEFAULT uuidv7() NOT NULL,
        code varchar NOT NULL,
        type coupon_type NOT NULL,
        value numeric(14, 2) NOT NULL,
        currency varchar,
        max_discount numeric(14, 2),
        min_purchase numeric(14, 2),
        description varchar,
        starts_at timestamptz(3) NOT NULL,
        ends_at timestamptz(3) NOT NULL,
        max_uses integer,
        max_uses_per_user integer,
        uses integer DEFAULT 0 NOT NULL,
        is_released_by_refund boolean DEFAULT false NOT NULL,
        disabled_at timestamptz(3),
        created_by uuid NOT NULL,
        created_at timestamptz(3) DEFAULT now() NOT NULL,
        updated_at timestamptz(3) DEFAULT now() NOT NULL,
        CONSTRAINT pk_coupons PRIMARY KEY (id),
        CONSTRAINT ck_coupons_currency CHECK (currency ~ '^[A-Z]{3}$'),
        CONSTRAINT ck_coupons_code CHECK (code = upper(code) AND length(code) BETWEEN 1 AND 64),
        CONSTRAINT ck_coupons_value CHECK (value > 0 AND (type = 'fixed' OR value <= 100)),
        CONSTRAINT ck_coupons_bounds CHECK (max_discount > 0 AND min_purchase >= 0),
        CONSTRAINT ck_coupons_currency_of_amounts CHECK
            (currency IS NOT NULL OR type = 'percentage' AND max_discount IS NULL AND min_purchase IS NULL),
        CONSTRAINT ck_coupons_period CHECK (ends_at > starts_at),
        CONSTRAINT ck_coupons_limits CHECK (max_uses > 0 AND max_uses_per_user > 0),
        CONSTRAINT ck_coupons_uses CHECK (uses >= 0 AND uses <= max_uses),
        CONSTRAINT uq_coupons_code UNIQUE (code),
        CONSTRAINT fk_coupons_created_by FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE RESTRICT
    )
    """,
    "CREATE INDEX ix_coupons_created_at_id ON coupons (created_at, id)",
    "CREATE INDEX ix_coupons_created_by ON coupons (created_by)",
    """
    CREATE TRIGGER coupons_touch BEFORE UPDATE ON coupons FOR EACH ROW
        WHEN (NEW.updated_at = OLD.updated_at) EXECUTE FUNCTION touch_updated_at()
    """,
)

DOWNGRADE = (
    "DROP TABLE coupons",
    "DROP TYPE coupon_type",
)


def upgrade() -> None:
    run(*UPGRADE)


def downgrade() -> None:
    run(*DOWNGRADE)
