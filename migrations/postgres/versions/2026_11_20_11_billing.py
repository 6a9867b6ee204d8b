"""Subscriptions and the provider's events."""

from migrations.postgres.runner import run

revision = "2026_11_20_11"
down_revision = "2026_11_20_10"

UPGRADE = (
    "CREATE TYPE subscription_status AS ENUM ('INACTIVE', 'ACTIVE', 'CANCELLED', 'PAST_DUE', 'TRIALING')",
    """
    CREATE TABLE subscriptions (
        id uuid DEFAULT uuidv7() NOT NULL,
        user_id uuid NOT NULL,
        stripe_customer_id varchar,
        stripe_subscription_id varchar,
        stripe_price_id varchar,
        status subscription_status DEFAULT 'INACTIVE' NOT NULL,
        current_period_end timestamptz(3),
        cancel_at_period_end boolean DEFAULT false NOT NULL,
        created_at timestamptz(3) DEFAULT now() NOT NULL,
        updated_at timestamptz(3) DEFAULT now() NOT NULL,
        CONSTRAINT pk_subscriptions PRIMARY KEY (id),
        CONSTRAINT uq_subscriptions_user_id UNIQUE (user_id),
        CONSTRAINT fk_subscriptions_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
        CONSTRAINT uq_subscriptions_stripe_customer_id UNIQUE (stripe_customer_id),
        CONSTRAINT uq_subscriptions_stripe_subscription_id UNIQUE (stripe_subscription_id)
    )
    """,
    "CREATE INDEX ix_subscriptions_created_at_id ON subscriptions (created_at, id)",
    """
    CREATE TRIGGER subscriptions_touch BEFORE UPDATE ON subscriptions FOR EACH ROW
        WHEN (NEW.updated_at = OLD.updated_at) EXECUTE FUNCTION touch_updated_at()
    """,
    """
    CREATE TABLE stripe_events (
        id varchar NOT NULL,
        type varchar NOT NULL,
        payload jsonb NOT NULL,
        created_at timestamptz(3) NOT NULL,
        received_at timestamptz(3) DEFAULT now() NOT NULL,
        processed_at timestamptz(3),
        CONSTRAINT pk_stripe_events PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_stripe_events_unprocessed ON stripe_events (received_at) WHERE processed_at IS NULL",
)

DOWNGRADE = (
    "DROP TABLE stripe_events, subscriptions",
    "DROP TYPE subscription_status",
)


def upgrade() -> None:
    run(*UPGRADE)


def downgrade() -> None:
    run(*DOWNGRADE)
