"""Breaks the book of a seeded shop, one thing at a time, past its triggers and foreign keys, and wants `verify` to name
what is hurt, by the invariants that it breaks and no other.

What a CHECK or a unique key makes impossible cannot be broken here: a second idempotency key or entry of one name, a
second charge or usage of an order, a negative balance, two first purchases of a person, a charge beyond its refunds.
"""

from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest

from resolvers.invariants import INVARIANTS
from resolvers.invariants.checks import Compared
from tests.gateway.seeding_place import Place, new_place
from tests.money.test_verify_documents import DOCUMENTS, PROVIDERS
from tests.money.verify_place import broken_rows, found


class Break(NamedTuple):
    """A statement that returns the ids of what it hurts, and which other invariants it cannot but break too."""

    statement: str
    others: frozenset[str] = frozenset()


def one(table: str, where: str) -> str:
    return f"{table}.ctid = (SELECT ctid FROM {table} WHERE {where} ORDER BY created_at, ctid LIMIT 1)"


def breaking(statement: str, *others: str) -> Break:
    return Break(statement, frozenset(others))


def open_key(status: str) -> str:
    """A key of yesterday without outcome, under which an order was to be paid that now has this status."""
    return f"""INSERT INTO idempotency_keys (user_id, key, mutation, fingerprint, subject_id, created_at)
        SELECT user_id, 'k', 'payOrder', sha256('x'), id, '2026-01-01' FROM orders
        WHERE {one("orders", f"status = '{status}'")}"""


WITHOUT_REWARDS = f"""DELETE FROM credit_entries WHERE referral_claim_id =
    (SELECT id FROM referral_claims WHERE {one("referral_claims", "state = 'CONVERTED'")})"""
PURCHASES = ("purchases-are-what-was-sold", "events-tell-what-happened")

ROWS = {
    "payments-are-driven": (
        breaking("UPDATE orders SET waits_until = '2026-01-01' WHERE status = 'processing' RETURNING id"),
    ),
    "keys-have-their-outcome": (
        breaking("""INSERT INTO idempotency_keys (user_id, key, mutation, fingerprint, created_at)
            SELECT id, 'k', 'payOrder', sha256('x'), '2026-01-01' FROM users WHERE username = 'alice'
            RETURNING user_id || ':k'"""),
        breaking("""INSERT INTO idempotency_keys
                (user_id, key, mutation, fingerprint, subject_id, outcome, finished_at)
            SELECT u.id, 'k', 'placeOrder', sha256('x'), o.id, '{}', now() FROM users u, orders o
            WHERE u.username = 'alice' AND o.user_id <> u.id LIMIT 1 RETURNING user_id || ':k'"""),
        breaking(f"{open_key('completed')} RETURNING user_id || ':k'"),
    ),
    "completed-orders-are-charged-once": (
        breaking(
            f"""DELETE FROM payments
            WHERE {one("payments", "state = 'PAID' AND refunded_amount = 0")} RETURNING order_id""",
            *PURCHASES,
        ),
        breaking(f"""UPDATE payments SET amount = amount + 1
            WHERE {one("payments", "state = 'PAID' AND refunded_amount = 0")} RETURNING order_id"""),
    ),
    "unpaid-orders-hold-nothing": (
        breaking(
            """UPDATE coupon_usages u SET state = 'RESERVED' FROM orders o
            WHERE o.id = u.order_id AND o.status = 'cancelled' RETURNING o.id""",
            "usages-follow-their-orders",
            "coupons-count-their-uses",
        ),
        breaking(f"""UPDATE payments SET state = 'WAITING', settled_at = NULL
            WHERE {one("payments", "state = 'CANCELLED'")} RETURNING order_id"""),
        breaking("""UPDATE ownerships SET state = 'CLAIMED', ended_at = NULL WHERE id = (
                SELECT id FROM ownerships r WHERE state = 'RELEASED' AND NOT EXISTS (
                    SELECT FROM ownerships w WHERE w.user_id = r.user_id AND w.item_id = r.item_id
                        AND w.state IN ('OWNED', 'CLAIMED')) ORDER BY id LIMIT 1) RETURNING order_id"""),
    ),
    "refunds-add-up": (
        breaking(
            f"UPDATE orders SET refunded_amount = refunded_amount - 1"
            f" WHERE {one('orders', 'refunded_amount > 1')} RETURNING id"
        ),
        breaking(
            f"""UPDATE orders SET status = 'refunded', payment_status = 'refunded'
            WHERE {one("orders", "status = 'completed' AND NOT is_first_purchase AND coupon_id IS NULL")}
            RETURNING id"""
        ),
    ),
    "items-give-back-their-shares": (
        breaking(
            f"""UPDATE order_items SET refunded_at = NULL
            WHERE {one("order_items", "refunded_amount > 1 AND kind = 'PRODUCT'")} RETURNING id""",
            "owned-is-bought-or-granted",
        ),
    ),
    "attempts-have-the-id-of-the-provider": (
        breaking("UPDATE payments SET provider_payment_id = NULL WHERE state = 'WAITING' RETURNING id"),
        breaking(f"""UPDATE refunds SET provider_refund_id = NULL WHERE {one("refunds", "amount > 0")} RETURNING id"""),
    ),
    "orders-are-the-sum-of-their-items": (
        breaking(f"""UPDATE order_items SET price = price + 1 WHERE {one(
            "order_items", "order_id IN (SELECT id FROM orders WHERE status = 'pending')")} RETURNING order_id"""),
        breaking(f"""UPDATE order_items SET currency = 'XXX' WHERE {one(
            "order_items", "order_id IN (SELECT id FROM orders WHERE status = 'pending')")} RETURNING order_id"""),
    ),
    "discounts-are-what-was-taken-off": (
        breaking(f"""UPDATE coupon_usages SET discount = discount + 1
            WHERE {one("coupon_usages", "state = 'CONSUMED'")} RETURNING order_id"""),
    ),
    "a-first-purchase-is-one": (
        breaking(
            f"""UPDATE orders SET is_first_purchase = false WHERE {one(
                "orders", "is_first_purchase AND user_id NOT IN (SELECT referred_user_id FROM referral_claims)")}
            RETURNING user_id""",
            *PURCHASES,
        ),
    ),
    "orders-use-their-credits": (
        breaking(
            f"""DELETE FROM credit_entries WHERE {one("credit_entries", "kind = 'SPENT'")} RETURNING order_id""",
            "balances-are-their-entries",
            "entries-run-on",
        ),
    ),
    "credits-come-back-whole": (
        breaking(
            f"UPDATE orders SET credits_returned = credits_returned - 1"
            f" WHERE {one('orders', 'credits_returned > 0')} RETURNING id",
            "refunds-add-up",
        ),
    ),
    "balances-are-their-entries": (
        breaking(
            f"UPDATE credit_accounts SET total_earned = 99 WHERE {one('credit_accounts', 'true')} RETURNING user_id",
            "members-show-their-credits",
        ),
        breaking(
            "UPDATE credit_accounts SET balance = balance + 1 WHERE user_id ="
            " (SELECT id FROM users WHERE username = 'alice') RETURNING user_id",
            "members-show-their-credits",
        ),
    ),
    "entries-run-on": (
        breaking(f"UPDATE credit_entries SET balance_after = 99 WHERE {one('credit_entries', 'true')} RETURNING id"),
    ),
    "held-credits-are-promised": (
        breaking("UPDATE credit_accounts SET held = 0 WHERE held > 0 RETURNING user_id"),
    ),
    "shortfalls-are-what-lacks": (
        breaking("UPDATE credit_accounts SET shortfall = 0 WHERE shortfall > 0 RETURNING user_id"),
    ),
    "shortfalls-are-settled-first": (
        breaking(
            """INSERT INTO credit_entries (user_id, key, kind, amount, balance_after, version, granted_by, reason)
            SELECT user_id, 'grant:k', 'GRANT', 1, balance + 1, version + 1, user_id, 'x' FROM credit_accounts
            WHERE shortfall > 0 RETURNING id""",
            "balances-are-their-entries",
        ),
    ),
    "shortfalls-leave-nothing-free": (
        breaking(
            "UPDATE credit_accounts SET balance = balance + 1 WHERE shortfall > 0 RETURNING user_id",
            "balances-are-their-entries",
            "members-show-their-credits",
        ),
    ),
    "entries-have-their-cause": (
        breaking(f"""UPDATE credit_entries SET key = 'another'
            WHERE {one("credit_entries", "kind = 'SPENT'")} RETURNING id"""),
        breaking("""UPDATE credit_entries SET granted_by = uuidv7() WHERE kind = 'GRANT' RETURNING id"""),
    ),
    "owned-is-bought-or-granted": (
        breaking(
            f"""DELETE FROM ownerships WHERE {one("ownerships", "state = 'OWNED' AND kind = 'PRODUCT'")}
            RETURNING order_item_id""",
            "members-show-what-they-own",
        ),
    ),
    "enrolments-follow-ownership": (
        breaking(f"""UPDATE course_enrollments SET ended_at = now()
            WHERE {one("course_enrollments", "order_id IS NOT NULL AND ended_at IS NULL")}
            RETURNING (SELECT id FROM ownerships w
                WHERE w.user_id = course_enrollments.user_id AND w.item_id = course_id AND w.state = 'OWNED')"""),
        breaking(f"""UPDATE course_enrollments SET ended_at = NULL
            WHERE {one("course_enrollments", "ended_at IS NOT NULL")} RETURNING id"""),
    ),
    "coupons-count-their-uses": (
        breaking("UPDATE coupons SET uses = uses - 1 WHERE code = 'EARLYBIRD' RETURNING id"),
        breaking("UPDATE coupon_usages SET slot = 9 WHERE state = 'CONSUMED' AND coupon_id ="
                 " (SELECT id FROM coupons WHERE code = 'EARLYBIRD') RETURNING coupon_id"),
    ),
    "usages-follow-their-orders": (
        breaking(f"""UPDATE coupon_usages SET state = 'RESERVED'
            WHERE {one("coupon_usages", "state = 'CONSUMED'")} RETURNING id"""),
    ),
    "claims-are-rewarded": (
        breaking(
            f"""DELETE FROM credit_entries WHERE {one("credit_entries", "kind = 'REFERRER_REWARD'")}
            RETURNING referral_claim_id""",
            "balances-are-their-entries",
            "entries-run-on",
        ),
        breaking(f"{WITHOUT_REWARDS} RETURNING referral_claim_id", "balances-are-their-entries", "entries-run-on"),
        breaking(f"""UPDATE referral_claims SET reward = reward + 1
            WHERE {one("referral_claims", "state = 'CONVERTED'")} RETURNING id"""),
    ),
    "conversions-have-their-cause": (
        breaking(
            """UPDATE referral_claims SET state = 'CONVERTED', voided_at = NULL
            WHERE state = 'VOIDED' AND decided_by IS NULL RETURNING id""",
            "claims-are-rewarded",
            "referrals-show-their-claims",
        ),
    ),
    "referrers-are-older": (
        breaking("""WITH late AS (UPDATE users SET created_at = '2026-12-01'
                WHERE id = (SELECT referrer_id FROM referral_claims ORDER BY id LIMIT 1) RETURNING id)
            SELECT c.id FROM referral_claims c JOIN late ON c.referrer_id = late.id"""),
    ),
    "effects-are-delivered": (
        breaking("""INSERT INTO outbox (aggregate, aggregate_id, sequence, kind, payload, created_at)
            VALUES ('MEMBER', uuidv7(), 1, 'member', '{}', '2026-01-01') RETURNING aggregate_id"""),
    ),
    "effects-keep-their-order": (
        breaking("""INSERT INTO outbox (aggregate, aggregate_id, sequence, kind, payload, delivered_at)
            SELECT 'MEMBER', '019a0000-0000-7000-8000-000000000000'::uuid, n, 'member', '{}',
                CASE WHEN n = 2 THEN now() END FROM generate_series(1, 2) n RETURNING aggregate_id"""),
        breaking("""INSERT INTO outbox (aggregate, aggregate_id, sequence, kind, payload, delivered_at)
            SELECT 'MEMBER', '019a0000-0000-7000-8000-000000000000'::uuid, n, 'member', '{}', now()
            FROM generate_series(1, 3, 2) n RETURNING aggregate_id"""),
    ),
    "fulfilment-is-told": (
        breaking(f"""UPDATE orders SET fulfilment = 'PENDING'
            WHERE {one("orders", "status = 'completed'")} RETURNING id"""),
        breaking(f"""UPDATE orders SET fulfilment = 'DONE' WHERE {one("orders", "status = 'pending'")} RETURNING id"""),
        breaking(f"""INSERT INTO outbox (aggregate, aggregate_id, sequence, kind, payload)
            SELECT 'ORDER', id, 1, 'refund', '{{}}' FROM orders WHERE {one("orders", "status = 'completed'")}
            RETURNING aggregate_id"""),
    ),
}  # fmt: skip

CASES = [(name, number) for name, each in ROWS.items() for number in range(len(each))]


@pytest.fixture(scope="module")
async def place(postgres_url: str, mongo_uri: str) -> AsyncIterator[Place]:
    async with new_place(postgres_url, mongo_uri) as place:
        await place.seed()
        yield place


def test_every_invariant_is_broken_here_or_among_documents_or_with_a_provider() -> None:
    assert sorted({*ROWS, *DOCUMENTS, *PROVIDERS}) == sorted(invariant.name for invariant in INVARIANTS)


def test_what_two_databases_must_agree_on_is_broken_in_documents() -> None:
    assert {each.name for each in INVARIANTS if isinstance(each.check, Compared)} <= {*DOCUMENTS}


@pytest.mark.parametrize(("name", "number"), CASES)
async def test_a_row_that_breaks_an_invariant_is_named_by_it_and_by_no_other(
    place: Place, name: str, number: int
) -> None:
    breaks = ROWS[name][number]
    async with broken_rows(place, breaks.statement) as (both, hurt):
        assert hurt
        violations = await found(both)

    assert set(violations) == {name, *breaks.others}
    assert set(violations[name]) == set(hurt)
