"""Attempts to pay, refunds, and the keys that make asking twice harmless."""

from migrations.postgres.runner import run

revision = "2026_11_20_05"
down_revision = "2026_11_20_04"

UPGRADE = (
    "CREATE TYPE payment_state AS ENUM ('CREATED', 'WAITING', 'PAID', 'DECLINED', 'CANCELLED')",
    "CREATE TYPE refund_state AS ENUM ('PENDING', 'DONE', 'FAILED')",
    """
    CREATE TABLE payments (
        id uuid DEFAULT uuidv7() NOT NULL,
        order_id uuid NOT NULL,
        user_id uuid NOT NULL,
        state payment_state DEFAULT 'CREATED' NOT NULL,
        amount numeric(14, 2) NOT NULL,
        currency varchar NOT NULL,
        refunded_amount numeric(14, 2) DEFAULT 0 NOT NULL,
        payment_method varchar,
        payment_method_id varchar,
        provider varchar DEFAULT 'stripe' NOT NULL,
        provider_payment_id varchar,
        decline_code varchar,
        created_at timestamptz(3) DEFAULT now() NOT NULL,
        updated_at timestamptz(3) DEFAULT now() NOT NULL,
        settled_at timestamptz(3),
        CONSTRAINT pk_payments PRIMARY KEY (id),
        CONSTRAINT fk_payments_order_id_user_id FOREIGN KEY (order_id, user_id)
            REFERENCES orders (id, user_id) ON DELETE RESTRICT,
        CONSTRAINT ck_payments_currency CHECK (currency ~ '^[A-Z]{3}$'),
        CONSTRAINT ck_payments_amount CHECK (amount > 0),
        CONSTRAINT ck_payments_refunded_amount CHECK (refunded_amount BETWEEN 0 AND amount),
        CONSTRAINT ck_payments_refunded_when_paid CHECK (refunded_amount = 0 OR state = 'PAID'),
        CONSTRAINT ck_payments_provider_payment_id CHECK
            (provider_payment_id IS NOT NULL OR state <> 'PAID'),
        CONSTRAINT ck_payments_settled_at CHECK ((settled_at IS NULL) = (state IN ('CREATED', 'WAITING'))),
        CONSTRAINT uq_payments_provider_payment_id UNIQUE (provider_payment_id)
    )
    """,
    "CREATE INDEX ix_payments_order_id_created_at_id ON payments (order_id, created_at, id)",
    "CREATE INDEX ix_payments_user_id_created_at_id ON payments (user_id, created_at, id)",
    """
    CREATE UNIQUE INDEX uq_payments_open_or_paid
        ON payments (order_id) WHERE state IN ('CREATED', 'WAITING', 'PAID')
    """,
    """
    CREATE TRIGGER payments_touch BEFORE UPDATE ON payments FOR EACH ROW
        WHEN (NEW.updated_at = OLD.updated_at) EXECUTE FUNCTION touch_updated_at()
    """,
    """
    CREATE TABLE refunds (
        id uuid DEFAULT uuidv7() NOT NULL,
        order_id uuid NOT NULL,
        user_id uuid NOT NULL,
        order_item_id uuid NOT NULL,
        payment_id uuid,
        state refund_state DEFAULT 'PENDING' NOT NULL,
        amount numeric(14, 2) NOT NULL,
        credit_value numeric(14, 2) DEFAULT 0 NOT NULL,
        credits_returned integer DEFAULT 0 NOT NULL,
        currency varchar NOT NULL,
        reason varchar,
        requested_by uuid NOT NULL,
        provider_refund_id varchar,
        created_at timestamptz(3) DEFAULT now() NOT NULL,
        updated_at timestamptz(3) DEFAULT now() NOT NULL,
        completed_at timestamptz(3),
        CONSTRAINT pk_refunds PRIMARY KEY (id),
        CONSTRAINT fk_refunds_order_id_user_id FOREIGN KEY (order_id, user_id)
            REFERENCES orders (id, user_id) ON DELETE RESTRICT,
        CONSTRAINT ck_refunds_currency CHECK (currency ~ '^[A-Z]{3}$'),
        CONSTRAINT ck_refunds_amount CHECK (amount >= 0 AND credit_value >= 0 AND credits_returned >= 0),
        CONSTRAINT ck_refunds_payment_id CHECK (amount = 0 OR payment_id IS NOT NULL),
        CONSTRAINT ck_refunds_completed_at CHECK ((completed_at IS NULL) = (state = 'PENDING')),
        CONSTRAINT fk_refunds_order_item_id FOREIGN KEY (order_item_id)
            REFERENCES order_items (id) ON DELETE RESTRICT,
        CONSTRAINT fk_refunds_payment_id FOREIGN KEY (payment_id)
            REFERENCES payments (id) ON DELETE RESTRICT,
        CONSTRAINT fk_refunds_requested_by FOREIGN KEY (requested_by)
            REFERENCES users (id) ON DELETE RESTRICT,
        CONSTRAINT uq_refunds_provider_refund_id UNIQUE (provider_refund_id)
    )
    """,
    "CREATE INDEX ix_refunds_order_id_created_at_id ON refunds (order_id, created_at, id)",
    "CREATE INDEX ix_refunds_order_item_id ON refunds (order_item_id)",
    "CREATE INDEX ix_refunds_payment_id ON refunds (payment_id)",
    "CREATE INDEX ix_refunds_requested_by ON refunds (requested_by)",
    "CREATE INDEX ix_refunds_user_id_created_at_id ON refunds (user_id, created_at, id)",
    "CREATE UNIQUE INDEX uq_refunds_item ON refunds (order_item_id) WHERE state <> 'FAILED'",
    """
    CREATE TRIGGER refunds_touch BEFORE UPDATE ON refunds FOR EACH ROW
        WHEN (NEW.updated_at = OLD.updated_at) EXECUTE FUNCTION touch_updated_at()
    """,
    """
    CREATE TABLE idempotency_keys (
        user_id uuid NOT NULL,
        key varchar NOT NULL,
        mutation varchar NOT NULL,
        fingerprint bytea NOT NULL,
        subject_id uuid,
        outcome jsonb,
        created_at timestamptz(3) DEFAULT now() NOT NULL,
        finished_at timestamptz(3),
        CONSTRAINT pk_idempotency_keys PRIMARY KEY (user_id, key),
        CONSTRAINT ck_idempotency_keys_key CHECK (length(key) BETWEEN 1 AND 255),
        CONSTRAINT ck_idempotency_keys_fingerprint CHECK (octet_length(fingerprint) = 32),
        CONSTRAINT ck_idempotency_keys_outcome CHECK ((outcome IS NULL) = (finished_at IS NULL)),
        CONSTRAINT fk_idempotency_keys_user_id FOREIGN KEY (user_id)
            REFERENCES users (id) ON DELETE RESTRICT
    )
    """,
    "CREATE INDEX ix_idempotency_keys_created_at ON idempotency_keys (created_at)",
)

DOWNGRADE = (
    "DROP TABLE idempotency_keys, refunds, payments",
    "DROP TYPE payment_state, refund_state",
)


def upgrade() -> None:
    run(*UPGRADE)


def downgrade() -> None:
    run(*DOWNGRADE)
