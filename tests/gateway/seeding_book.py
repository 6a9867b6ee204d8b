"""What the book of a seeded shop holds beyond the invariants of every shop.  Each statement gives the offending ids."""

DECIMALS = "CASE o.currency WHEN 'JPY' THEN 0 ELSE 2 END"
UNIT = f"10.0 ^ -({DECIMALS})"
BOOK = {
    "6 shares are in proportion, to less than a minor unit": f"""
        SELECT i.id FROM order_items i JOIN orders o ON o.id = i.order_id LEFT JOIN coupons c ON c.id = o.coupon_id
        WHERE o.original_amount > 0 AND (
            cardinality(c.items) = 0 AND cardinality(c.categories) = 0
                AND abs(i.discount_share - o.discount * i.price / o.original_amount) >= {UNIT}
            OR o.amount > 0
                AND abs(i.credit_share - o.credit_value * (i.price - i.discount_share) / o.amount) >= {UNIT})""",
    "6 the discount is the coupon's": f"""
        SELECT o.id FROM orders o JOIN coupons c ON c.id = o.coupon_id
        WHERE o.status IN ('completed', 'processing') AND (
            o.original_amount < c.min_purchase
            OR NOT o.created_at BETWEEN c.starts_at AND least(c.ends_at, c.disabled_at)
            OR cardinality(c.items) = 0 AND cardinality(c.categories) = 0
                AND o.discount <> CASE c.type WHEN 'fixed' THEN least(c.value, o.original_amount)
                    ELSE least(trunc(o.original_amount * c.value / 100, {DECIMALS}), c.max_discount) END)""",
    "17 a subscription is as the last of its events says, and all events are processed": """
        SELECT s.id FROM subscriptions s LEFT JOIN LATERAL (
            SELECT payload #>> '{data,object,status}' AS status FROM stripe_events e
            WHERE payload #>> '{data,object,id}' = s.stripe_subscription_id ORDER BY created_at DESC LIMIT 1) e ON true
        WHERE s.status::text <> CASE e.status WHEN 'canceled' THEN 'CANCELLED'
            ELSE coalesce(upper(e.status), 'INACTIVE') END
        UNION ALL SELECT NULL FROM stripe_events WHERE processed_at IS NULL""",
    "everybody has a profile, preferences and an account of credits": """
        SELECT u.id FROM users u LEFT JOIN user_profiles p ON p.user_id = u.id
        LEFT JOIN user_preferences f ON f.user_id = u.id LEFT JOIN credit_accounts a ON a.user_id = u.id
        WHERE p.id IS NULL OR f.id IS NULL OR a.user_id IS NULL""",
    "nothing happens before its person is there": """
        SELECT o.id FROM orders o JOIN users u ON u.id = o.user_id WHERE o.created_at < u.created_at
        UNION ALL SELECT o.id FROM orders o WHERE o.completed_at < o.created_at
        UNION ALL SELECT r.id FROM refunds r JOIN orders o ON o.id = r.order_id WHERE r.created_at < o.completed_at
        UNION ALL SELECT id FROM referral_claims WHERE converted_at < created_at OR voided_at < converted_at""",
    "entries come in the order of time": """
        SELECT id FROM (SELECT id, created_at, lag(created_at) OVER (PARTITION BY user_id ORDER BY version) AS before
            FROM credit_entries) e WHERE before > created_at""",
    "grants come from an admin": """
        SELECT e.id FROM credit_entries e JOIN users u ON u.id = e.granted_by
        WHERE e.kind = 'GRANT' AND u.role <> 'ADMIN'""",
    "who has an enrolment without owning the course has it free": """
        SELECT e.id FROM course_enrollments e JOIN courses c ON c.id = e.course_id
        WHERE e.ended_at IS NULL AND c.price > 0 AND NOT EXISTS (SELECT FROM ownerships w
            WHERE w.user_id = e.user_id AND w.item_id = e.course_id AND w.state = 'OWNED')""",
    "a first purchase is the first": """
        SELECT user_id FROM orders WHERE completed_at IS NOT NULL GROUP BY user_id
        HAVING min(completed_at) <> min(completed_at) FILTER (WHERE is_first_purchase)""",
    "every effect is delivered": "SELECT aggregate_id FROM outbox WHERE delivered_at IS NULL",
    "a pending claim was never converted": """
        SELECT id FROM referral_claims WHERE (state = 'PENDING') <> (converted_at IS NULL)""",
}
