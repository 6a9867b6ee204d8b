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
            array_agg(DISTINCT amount) FILTER (WHERE kind IN ('REFERRER_REWARD', 'REFERRED_REWARD')) AS amounts,
            count(*) FILTER (WHERE kind IN ('REVERSED', 'SETTLED')) AS taken
        FROM credit_entries WHERE referral_claim_id IS NOT NULL GROUP BY referral_claim_id
    ) e ON e.referral_claim_id = c.id
    WHERE NOT coalesce(CASE
            WHEN c.state = 'PENDING' OR c.reward = 0 THEN e.rewards IS NULL
            WHEN c.state = 'FLAGGED' THEN e.rewards = '{REFERRED_REWARD}'
            WHEN c.state = 'CONVERTED' THEN e.rewards = '{REFERRED_REWARD,REFERRER_REWARD}'
            ELSE e.rewards IN ('{REFERRED_REWARD}', '{REFERRED_REWARD,REFERRER_REWARD}')
                OR e.rewards IS NULL AND c.reward IS NULL END, false)
        OR c.reward IS NOT NULL AND e.amounts <> ARRAY[c.reward]
        OR c.state <> 'VOIDED' AND e.taken > 0"""

UNTOLD = """
    EXCEPT SELECT c.id FROM referral_claims c
    WHERE c.reward IS NULL AND NOT EXISTS (SELECT FROM credit_entries e WHERE e.referral_claim_id = c.id)"""

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
    """A claim that does not say what its sides earned is judged by whether referrals are worth anything now: if not, it
    is as it should be without any entry.
    """

    def offending(self, books: Books, only: Sequence[str] | None) -> AsyncGenerator[str, None]:
        return Statement(REWARDED if books.pays_rewards else f"{REWARDED} {UNTOLD}").offending(books, only)


INVARIANTS = (
    Invariant(
        "claims-are-rewarded",
        15,
        "A converted claim has its reward on each side, a flagged one on that of the referred person alone, a pending "
        "one none; only voided ones are taken back.",
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
