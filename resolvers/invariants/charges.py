"""Invariants of charges and refunds as the book has them.  What the provider has is in `provider`."""

from resolvers.invariants.checks import Invariant, Statement

INVARIANTS = (
    Invariant(
        "completed-orders-are-charged-once",
        3,
        "A completed order has one charge of what its credits leave to pay, in its currency, or none for nothing.",
        Statement("""
            SELECT o.id FROM orders o LEFT JOIN (
                SELECT order_id, count(*) AS charges, sum(amount) AS amount, min(currency) AS one,
                    max(currency) AS other FROM payments WHERE state = 'PAID' GROUP BY order_id
            ) p ON p.order_id = o.id
            WHERE o.status IN ('completed', 'refunded') AND (
                coalesce(p.charges, 0) <> (o.amount > o.credit_value)::int
                OR coalesce(p.amount, 0) <> o.amount - o.credit_value
                OR p.one <> o.currency OR p.other <> o.currency)"""),
    ),
    Invariant(
        "unpaid-orders-hold-nothing",
        4,
        "A pending or cancelled order has no charge, and nothing is held, reserved or claimed for it.",
        Statement("""
            SELECT o.id FROM orders o WHERE o.status IN ('pending', 'cancelled') AND (
                o.credits_used <> 0 OR o.discount <> 0 OR o.refunded_amount <> 0
                OR EXISTS (SELECT FROM payments p
                    WHERE p.order_id = o.id AND p.state IN ('CREATED', 'WAITING', 'PAID'))
                OR EXISTS (SELECT FROM refunds r WHERE r.order_id = o.id)
                OR EXISTS (SELECT FROM ownerships w WHERE w.order_id = o.id AND w.state IN ('CLAIMED', 'OWNED'))
                OR EXISTS (SELECT FROM coupon_usages u WHERE u.order_id = o.id AND u.state <> 'RELEASED'))"""),
    ),
    Invariant(
        "refunds-add-up",
        4,
        "What an order says was given back is the sum of its refunds that are done, what its payment and its items say "
        "that of those under way too, no more than its charge, and all of it when it is refunded.",
        Statement("""
            SELECT o.id FROM orders o LEFT JOIN (
                SELECT order_id, sum(amount) AS asked, sum(amount) FILTER (WHERE state = 'DONE') AS done,
                    sum(credits_returned) FILTER (WHERE state = 'DONE') AS credits
                FROM refunds WHERE state <> 'FAILED' GROUP BY order_id
            ) r ON r.order_id = o.id
            LEFT JOIN (
                SELECT order_id, count(*) FILTER (WHERE refunded_at IS NULL) AS kept FROM order_items GROUP BY order_id
            ) i ON i.order_id = o.id
            LEFT JOIN payments p ON p.order_id = o.id AND p.state = 'PAID'
            WHERE o.refunded_amount <> coalesce(r.done, 0) OR o.credits_returned <> coalesce(r.credits, 0)
                OR coalesce(p.refunded_amount, 0) <> coalesce(r.asked, 0)
                OR coalesce(r.asked, 0) > coalesce(p.amount, 0)
                OR (o.status = 'refunded') <> (o.completed_at IS NOT NULL AND i.kept = 0)
                OR o.status = 'refunded' AND o.refunded_amount <> o.amount - o.credit_value"""),
    ),
    Invariant(
        "items-give-back-their-shares",
        4,
        "What an item says was given back or is on its way is the sum of its refunds, no more than its own shares.",
        Statement("""
            SELECT i.id FROM order_items i LEFT JOIN (
                SELECT order_item_id, count(*) FILTER (WHERE state = 'DONE') AS n,
                    sum(amount) FILTER (WHERE state = 'DONE') AS done, sum(amount) AS asked,
                    sum(credit_value) FILTER (WHERE state = 'DONE') AS done_value, sum(credit_value) AS asked_value
                FROM refunds WHERE state <> 'FAILED' GROUP BY order_item_id
            ) r ON r.order_item_id = i.id
            WHERE i.refunded_amount <> coalesce(r.asked, 0) OR i.refunded_credit_value <> coalesce(r.asked_value, 0)
                OR r.asked > i.price - i.discount_share - i.credit_share OR r.asked_value > i.credit_share
                OR i.refunded_at IS NOT NULL AND (coalesce(r.n, 0) = 0
                    OR r.done <> i.price - i.discount_share - i.credit_share OR r.done_value <> i.credit_share)
                OR i.refunded_at IS NULL AND r.n > 0 AND r.done = i.price - i.discount_share - i.credit_share
                    AND r.done_value = i.credit_share"""),
    ),
    Invariant(
        "attempts-have-the-id-of-the-provider",
        5,
        "What the provider must have answered has the provider's id: attempts that wait or are paid, refunds of money.",
        Statement("""
            SELECT id FROM payments WHERE state IN ('WAITING', 'PAID') AND provider_payment_id IS NULL
            UNION ALL
            SELECT id FROM refunds WHERE state = 'DONE' AND (amount > 0) <> (provider_refund_id IS NOT NULL)"""),
    ),
)
