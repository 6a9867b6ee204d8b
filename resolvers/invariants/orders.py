"""Invariants of orders: that they are driven, that they add up, and that keys stand for what became of them."""

from models.orders import PURCHASED
from resolvers.invariants.checks import Invariant, Statement

INVARIANTS = (
    Invariant(
        "payments-are-driven",
        1,
        "An order in payment is driven by somebody or waits for its buyer within its time, and a refund under way is "
        "driven when it is due, or has not been for a minute.",
        Statement("""
            SELECT o.id FROM orders o
            WHERE o.status = 'processing' AND o.lease_until < now() - interval '60 seconds' AND NOT (
                coalesce(o.waits_until > now() - interval '60 seconds', false)
                AND EXISTS (SELECT FROM payments p WHERE p.order_id = o.id AND p.state = 'WAITING'))
            UNION ALL
            SELECT r.order_id FROM refunds r JOIN orders o ON o.id = r.order_id
            WHERE r.state = 'PENDING' AND r.next_attempt_at < now() - interval '60 seconds'
                AND o.lease_until < now() - interval '60 seconds'"""),
    ),
    Invariant(
        "keys-have-their-outcome",
        2,
        "The key of a request has its outcome, unless its payment or refund is under way or its payment never left, "
        "and is about an order of its person.",
        # A payment that never left gives the order back and keeps its key, for the buyer to ask again; meanwhile the
        # order may be cancelled, or paid under another key.
        Statement("""
            SELECT k.user_id || ':' || k.key AS id FROM idempotency_keys k LEFT JOIN orders o ON o.id = k.subject_id
            WHERE k.finished_at IS NULL AND k.created_at < now() - interval '60 seconds' AND NOT EXISTS (
                    SELECT FROM orders p
                    WHERE p.user_id = k.user_id AND p.status = 'processing' AND p.idempotency_key = k.key)
                AND NOT (k.mutation IN ('payOrder', 'purchase') AND coalesce(
                    o.status IN ('pending', 'cancelled') OR o.idempotency_key <> k.key, false))
                AND NOT (k.mutation IN ('payOrder', 'purchase') AND EXISTS (
                    SELECT FROM idempotency_keys a
                    WHERE a.user_id = k.user_id AND a.subject_id = k.subject_id AND a.outcome ->> 'is' = 'paid'))
                AND NOT EXISTS (
                    SELECT FROM refunds r
                    WHERE r.state = 'PENDING' AND r.requested_by = k.user_id AND r.idempotency_key = k.key)
                OR k.mutation IN ('placeOrder', 'payOrder', 'purchase', 'confirmPayment', 'cancelOrder')
                    AND k.subject_id IS NOT NULL AND o.user_id IS DISTINCT FROM k.user_id"""),
    ),
    Invariant(
        "orders-are-the-sum-of-their-items",
        6,
        "An order's amounts are the sums of its items' prices, discounts and credits, in one currency.",
        Statement("""
            SELECT o.id FROM orders o LEFT JOIN (
                SELECT order_id, sum(price) AS price, sum(discount_share) AS discount, sum(credit_share) AS credit,
                    min(currency) AS one, max(currency) AS other FROM order_items GROUP BY order_id
            ) i ON i.order_id = o.id
            WHERE (o.original_amount, o.discount, o.credit_value, o.currency, o.currency)
                IS DISTINCT FROM (i.price, i.discount, i.credit, i.one, i.other)"""),
    ),
    Invariant(
        "discounts-are-what-was-taken-off",
        6,
        "The discount of an order that is or was in payment is that of its use of its coupon, in its currency.",
        Statement("""
            SELECT o.id FROM orders o LEFT JOIN (
                SELECT order_id, min(coupon_id::text) AS coupon_id, count(*) AS uses, sum(discount) AS discount
                FROM coupon_usages WHERE state <> 'RELEASED' GROUP BY order_id
            ) u ON u.order_id = o.id
            LEFT JOIN coupons c ON c.id = o.coupon_id LEFT JOIN LATERAL (
                SELECT v.coupon_id, v.discount FROM coupon_usages v
                WHERE v.order_id = o.id AND v.coupon_id = o.coupon_id AND o.status = 'refunded'
            ) released ON o.status = 'refunded'
            WHERE o.status IN ('processing', 'completed', 'refunded') AND (
                coalesce(u.uses, 0) > 1 OR c.currency <> o.currency
                OR o.discount <> coalesce(u.discount, released.discount, 0)
                OR o.coupon_id::text IS DISTINCT FROM coalesce(u.coupon_id, released.coupon_id::text))"""),
    ),
    Invariant(
        "a-first-purchase-is-one",
        14,
        "Everybody who bought what costs something has exactly one first purchase, which does.",
        Statement(f"""
            SELECT user_id AS id FROM orders GROUP BY user_id
            HAVING count(*) FILTER (WHERE is_first_purchase) <> bool_or({PURCHASED})::int
                OR bool_or(is_first_purchase AND NOT ({PURCHASED}))"""),  # noqa: S608 - our own text
    ),
)
