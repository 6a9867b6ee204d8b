"""The credit ledger; and the rule that a ledger is append-only."""

from migrations.postgres.runner import run

revision = "2026_11_20_09"
down_revision = "2026_11_20_08"

UPGRADE = (
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% is append-only: write a new row that corrects the old one', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TYPE entry_kind AS ENUM (
        'GRANT', 'REFERRER_REWARD', 'REFERRED_REWARD', 'SPENT', 'RETURNED', 'REVERSED', 'SETTLED'
    )
    """,
    """
    CREATE TABLE credit_accounts (
        user_id uuid NOT NULL,
        balance integer DEFAULT 0 NOT NULL,
        held integer DEFAULT 0 NOT NULL,
        total_earned integer DEFAULT 0 NOT NULL,
        shortfall integer DEFAULT 0 NOT NULL,
        version bigint DEFAULT 0 NOT NULL,
        created_at timestamptz(3) DEFAULT now() NOT NULL,
        updated_at timestamptz(3) DEFAULT now() NOT NULL,
        CONSTRAINT pk_credit_accounts PRIMARY KEY (user_id),
        CONSTRAINT ck_credit_accounts_balance CHECK (balance >= 0),
        CONSTRAINT ck_credit_accounts_held CHECK (held BETWEEN 0 AND balance),
        CONSTRAINT ck_credit_accounts_totals CHECK (total_earned >= 0 AND shortfall >= 0 AND version >= 0),
        CONSTRAINT fk_credit_accounts_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE RESTRICT
    )
    """,
    """
    CREATE TRIGGER credit_accounts_touch BEFORE UPDATE ON credit_accounts FOR EACH ROW
        WHEN (NEW.updated_at = OLD.updated_at) EXECUTE FUNCTION touch_updated_at()
    """,
    """
    CREATE TABLE credit_entries (
        id uuid DEFAULT uuidv7() NOT NULL,
        user_id uuid NOT NULL,
        key varchar NOT NULL,
        kind entry_kind NOT NULL,
        amount integer NOT NULL,
        balance_after integer NOT NULL,
        version bigint NOT NULL,
        order_id uuid,
        refund_id uuid,
        referral_claim_id uuid,
        granted_by uuid,
        reason varchar,
        created_at timestamptz(3) DEFAULT now() NOT NULL,
        CONSTRAINT pk_credit_entries PRIMARY KEY (id),
        CONSTRAINT fk_credit_entries_order_id_user_id FOREIGN KEY (order_id, user_id)
            REFERENCES orders (id, user_id) ON DELETE RESTRICT,
        CONSTRAINT uq_credit_entries_user_id_version UNIQUE (user_id, version),
        CONSTRAINT ck_credit_entries_amount CHECK (amount <> 0),
        CONSTRAINT ck_credit_entries_sign CHECK
            (kind = 'GRANT' OR (amount < 0) = (kind IN ('SPENT', 'REVERSED', 'SETTLED'))),
        CONSTRAINT ck_credit_entries_balance_after CHECK (version >= 1 AND balance_after >= 0),
        CONSTRAINT ck_credit_entries_cause CHECK
            (CASE kind
                WHEN 'GRANT' THEN granted_by IS NOT NULL AND reason IS NOT NULL
                WHEN 'SPENT' THEN order_id IS NOT NULL
                WHEN 'RETURNED' THEN order_id IS NOT NULL AND refund_id IS NOT NULL
                ELSE referral_claim_id IS NOT NULL
            END),
        CONSTRAINT fk_credit_entries_user_id FOREIGN KEY (user_id)
            REFERENCES credit_accounts (user_id) ON DELETE RESTRICT,
        CONSTRAINT uq_credit_entries_key UNIQUE (key),
        CONSTRAINT fk_credit_entries_refund_id FOREIGN KEY (refund_id)
            REFERENCES refunds (id) ON DELETE RESTRICT,
        CONSTRAINT fk_credit_entries_referral_claim_id FOREIGN KEY (referral_claim_id)
            REFERENCES referral_claims (id) ON DELETE RESTRICT,
        CONSTRAINT fk_credit_entries_granted_by FOREIGN KEY (granted_by)
            REFERENCES users (id) ON DELETE RESTRICT
    )
    """,
    "CREATE INDEX ix_credit_entries_granted_by ON credit_entries (granted_by)",
    "CREATE INDEX ix_credit_entries_order_id ON credit_entries (order_id)",
    "CREATE INDEX ix_credit_entries_referral_claim_id ON credit_entries (referral_claim_id)",
    "CREATE INDEX ix_credit_entries_refund_id ON credit_entries (refund_id)",
    "CREATE INDEX ix_credit_entries_user_id_created_at_id ON credit_entries (user_id, created_at, id)",
    """
    CREATE TRIGGER credit_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_entries
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
)

DOWNGRADE = (
    "DROP TABLE credit_entries, credit_accounts",
    "DROP TYPE entry_kind",
    "DROP FUNCTION refuse_change",
)


def upgrade() -> None:
    run(*UPGRADE)


def downgrade() -> None:
    run(*DOWNGRADE)
