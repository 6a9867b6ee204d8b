"""Invariants of coupons: that they are not used more often than they may be, and by whom."""

from resolvers.invariants.checks import Invariant, Statement

INVARIANTS = (
    Invariant(
        "coupons-count-their-uses",
        13,
        "The uses of a coupon are its usages that are reserved or consumed, within its limits, also for each person.",
        Statement("""
            SELECT c.id FROM coupons c LEFT JOIN (
                SELECT coupon_id, sum(uses) AS uses, max(uses) AS by_one, max(slot) AS slot FROM (
                    SELECT coupon_id, count(*) AS uses, max(slot) AS slot FROM coupon_usages
                    WHERE state <> 'RELEASED' GROUP BY coupon_id, user_id) v
                GROUP BY coupon_id
            ) u ON u.coupon_id = c.id
            WHERE c.uses <> coalesce(u.uses, 0) OR u.uses > c.max_uses
                OR u.by_one > c.max_uses_per_user OR u.slot > c.max_uses_per_user"""),
    ),
    Invariant(
        "usages-follow-their-orders",
        13,
        "A usage is reserved while its order is in payment, consumed when that is completed, and else released.",
        Statement("""
            SELECT u.id FROM coupon_usages u JOIN orders o ON o.id = u.order_id
            WHERE u.user_id <> o.user_id OR NOT CASE o.status
                WHEN 'processing' THEN u.state = 'RESERVED' OR u.state = 'RELEASED' AND u.coupon_id <> o.coupon_id
                WHEN 'completed' THEN u.state = 'CONSUMED' OR u.state = 'RELEASED' AND u.coupon_id <> o.coupon_id
                WHEN 'refunded' THEN u.state IN ('CONSUMED', 'RELEASED') ELSE u.state = 'RELEASED' END"""),
    ),
)
