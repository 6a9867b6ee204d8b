"""What a purchase says to PostgreSQL, in the order in which it does."""

WAIT = "SET LOCAL lock_timeout = '2s'"
EARLIER = "SELECT subject_id FROM idempotency_keys WHERE user_id = $1 AND key = $2"
TAKE = """INSERT INTO idempotency_keys (user_id, key, mutation, fingerprint, subject_id)
VALUES ($1, $2, 'purchase', $3, $4) ON CONFLICT DO NOTHING RETURNING key"""
ORDER = """INSERT INTO orders (id, number, user_id, status, recovery_point, amount, original_amount, currency,
payment_method, idempotency_key, fence, lease_until, created_at, updated_at)
VALUES ($1, $2, $3, 'processing', 'INTENT', $4, $4, $5, 'card', $6, 1, now() + $7, $8, $8)
ON CONFLICT (number) DO NOTHING RETURNING id"""
ITEM = """INSERT INTO order_items
(id, order_id, user_id, position, kind, item_id, title, category, price, currency, created_at, updated_at)
VALUES ($1, $2, $3, 1, 'PRODUCT', $4, $5, $6, $7, $8, $9, $9)"""
CLAIM = """INSERT INTO ownerships (id, user_id, kind, item_id, order_id, order_item_id)
VALUES ($1, $2, 'PRODUCT', $3, $4, $5)
ON CONFLICT (user_id, item_id) WHERE state IN ('CLAIMED', 'OWNED') DO NOTHING RETURNING item_id"""
PAYMENT = """INSERT INTO payments
(id, order_id, user_id, amount, currency, payment_method, payment_method_id, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, 'card', $6, $7, $7)"""
MOVE = """UPDATE orders SET recovery_point = $3, lease_until = now() + $4 WHERE id = $1 AND fence = $2 RETURNING id"""
MADE = "UPDATE payments SET provider_payment_id = $2 WHERE id = $1"
CHARGED = """UPDATE payments SET provider_payment_id = $2, state = 'PAID', settled_at = now(), fingerprint = $3
WHERE id = $1"""
COMMIT = """UPDATE orders SET recovery_point = 'COMMITTED', status = 'completed', payment_status = 'paid',
fulfilment = 'PENDING', completed_at = now(), lease_until = now(), waits_until = NULL, idempotency_key = NULL
WHERE id = $1 AND fence = $2 RETURNING completed_at"""
BUYER = "SELECT id FROM users WHERE id = $1 FOR NO KEY UPDATE"
FIRST = """UPDATE orders SET is_first_purchase = true WHERE id = $1 AND amount > 0 AND NOT EXISTS (
SELECT FROM orders WHERE user_id = $2 AND id <> $1 AND completed_at IS NOT NULL AND amount > 0) RETURNING id"""
OWN = "UPDATE ownerships SET state = 'OWNED', owned_at = now() WHERE order_id = $1 AND state = 'CLAIMED'"
ENQUEUE = """INSERT INTO outbox (aggregate, aggregate_id, sequence, kind, payload)
VALUES ('ORDER', $1, (SELECT coalesce(max(sequence), 0) + 1 FROM outbox WHERE aggregate_id = $1), 'purchases', $2)"""
NOTIFY = "SELECT pg_notify('outbox', $1)"
FINISH = """UPDATE idempotency_keys SET outcome = $3, finished_at = now()
WHERE user_id = $1 AND key = $2 AND finished_at IS NULL RETURNING key"""
CLAIM_EFFECT = """UPDATE outbox
SET next_attempt_at = now() + make_interval(secs => $2), attempts = attempts + 1, last_error = NULL
WHERE id = (SELECT id FROM outbox WHERE aggregate_id = $1 AND delivered_at IS NULL ORDER BY sequence LIMIT 1)
    AND delivered_at IS NULL AND next_attempt_at <= now() RETURNING id"""
LOCK_ORDER = "SELECT FROM orders WHERE id = $1 FOR NO KEY UPDATE"
MARK = """WITH marked AS (UPDATE outbox SET delivered_at = now() WHERE id = $2 AND delivered_at IS NULL)
UPDATE orders SET fulfilment = 'DONE' WHERE id = $1 AND fulfilment = 'PENDING' AND NOT EXISTS (
    SELECT FROM outbox WHERE aggregate_id = $1 AND delivered_at IS NULL AND id <> $2)"""
