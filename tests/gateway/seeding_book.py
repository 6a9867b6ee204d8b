"""The invariants of the book that one statement on PostgreSQL can judge.  Each gives the offending ids."""

BOOK = {
    "1 what is in payment is driven or waits for its buyer": """
        SELECT id FROM orders o WHERE status = 'processing' AND lease_until <= now() AND NOT (
            waits_until > now() AND EXISTS (SELECT FROM payments p WHERE p.order_id = o.id AND p.state = 'WAITING'))""",
    "2 every finished request has its outcome": "SELECT subject_id FROM idempotency_keys WHERE finished_at IS NULL",
    "3 a completed order has one charge of what is to pay, or none": """
        SELECT o.id FROM orders o LEFT JOIN payments p ON p.order_id = o.id AND p.state = 'PAID'
        WHERE o.status IN ('completed', 'refunded') GROUP BY o.id
        HAVING count(p.id) <> (o.amount > o.credit_value)::int
            OR coalesce(sum(p.amount), 0) <> o.amount - o.credit_value OR min(p.currency) <> o.currency""",
    "4 pending and cancelled orders hold nothing": """
        SELECT o.id FROM orders o WHERE o.status IN ('pending', 'cancelled') AND (
            o.credits_used <> 0
            OR EXISTS (SELECT FROM payments p WHERE p.order_id = o.id AND p.state IN ('CREATED', 'WAITING', 'PAID'))
            OR EXISTS (SELECT FROM refunds r WHERE r.order_id = o.id)
            OR EXISTS (SELECT FROM ownerships w WHERE w.order_id = o.id AND w.state IN ('CLAIMED', 'OWNED'))
            OR EXISTS (SELECT FROM coupon_usages u WHERE u.order_id = o.id AND u.state <> 'RELEASED'))""",
    "4 refunds are what the order, its items and its payment say, and all of a refunded order": """
        SELECT o.id FROM orders o
        LEFT JOIN (SELECT order_id, sum(amount) AS cash, sum(credits_returned) AS credits FROM refunds
                   WHERE state = 'DONE' GROUP BY order_id) r ON r.order_id = o.id
        LEFT JOIN (SELECT order_id, sum(refunded_amount) AS cash, count(*) FILTER (WHERE refunded_at IS NULL) AS kept
                   FROM order_items GROUP BY order_id) i ON i.order_id = o.id
        LEFT JOIN payments p ON p.order_id = o.id AND p.state = 'PAID'
        WHERE coalesce(r.cash, 0) <> o.refunded_amount OR coalesce(r.credits, 0) <> o.credits_returned
            OR i.cash <> o.refunded_amount OR coalesce(p.refunded_amount, 0) <> o.refunded_amount
            OR (i.kept = 0) <> (o.status = 'refunded')
            OR o.status = 'refunded' AND o.refunded_amount <> o.amount - o.credit_value""",
    "4 an item is given back once and with its own shares": """
        SELECT i.id FROM order_items i LEFT JOIN refunds r ON r.order_item_id = i.id AND r.state <> 'FAILED'
        WHERE (i.refunded_at IS NULL) <> (r.id IS NULL)
            OR r.amount <> i.price - i.discount_share - i.credit_share OR r.credit_value <> i.credit_share
            OR i.refunded_amount <> coalesce(r.amount, 0) OR i.refunded_credit_value <> coalesce(r.credit_value, 0)""",
    "5 every attempt that the provider heard of has the provider's id": """
        SELECT id FROM payments WHERE state <> 'CREATED' AND provider_payment_id IS NULL
        UNION ALL SELECT id FROM refunds WHERE state = 'DONE' AND (amount > 0) <> (provider_refund_id IS NOT NULL)""",
    "6 an order is the sum of its items": """
        SELECT o.id FROM orders o LEFT JOIN order_items i ON i.order_id = o.id GROUP BY o.id
        HAVING o.original_amount IS DISTINCT FROM sum(i.price) OR o.discount <> sum(i.discount_share)
            OR o.credit_value <> sum(i.credit_share) OR min(i.currency) <> o.currency""",
    "6 shares are in proportion, to less than a minor unit": """
        SELECT i.id FROM order_items i JOIN orders o ON o.id = i.order_id
        WHERE o.original_amount > 0 AND (
            abs(i.discount_share - o.discount * i.price / o.original_amount) >= 0.01
            OR o.amount > 0
                AND abs(i.credit_share - o.credit_value * (i.price - i.discount_share) / o.amount) >= 0.01)""",
    "6 the discount is the coupon's": """
        SELECT o.id FROM orders o LEFT JOIN coupon_usages u ON u.order_id = o.id AND u.state <> 'RELEASED'
        LEFT JOIN coupons c ON c.id = o.coupon_id
        WHERE o.status IN ('completed', 'processing') AND (
            o.discount <> coalesce(u.discount, 0) OR (u.id IS NOT NULL) <> (o.coupon_id IS NOT NULL)
            OR u.coupon_id <> o.coupon_id OR o.currency <> c.currency OR o.original_amount < c.min_purchase
            OR o.discount <> CASE c.type WHEN 'fixed' THEN least(c.value, o.original_amount)
                ELSE least(trunc(o.original_amount * c.value / 100, 2), c.max_discount) END
            OR NOT o.created_at BETWEEN c.starts_at AND least(c.ends_at, c.disabled_at))""",
    "7 entries of an order are the credits that it used and did not give back": """
        SELECT o.id FROM orders o LEFT JOIN credit_entries e ON e.order_id = o.id GROUP BY o.id
        HAVING coalesce(sum(e.amount), 0)
            <> CASE WHEN o.status IN ('completed', 'refunded') THEN o.credits_returned - o.credits_used ELSE 0 END""",
    "8 an account is what its entries add up to": """
        SELECT a.user_id FROM credit_accounts a LEFT JOIN credit_entries e ON e.user_id = a.user_id GROUP BY a.user_id
        HAVING a.balance <> coalesce(sum(e.amount), 0) OR a.version <> count(e.id)
            OR a.version <> coalesce(max(e.version), 0) OR a.total_earned <> coalesce(
                sum(e.amount) FILTER (WHERE e.kind IN ('GRANT', 'REFERRER_REWARD', 'REFERRED_REWARD')), 0)""",
    "8 entries say the balance after them, in the order of time": """
        SELECT id FROM (SELECT id, balance_after, created_at,
            sum(amount) OVER own AS running, lag(created_at) OVER own AS before
            FROM credit_entries WINDOW own AS (PARTITION BY user_id ORDER BY version)) e
        WHERE balance_after <> running OR before > created_at""",
    "8 what is held is promised to orders in payment": """
        SELECT a.user_id FROM credit_accounts a LEFT JOIN orders o ON o.user_id = a.user_id AND o.status = 'processing'
        GROUP BY a.user_id HAVING a.held <> coalesce(sum(o.credits_used), 0)""",
    "8 a shortfall is what reversals could not take": """
        SELECT a.user_id FROM credit_accounts a LEFT JOIN (
            SELECT e.user_id, sum(e.amount) AS lacking FROM credit_entries e
            JOIN referral_claims c ON c.id = e.referral_claim_id AND c.state = 'VOIDED' GROUP BY e.user_id
        ) v ON v.user_id = a.user_id WHERE a.shortfall <> coalesce(v.lacking, 0)""",
    "8 shortfalls are settled before new earnings can be spent": """
        SELECT e.id FROM credit_entries e JOIN credit_accounts a ON a.user_id = e.user_id
        WHERE a.shortfall > 0 AND e.kind IN ('GRANT', 'REFERRER_REWARD', 'REFERRED_REWARD')
            AND EXISTS (SELECT FROM referral_claims c WHERE c.state = 'VOIDED' AND c.voided_at < e.created_at
                        AND a.user_id IN (c.referrer_id, c.referred_user_id))
            AND NOT EXISTS (SELECT FROM credit_entries s WHERE s.user_id = e.user_id AND s.version = e.version + 1
                            AND s.kind = 'SETTLED')""",
    "9 rewards go to the two people of the claim, grants come from an admin": """
        SELECT e.id FROM credit_entries e LEFT JOIN referral_claims c ON c.id = e.referral_claim_id
        LEFT JOIN users u ON u.id = e.granted_by LEFT JOIN refunds r ON r.id = e.refund_id
        WHERE CASE e.kind WHEN 'REFERRER_REWARD' THEN e.user_id <> c.referrer_id
            WHEN 'REFERRED_REWARD' THEN e.user_id <> c.referred_user_id
            WHEN 'GRANT' THEN u.role <> 'ADMIN'
            WHEN 'RETURNED' THEN e.order_id <> r.order_id OR e.amount <> r.credits_returned ELSE false END""",
    "12 an enrolment is active for who owns the course, or has it free": """
        SELECT coalesce(e.id, w.id) FROM (SELECT e.*, c.price FROM course_enrollments e
            JOIN courses c ON c.id = e.course_id WHERE e.ended_at IS NULL) e
        FULL JOIN (SELECT * FROM ownerships WHERE kind = 'COURSE' AND state = 'OWNED') w
            ON w.user_id = e.user_id AND w.item_id = e.course_id
        WHERE e.id IS NULL OR w.id IS NULL AND (e.price > 0 OR e.order_id IS NOT NULL)""",
    "13 a coupon's uses are its usages, within its limits": """
        SELECT c.id FROM coupons c LEFT JOIN coupon_usages u ON u.coupon_id = c.id AND u.state <> 'RELEASED'
        GROUP BY c.id HAVING c.uses <> count(u.id) OR count(u.id) > c.max_uses
        UNION ALL SELECT c.id FROM coupons c JOIN coupon_usages u ON u.coupon_id = c.id AND u.state <> 'RELEASED'
        GROUP BY c.id, u.user_id HAVING count(*) > c.max_uses_per_user OR max(u.slot) > c.max_uses_per_user
        UNION ALL SELECT o.id FROM orders o JOIN coupon_usages u ON u.order_id = o.id
        WHERE (u.state = 'RESERVED') <> (o.status = 'processing')""",
    "14 everybody who bought has one first purchase, the first": """
        SELECT user_id FROM orders WHERE status IN ('completed', 'refunded') GROUP BY user_id
        HAVING count(*) FILTER (WHERE is_first_purchase) <> 1
            OR min(completed_at) <> min(completed_at) FILTER (WHERE is_first_purchase)""",
    "15 a claim's state is that of its rewards": """
        SELECT c.id FROM referral_claims c LEFT JOIN credit_entries e ON e.referral_claim_id = c.id GROUP BY c.id
        HAVING array_agg(e.kind::text ORDER BY e.kind::text)
            FILTER (WHERE e.kind IN ('REFERRER_REWARD', 'REFERRED_REWARD'))
            IS DISTINCT FROM CASE c.state WHEN 'CONVERTED' THEN ARRAY['REFERRED_REWARD', 'REFERRER_REWARD']
                WHEN 'VOIDED' THEN ARRAY['REFERRED_REWARD', 'REFERRER_REWARD']
                WHEN 'FLAGGED' THEN ARRAY['REFERRED_REWARD'] END
            OR c.state <> 'VOIDED' AND count(*) FILTER (WHERE e.kind IN ('REVERSED', 'SETTLED')) > 0""",
    "15 a conversion has a first purchase or an admin's reason, and is not of a purchase that is all refunded": """
        SELECT c.id FROM referral_claims c LEFT JOIN orders o ON o.id = c.order_id
        WHERE (c.state = 'PENDING') <> (c.converted_at IS NULL)
            OR c.state <> 'PENDING' AND c.order_id IS NULL AND (c.decided_by IS NULL OR c.reason IS NULL)
            OR c.order_id IS NOT NULL AND (NOT o.is_first_purchase OR o.user_id <> c.referred_user_id)
            OR c.state <> 'VOIDED' AND o.status = 'refunded'
            OR c.state = 'PENDING' AND EXISTS (
                SELECT FROM orders b WHERE b.user_id = c.referred_user_id AND b.is_first_purchase)""",
    "15 referrers are older": """
        SELECT c.id FROM referral_claims c
        JOIN users a ON a.id = c.referrer_id JOIN users b ON b.id = c.referred_user_id
        WHERE a.created_at >= b.created_at""",
    "16 nothing waits to be delivered": """
        SELECT aggregate_id FROM outbox WHERE delivered_at IS NULL
        UNION ALL SELECT id FROM orders
        WHERE (fulfilment = 'DONE') <> (status IN ('completed', 'refunded')) OR fulfilment = 'PENDING'""",
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
}
