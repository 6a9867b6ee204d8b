"""Who brought whom."""

from migrations.postgres.runner import run

revision = "2026_11_20_08"
down_revision = "2026_11_20_07"

UPGRADE = (
    "CREATE TYPE claim_state AS ENUM ('PENDING', 'CONVERTED', 'FLAGGED', 'VOIDED')",
    """
    CREATE TABLE referral_claims (
        id uuid DEFAULT uuidv7() NOT NULL,
        referrer_id uuid NOT NULL,
        referred_user_id uuid NOT NULL,
        state claim_state DEFAULT 'PENDING' NOT NULL,
        order_id uuid,
        decided_by uuid,
        reason varchar,
        created_at timestamptz(3) DEFAULT now() NOT NULL,
        updated_at timestamptz(3) DEFAULT now() NOT NULL,
        converted_at timestamptz(3),
        voided_at timestamptz(3),
        CONSTRAINT pk_referral_claims PRIMARY KEY (id),
        CONSTRAINT ck_referral_claims_not_oneself CHECK (referrer_id <> referred_user_id),
        CONSTRAINT ck_referral_claims_cause CHECK
            (state NOT IN ('CONVERTED', 'FLAGGED') OR order_id IS NOT NULL OR reason IS NOT NULL),
        CONSTRAINT ck_referral_claims_converted_at CHECK
            (converted_at IS NOT NULL OR state NOT IN ('CONVERTED', 'FLAGGED')),
        CONSTRAINT ck_referral_claims_voided_at CHECK ((voided_at IS NOT NULL) = (state = 'VOIDED')),
        CONSTRAINT fk_referral_claims_referrer_id FOREIGN KEY (referrer_id)
            REFERENCES users (id) ON DELETE RESTRICT,
        CONSTRAINT uq_referral_claims_referred_user_id UNIQUE (referred_user_id),
        CONSTRAINT fk_referral_claims_referred_user_id FOREIGN KEY (referred_user_id)
            REFERENCES users (id) ON DELETE RESTRICT,
        CONSTRAINT fk_referral_claims_order_id FOREIGN KEY (order_id)
            REFERENCES orders (id) ON DELETE RESTRICT,
        CONSTRAINT fk_referral_claims_decided_by FOREIGN KEY (decided_by)
            REFERENCES users (id) ON DELETE RESTRICT
    )
    """,
    "CREATE INDEX ix_referral_claims_decided_by ON referral_claims (decided_by)",
    "CREATE INDEX ix_referral_claims_order_id ON referral_claims (order_id)",
    """
    CREATE INDEX ix_referral_claims_referrer_id_created_at_id
        ON referral_claims (referrer_id, created_at, id)
    """,
    "CREATE INDEX ix_referral_claims_state_created_at_id ON referral_claims (state, created_at, id)",
    """
    CREATE TRIGGER referral_claims_touch BEFORE UPDATE ON referral_claims FOR EACH ROW
        WHEN (NEW.updated_at = OLD.updated_at) EXECUTE FUNCTION touch_updated_at()
    """,
)

DOWNGRADE = (
    "DROP TABLE referral_claims",
    "DROP TYPE claim_state",
)


def upgrade() -> None:
    run(*UPGRADE)


def downgrade() -> None:
    run(*DOWNGRADE)
