"""Orders, their items, and who may have what was ordered."""

from migrations.postgres.runner import run

revision = "2026_11_20_04"
down_revision = "2026_11_20_03"

UPGRADE = (
    "CREATE TYPE order_status AS ENUM ('pending', 'processing', 'completed', 'cancelled', 'refunded')",
    "CREATE TYPE payment_status AS ENUM ('pending', 'paid', 'failed', 'refunded')",
    "CREATE TYPE fulfilment AS ENUM ('NONE', 'PENDING', 'DONE')",
    "CREATE TYPE recovery_point AS ENUM ('NONE', 'INTENT', 'CHARGED', 'COMMITTED', 'RELEASING')",
    "CREATE TYPE ownership_state AS ENUM ('CLAIMED', 'OWNED', 'RELEASED', 'REVOKED')",
    """
    CREATE TABLE orders (
        id uuid DEFAULT uuidv7() NOT NULL,
        number varchar NOT NULL,
        user_id uuid NOT NULL,
        status order_status DEFAULT 'pending' NOT NULL,
        payment_status payment_status DEFAULT 'pending' NOT NULL,
        fulfilment fulfilment DEFAULT 'NONE' NOT NULL,
        amount numeric(14, 2) NOT NULL,
        original_amount numeric(14, 2) NOT NULL,
        discount numeric(14, 2) DEFAULT 0 NOT NULL,
        credits_used integer DEFAULT 0 NOT NULL,
        credit_value numeric(14, 2) DEFAULT 0 NOT NULL,
        refunded_amount numeric(14, 2) DEFAULT 0 NOT NULL,
        credits_returned integer DEFAULT 0 NOT NULL,
        currency varchar NOT NULL,
        payment_method varchar,
        coupon_id uuid,
        is_first_purchase boolean DEFAULT false NOT NULL,
        metadata jsonb,
        fence bigint DEFAULT 0 NOT NULL,
        lease_until timestamptz(3) DEFAULT now() NOT NULL,
        recovery_point recovery_point DEFAULT 'NONE' NOT NULL,
        waits_until timestamptz(3),
        created_at timestamptz(3) DEFAULT now() NOT NULL,
        updated_at timestamptz(3) DEFAULT now() NOT NULL,
        completed_at timestamptz(3),
        cancelled_at timestamptz(3),
        CONSTRAINT pk_orders PRIMARY KEY (id),
        CONSTRAINT uq_orders_id_user_id UNIQUE (id, user_id),
        CONSTRAINT ck_orders_currency CHECK (currency ~ '^[A-Z]{3}$'),
        CONSTRAINT ck_orders_discount CHECK
            (original_amount >= 0 AND discount BETWEEN 0 AND original_amount),
        CONSTRAINT ck_orders_amount CHECK (amount = original_amount - discount),
        CONSTRAINT ck_orders_credits CHECK (credit_value BETWEEN 0 AND amount AND credits_used >= 0),
        CONSTRAINT ck_orders_credit_value CHECK ((credits_used = 0) = (credit_value = 0)),
        CONSTRAINT ck_orders_refunded_amount CHECK (refunded_amount BETWEEN 0 AND amount - credit_value),
        CONSTRAINT ck_orders_credits_returned CHECK (credits_returned BETWEEN 0 AND credits_used),
        CONSTRAINT ck_orders_paid CHECK ((status = 'completed') = (payment_status = 'paid')),
        CONSTRAINT ck_orders_refunded CHECK (status <> 'refunded' OR payment_status = 'refunded'),
        CONSTRAINT ck_orders_completed_at CHECK
            ((completed_at IS NOT NULL) = (status IN ('completed', 'refunded'))),
        CONSTRAINT ck_orders_cancelled_at CHECK ((cancelled_at IS NOT NULL) = (status = 'cancelled')),
        CONSTRAINT ck_orders_first_purchase CHECK (completed_at IS NOT NULL OR NOT is_first_purchase),
        CONSTRAINT uq_orders_number UNIQUE (number),
        CONSTRAINT fk_orders_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE RESTRICT,
        CONSTRAINT fk_orders_coupon_id FOREIGN KEY (coupon_id) REFERENCES coupons (id) ON DELETE RESTRICT
    )
    """,
    "CREATE INDEX ix_orders_coupon_id ON orders (coupon_id)",
    "CREATE INDEX ix_orders_created_at_id ON orders (created_at, id)",
    "CREATE INDEX ix_orders_processing ON orders (lease_until) WHERE status = 'processing'",
    "CREATE INDEX ix_orders_status_created_at_id ON orders (status, created_at, id)",
    "CREATE INDEX ix_orders_unfulfilled ON orders (completed_at) WHERE fulfilment = 'PENDING'",
    "CREATE INDEX ix_orders_user_id_created_at_id ON orders (user_id, created_at, id)",
    "CREATE UNIQUE INDEX uq_orders_first_purchase ON orders (user_id) WHERE is_first_purchase",
    """
    CREATE TRIGGER orders_touch BEFORE UPDATE ON orders FOR EACH ROW
        WHEN (NEW.updated_at = OLD.updated_at) EXECUTE FUNCTION touch_updated_at()
    """,
    """
    CREATE TABLE order_items (
        id uuid DEFAULT uuidv7() NOT NULL,
        order_id uuid NOT NULL,
        user_id uuid NOT NULL,
        position integer NOT NULL,
        kind purchasable_kind NOT NULL,
        item_id uuid NOT NULL,
        title varchar NOT NULL,
        price numeric(14, 2) NOT NULL,
        currency varchar NOT NULL,
        discount_share numeric(14, 2) DEFAULT 0 NOT NULL,
        credit_share numeric(14, 2) DEFAULT 0 NOT NULL,
        refunded_amount numeric(14, 2) DEFAULT 0 NOT NULL,
        refunded_credit_value numeric(14, 2) DEFAULT 0 NOT NULL,
        created_at timestamptz(3) DEFAULT now() NOT NULL,
        updated_at timestamptz(3) DEFAULT now() NOT NULL,
        refunded_at timestamptz(3),
        CONSTRAINT pk_order_items PRIMARY KEY (id),
        CONSTRAINT fk_order_items_order_id_user_id FOREIGN KEY (order_id, user_id)
            REFERENCES orders (id, user_id) ON DELETE RESTRICT,
        CONSTRAINT uq_order_items_order_id_position UNIQUE (order_id, position),
        CONSTRAINT uq_order_items_order_id_kind_item_id UNIQUE (order_id, kind, item_id),
        CONSTRAINT ck_order_items_currency CHECK (currency ~ '^[A-Z]{3}$'),
        CONSTRAINT ck_order_items_position CHECK (position >= 1),
        CONSTRAINT ck_order_items_discount_share CHECK (price >= 0 AND discount_share BETWEEN 0 AND price),
        CONSTRAINT ck_order_items_credit_share CHECK (credit_share BETWEEN 0 AND price - discount_share),
        CONSTRAINT ck_order_items_refunded_amount CHECK
            (refunded_amount BETWEEN 0 AND price - discount_share - credit_share),
        CONSTRAINT ck_order_items_refunded_credit_value CHECK
            (refunded_credit_value BETWEEN 0 AND credit_share)
    )
    """,
    "CREATE INDEX ix_order_items_item_id_kind ON order_items (item_id, kind)",
    "CREATE INDEX ix_order_items_user_id_order_id_position ON order_items (user_id, order_id, position)",
    """
    CREATE TRIGGER order_items_touch BEFORE UPDATE ON order_items FOR EACH ROW
        WHEN (NEW.updated_at = OLD.updated_at) EXECUTE FUNCTION touch_updated_at()
    """,
    """
    CREATE TABLE ownerships (
        id uuid DEFAULT uuidv7() NOT NULL,
        user_id uuid NOT NULL,
        kind purchasable_kind NOT NULL,
        item_id uuid NOT NULL,
        order_id uuid,
        order_item_id uuid,
        granted_by uuid,
        reason varchar,
        state ownership_state DEFAULT 'CLAIMED' NOT NULL,
        created_at timestamptz(3) DEFAULT now() NOT NULL,
        updated_at timestamptz(3) DEFAULT now() NOT NULL,
        owned_at timestamptz(3),
        ended_at timestamptz(3),
        CONSTRAINT pk_ownerships PRIMARY KEY (id),
        CONSTRAINT fk_ownerships_order_id_user_id FOREIGN KEY (order_id, user_id)
            REFERENCES orders (id, user_id) ON DELETE RESTRICT,
        CONSTRAINT ck_ownerships_cause CHECK
            (order_item_id IS NOT NULL AND order_id IS NOT NULL
            OR granted_by IS NOT NULL AND reason IS NOT NULL),
        CONSTRAINT ck_ownerships_owned_at CHECK ((owned_at IS NOT NULL) = (state IN ('OWNED', 'REVOKED'))),
        CONSTRAINT ck_ownerships_ended_at CHECK
            ((ended_at IS NOT NULL) = (state IN ('RELEASED', 'REVOKED'))),
        CONSTRAINT fk_ownerships_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE RESTRICT,
        CONSTRAINT fk_ownerships_order_item_id FOREIGN KEY (order_item_id)
            REFERENCES order_items (id) ON DELETE RESTRICT,
        CONSTRAINT fk_ownerships_granted_by FOREIGN KEY (granted_by)
            REFERENCES users (id) ON DELETE RESTRICT
    )
    """,
    "CREATE INDEX ix_ownerships_granted_by ON ownerships (granted_by)",
    "CREATE INDEX ix_ownerships_item_id_state ON ownerships (item_id, state)",
    "CREATE INDEX ix_ownerships_order_id ON ownerships (order_id)",
    "CREATE INDEX ix_ownerships_order_item_id ON ownerships (order_item_id)",
    "CREATE INDEX ix_ownerships_user_id_created_at_id ON ownerships (user_id, created_at, id)",
    """
    CREATE UNIQUE INDEX uq_ownerships_active
        ON ownerships (user_id, item_id) WHERE state IN ('CLAIMED', 'OWNED')
    """,
    """
    CREATE TRIGGER ownerships_touch BEFORE UPDATE ON ownerships FOR EACH ROW
        WHEN (NEW.updated_at = OLD.updated_at) EXECUTE FUNCTION touch_updated_at()
    """,
)

DOWNGRADE = (
    "DROP TABLE ownerships, order_items, orders",
    "DROP TYPE order_status, payment_status, fulfilment, recovery_point, ownership_state",
)


def upgrade() -> None:
    run(*UPGRADE)


def downgrade() -> None:
    run(*DOWNGRADE)
