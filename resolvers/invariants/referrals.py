"""Invariants of referrals: of the claims that decide, of their rewards, and of the documents that show them."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

from resolvers.invariants.books import Books, Documents
from resolvers.invariants.checks import Compared, Invariant, Statement, blank_or_alike

REWARDED = """
    SELECT c.id FROM referral_claims c LEFT JOIN (
        SELECT referral_claim_id,
            array_agg(kind::text ORDER BY kind::text) FILTER (
                WHERE kind IN ('REFERRER_REWARD', 'REFERRED_REWARD')) AS rewards,
            count(*) FILTER (WHERE kind IN ('REVERSED', 'SETTLED')) AS taken,
            sum(amount) FILTER (WHERE kind IN ('REFERRER_REWARD', 'REVERSED', 'SETTLED')) AS net
        FROM credit_entries WHERE referral_claim_id IS NOT NULL GROUP BY referral_claim_id
    ) e ON e.referral_claim_id = c.id
    WHERE NOT CASE c.state
            WHEN 'PENDING' THEN e.rewards IS NULL
            WHEN 'FLAGGED' THEN e.rewards = '{REFERRED_REWARD}'
            WHEN 'CONVERTED' THEN e.rewards = '{REFERRED_REWARD,REFERRER_REWARD}'
            ELSE e.rewards IS NULL OR e.rewards IN ('{REFERRED_REWARD}', '{REFERRED_REWARD,REFERRER_REWARD}') END
        OR c.state <> 'VOIDED' AND coalesce(e.taken, 0) > 0"""

SHOWN = """
    SELECT c.referred_user_id, c.referrer_id, lower(c.state::text), c.state = 'CONVERTED', c.converted_at
    FROM referral_claims c WHERE $1::uuid[] IS NULL OR c.referred_user_id = ANY($1) ORDER BY c.referred_user_id"""

COUNTED = """
    SELECT u.id, c.referrer_id, coalesce(n.brought, 0) FROM users u
    LEFT JOIN referral_claims c ON c.referred_user_id = u.id
    LEFT JOIN (SELECT referrer_id, count(*) AS brought FROM referral_claims GROUP BY referrer_id) n
        ON n.referrer_id = u.id
    WHERE $1::uuid[] IS NULL OR u.id = ANY($1) ORDER BY u.id"""


@dataclass(frozen=True, slots=True)
class Rewarded:
    """Where referrals are worth nothing, claims without any entry are as they should be."""

    def offending(self, books: Books, only: Sequence[str] | None) -> AsyncGenerator[str, None]:
        worthless = "" if books.pays_rewards else " AND e.referral_claim_id IS NOT NULL"
        return Statement(REWARDED.replace("WHERE NOT CASE", "WHERE (NOT CASE") + ")" + worthless).offending(books, only)


INVARIANTS = (
    Invariant(
        "claims-are-rewarded",
        15,
        "A converted claim has a reward on each side, a flagged one that of the referred person alone, a pending one "
        "none; only voided ones are taken back.",
        Rewarded(),
    ),
    Invariant(
        "conversions-have-their-cause",
        15,
        "A claim was decided by the first purchase of who was referred, or by an admin with a reason; the claim of who "
        "has bought does not wait; one whose purchase was given back whole is voided.",
        Statement("""
            SELECT c.id FROM referral_claims c LEFT JOIN orders o ON o.id = c.order_id
            WHERE c.state IN ('CONVERTED', 'FLAGGED') AND c.converted_at IS NULL
                OR c.state IN ('CONVERTED', 'FLAGGED') AND c.order_id IS NULL
                    AND (c.decided_by IS NULL OR c.reason IS NULL)
                OR c.order_id IS NOT NULL AND (o.is_first_purchase IS NOT TRUE OR o.user_id <> c.referred_user_id)
                OR c.state <> 'VOIDED' AND o.status = 'refunded'
                OR c.state = 'PENDING' AND EXISTS (
                    SELECT FROM orders b WHERE b.user_id = c.referred_user_id AND b.is_first_purchase)"""),
    ),
    Invariant(
        "referrers-are-older",
        15,
        "Who brought somebody was there before them.",
        Statement("""
            SELECT c.id FROM referral_claims c
            JOIN users a ON a.id = c.referrer_id JOIN users b ON b.id = c.referred_user_id
            WHERE a.created_at >= b.created_at"""),
    ),
    Invariant(
        "referrals-show-their-claims",
        15,
        "There is a referral for each claim, and it says what the claim says.",
        Compared(
            SHOWN,
            Documents("referrals", "referredUserId", ("$referrerId", "$status", "$creditsAwarded", "$convertedAt")),
        ),
    ),
    Invariant(
        "members-show-their-referrals",
        15,
        "A member shows who brought the person, and how many the person brought.",
        Compared(
            COUNTED, Documents("members", "_id", ("$referredBy", "$totalReferredUsers")), blank_or_alike((None, 0))
        ),
    ),
)
