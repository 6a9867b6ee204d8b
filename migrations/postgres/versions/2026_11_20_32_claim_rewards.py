"""A claim says what a side of it earned when it was decided, because what a referral earns may change."""

from migrations.postgres.runner import run

revision = "2026_11_20_32"
down_revision = "2026_11_20_31"

UPGRADE = (
    """
    ALTER TABLE referral_claims
        ADD COLUMN reward integer,
        ADD CONSTRAINT ck_referral_claims_reward CHECK (reward IS NULL OR reward >= 0 AND state <> 'PENDING')
    """,
    # Where the sides earned different sums, or none is entered, nothing is known that both were to have.
    """
    UPDATE referral_claims c SET reward = e.amount FROM (
        SELECT referral_claim_id, min(amount) AS amount FROM credit_entries
        WHERE kind IN ('REFERRER_REWARD', 'REFERRED_REWARD')
        GROUP BY referral_claim_id HAVING min(amount) = max(amount)
    ) e
    WHERE e.referral_claim_id = c.id AND c.state <> 'PENDING'
    """,
)

DOWNGRADE = ("ALTER TABLE referral_claims DROP COLUMN reward",)


def upgrade() -> None:
    run(*UPGRADE)


def downgrade() -> None:
    run(*DOWNGRADE)
