"""Invariants of the credit ledger: of orders, of accounts, of entries, and of what members see of it."""

from resolvers.invariants.books import Documents
from resolvers.invariants.checks import Compared, Invariant, Statement, blank_or_alike

MEMBERS = """
    SELECT u.id, coalesce(a.balance, 0)::bigint, coalesce(a.total_earned, 0)::bigint, coalesce(a.version, 0)
    FROM users u LEFT JOIN credit_accounts a ON a.user_id = u.id
    WHERE $1::uuid[] IS NULL OR u.id = ANY($1) ORDER BY u.id"""

INVARIANTS = (
    Invariant(
        "orders-use-their-credits",
        7,
        "The entries of an order are the credits that it used, less those that it gave back; of others there are none.",
        Statement("""
            SELECT o.id FROM orders o
            LEFT JOIN (SELECT order_id, sum(amount) AS amount FROM credit_entries GROUP BY order_id) e
                ON e.order_id = o.id
            WHERE coalesce(e.amount, 0) <> CASE WHEN o.status IN ('completed', 'refunded') THEN coalesce((
                    SELECT sum(credits_returned) FROM refunds r WHERE r.order_id = o.id AND r.state = 'DONE'
                ), 0) - o.credits_used ELSE 0 END"""),
    ),
    Invariant(
        "credits-come-back-whole",
        7,
        "The credits that an order gave back are the whole ones in the value that it gave back.",
        Statement("""
            SELECT o.id FROM orders o LEFT JOIN (
                SELECT order_id, sum(credit_value) AS value FROM refunds WHERE state = 'DONE' GROUP BY order_id
            ) r ON r.order_id = o.id
            WHERE o.credits_used > 0
                    AND o.credits_returned <> floor(coalesce(r.value, 0) * o.credits_used / o.credit_value)
                OR o.credits_used = 0 AND r.value > 0"""),
    ),
    Invariant(
        "balances-are-their-entries",
        8,
        "An account's balance, its version and what it ever earned are what its entries add up to.",
        Statement("""
            SELECT coalesce(a.user_id, e.user_id) AS id FROM credit_accounts a FULL JOIN (
                SELECT user_id, sum(amount) AS balance, count(*) AS entries, max(version) AS version,
                    coalesce(sum(amount) FILTER (
                        WHERE kind IN ('GRANT', 'REFERRER_REWARD', 'REFERRED_REWARD')), 0) AS earned
                FROM credit_entries GROUP BY user_id
            ) e ON e.user_id = a.user_id
            WHERE a.user_id IS NULL OR a.balance <> coalesce(e.balance, 0) OR a.version <> coalesce(e.entries, 0)
                OR a.version <> coalesce(e.version, 0) OR a.total_earned <> coalesce(e.earned, 0) OR a.balance < 0"""),
    ),
    Invariant(
        "entries-run-on",
        8,
        "An entry says the balance after it, which is that of the entry before and its own amount.",
        Statement("""
            SELECT id FROM (
                SELECT id, balance_after, sum(amount) OVER (PARTITION BY user_id ORDER BY version) AS running
                FROM credit_entries) e
            WHERE balance_after <> running"""),
    ),
    Invariant(
        "held-credits-are-promised",
        8,
        "What an account holds is what its person's orders in payment use.",
        Statement("""
            SELECT a.user_id AS id FROM credit_accounts a LEFT JOIN (
                SELECT user_id, sum(credits_used) AS promised FROM orders WHERE status = 'processing' GROUP BY user_id
            ) o ON o.user_id = a.user_id
            WHERE a.held <> coalesce(o.promised, 0)"""),
    ),
    Invariant(
        "shortfalls-are-what-lacks",
        8,
        "An account's shortfall is what is left of the rewards of its person's voided referrals.",
        Statement("""
            SELECT a.user_id AS id FROM credit_accounts a LEFT JOIN (
                SELECT e.user_id, sum(e.amount) AS lacking FROM credit_entries e
                JOIN referral_claims c ON c.id = e.referral_claim_id AND c.state = 'VOIDED' GROUP BY e.user_id
            ) v ON v.user_id = a.user_id
            WHERE a.shortfall <> coalesce(v.lacking, 0)"""),
    ),
    Invariant(
        "shortfalls-are-settled-first",
        8,
        "Credits earned while something is lacking settle that first: the next entry does.",
        Statement("""
            SELECT e.id FROM credit_accounts a JOIN credit_entries e ON e.user_id = a.user_id AND e.amount > 0
                AND e.kind IN ('GRANT', 'REFERRER_REWARD', 'REFERRED_REWARD')
            WHERE a.shortfall > 0 AND EXISTS (
                SELECT FROM credit_entries l JOIN referral_claims c ON c.id = l.referral_claim_id
                WHERE l.user_id = e.user_id AND c.state = 'VOIDED' AND c.voided_at < e.created_at
                GROUP BY c.id HAVING sum(l.amount) > 0
            ) AND NOT EXISTS (
                SELECT FROM credit_entries s
                WHERE s.user_id = e.user_id AND s.version = e.version + 1 AND s.kind = 'SETTLED')"""),
    ),
    Invariant(
        "shortfalls-leave-nothing-free",
        8,
        "Where something is lacking, nothing is free: what is there is held for orders in payment.",
        Statement("SELECT user_id AS id FROM credit_accounts WHERE shortfall > 0 AND balance > held"),
    ),
    Invariant(
        "members-show-their-credits",
        8,
        "A member shows the balance and what was ever earned, as of the account's version.",
        Compared(
            MEMBERS,
            Documents("members", "_id", ("$credits", "$totalCreditsEarned", "$ledgerVersion")),
            blank_or_alike((0, 0, 0)),
        ),
    ),
    Invariant(
        "entries-have-their-cause",
        9,
        "An entry names its cause, its key is made of it, and the cause is there: an order, a refund, a referral of "
        "the two people it rewards, or who granted it.",
        Statement("""
            SELECT e.id FROM credit_entries e LEFT JOIN orders o ON o.id = e.order_id AND o.user_id = e.user_id
            LEFT JOIN refunds r ON r.id = e.refund_id LEFT JOIN referral_claims c ON c.id = e.referral_claim_id
            LEFT JOIN users u ON u.id = e.granted_by
            WHERE NOT coalesce(CASE e.kind
                WHEN 'GRANT' THEN u.id IS NOT NULL AND e.key LIKE 'grant:%'
                WHEN 'SPENT' THEN o.id IS NOT NULL AND e.key = 'order:' || e.order_id || ':SPENT'
                WHEN 'RETURNED' THEN o.id IS NOT NULL AND r.order_id = e.order_id AND r.credits_returned = e.amount
                    AND r.state = 'DONE' AND e.key = 'refund:' || e.refund_id || ':RETURNED'
                WHEN 'REFERRER_REWARD' THEN e.user_id = c.referrer_id
                    AND e.key = 'referral:' || e.referral_claim_id || ':REFERRER_REWARD'
                WHEN 'REFERRED_REWARD' THEN e.user_id = c.referred_user_id
                    AND e.key = 'referral:' || e.referral_claim_id || ':REFERRED_REWARD'
                ELSE e.user_id IN (c.referrer_id, c.referred_user_id)
                    AND e.key LIKE 'referral:' || e.referral_claim_id || ':' || e.kind || ':' || e.user_id || '%'
                END, false)"""),
    ),
)
