"""Breaks what was seeded, one thing at a time, and wants each invariant to say who is hurt."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple, cast

import asyncpg
import pytest
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions
from bson.decimal128 import Decimal128

from models.values import new_id, now
from tests.gateway.seeding_invariants import CREDITS, INVARIANTS, violations
from tests.gateway.seeding_place import Place, new_place

CREDIT_VALUE = Decimal("10.00")
PLAIN = CodecOptions[dict[str, Any]](tz_aware=True, uuid_representation=UuidRepresentation.STANDARD)
"""Reads decimals as MongoDB has them, so that a document can be put back as it was."""


class Break(NamedTuple):
    """A change of a document, and who is hurt by it."""

    collection: str
    where: dict[str, Any]
    change: dict[str, Any]
    hurt: Callable[[dict[str, Any]], object]


def first(table: str, where: str) -> str:
    return f"{table}.ctid = (SELECT ctid FROM {table} WHERE {where} LIMIT 1)"


ROWS = {
    "1 what is in payment is driven or waits for its buyer":
        "UPDATE orders SET waits_until = '2026-01-01' WHERE status = 'processing' RETURNING id",
    "2 every finished request has its outcome": """
        INSERT INTO idempotency_keys (user_id, key, mutation, fingerprint, subject_id)
        SELECT id, 'k', 'payOrder', sha256('x'), id FROM users LIMIT 1 RETURNING subject_id""",
    "3 a completed order has one charge of what is to pay, or none":
        f"""DELETE FROM payments WHERE {first('payments', "state = 'PAID'")} RETURNING order_id""",
    "4 pending and cancelled orders hold nothing": """
        UPDATE coupon_usages u SET state = 'RESERVED' FROM orders o
        WHERE o.id = u.order_id AND o.status = 'cancelled' RETURNING o.id""",
    "4 refunds are what the order, its items and its payment say, and all of a refunded order":
        f"""UPDATE orders SET refunded_amount = refunded_amount - 1
        WHERE {first('orders', 'refunded_amount > 1')} RETURNING id""",
    "4 an item is given back once and with its own shares":
        f"""UPDATE refunds SET amount = amount - 1 WHERE {first('refunds', 'amount > 1')} RETURNING order_item_id""",
    "5 every attempt that the provider heard of has the provider's id":
        "UPDATE payments SET provider_payment_id = NULL WHERE state = 'WAITING' RETURNING id",
    "6 an order is the sum of its items":
        f"""UPDATE order_items SET price = price + 1 WHERE {first('order_items', 'true')} RETURNING order_id""",
    "6 shares are in proportion, to less than a minor unit": f"""
        UPDATE order_items SET discount_share = discount_share - 0.02
        WHERE {first('order_items', 'discount_share > 1')} RETURNING id""",
    "6 the discount is the coupon's": """
        UPDATE coupons SET value = value - 1 WHERE code = 'EARLYBIRD'
        RETURNING (SELECT id FROM orders WHERE coupon_id = coupons.id LIMIT 1)""",
    "7 entries of an order are the credits that it used and did not give back":
        f"""DELETE FROM credit_entries WHERE {first('credit_entries', "kind = 'SPENT'")} RETURNING order_id""",
    CREDITS: f"""
        UPDATE orders SET credits_used = credits_used + 1 WHERE {first('orders', 'credits_used > 0')} RETURNING id""",
    "8 an account is what its entries add up to":
        f"""UPDATE credit_accounts SET total_earned = 99 WHERE {first('credit_accounts', 'true')} RETURNING user_id""",
    "8 entries say the balance after them, in the order of time":
        f"""UPDATE credit_entries SET balance_after = 99 WHERE {first('credit_entries', 'true')} RETURNING id""",
    "8 what is held is promised to orders in payment":
        "UPDATE credit_accounts SET held = 0 WHERE held > 0 RETURNING user_id",
    "8 a shortfall is what reversals could not take":
        "UPDATE credit_accounts SET shortfall = 0 WHERE shortfall > 0 RETURNING user_id",
    "8 shortfalls are settled before new earnings can be spent": """
        INSERT INTO credit_entries (user_id, key, kind, amount, balance_after, version, granted_by, reason)
        SELECT user_id, 'k', 'GRANT', 1, balance + 1, version + 1, user_id, 'x' FROM credit_accounts
        WHERE shortfall > 0 RETURNING id""",
    "9 rewards go to the two people of the claim, grants come from an admin":
        "UPDATE credit_entries SET granted_by = user_id WHERE kind = 'GRANT' RETURNING id",
    "12 an enrolment is active for who owns the course, or has it free": f"""
        UPDATE course_enrollments SET ended_at = now()
        WHERE {first('course_enrollments', 'order_id IS NOT NULL AND ended_at IS NULL')}
        RETURNING (SELECT id FROM ownerships w WHERE w.order_id = course_enrollments.order_id AND w.kind = 'COURSE')""",
    "13 a coupon's uses are its usages, within its limits":
        "UPDATE coupons SET uses = uses - 1 WHERE code = 'EARLYBIRD' RETURNING id",
    "14 everybody who bought has one first purchase, the first":
        f"""UPDATE orders SET is_first_purchase = false
        WHERE {first('orders', 'is_first_purchase')} RETURNING user_id""",
    "15 a claim's state is that of its rewards": f"""
        DELETE FROM credit_entries WHERE {first('credit_entries', "kind = 'REFERRER_REWARD'")}
        RETURNING referral_claim_id""",
    "15 a conversion has a first purchase or an admin's reason, and is not of a purchase that is all refunded": """
        UPDATE referral_claims SET state = 'CONVERTED', voided_at = NULL
        WHERE state = 'VOIDED' AND decided_by IS NULL RETURNING id""",
    "15 referrers are older": """
        UPDATE users SET created_at = '2026-12-01' WHERE username = 'alice'
        RETURNING (SELECT id FROM referral_claims WHERE referrer_id = users.id LIMIT 1)""",
    "16 nothing waits to be delivered":
        f"""UPDATE orders SET fulfilment = 'PENDING' WHERE {first('orders', "status = 'completed'")} RETURNING id""",
    "17 a subscription is as the last of its events says, and all events are processed":
        "UPDATE subscriptions SET status = 'ACTIVE' WHERE status = 'PAST_DUE' RETURNING id",
    "everybody has a profile, preferences and an account of credits":
        f"""DELETE FROM user_profiles WHERE {first('user_profiles', 'true')} RETURNING user_id""",
    "nothing happens before its person is there":
        f"""UPDATE orders SET created_at = '2020-01-01' WHERE {first('orders', 'true')} RETURNING id""",
}  # fmt: skip

REFUND = {"refundId": new_id(), "amount": Decimal128("0.00"), "creditsReturned": 0, "refundedAt": now()}

DOCUMENTS = {
    "10 one purchase for each item that was sold, with its refund":
        Break("purchases", {}, {"$set": {"couponCode": "OTHER"}}, lambda one: one["orderItemId"]),
    "10 the credits of an order's purchases are the order's":
        Break("purchases", {}, {"$inc": {"creditsUsed": 1}}, lambda one: one["orderId"]),
    "10 every purchase has its events":
        Break("purchase_events", {}, {"$set": {"paymentMethod": "cash"}}, lambda one: (one["purchaseId"], one["kind"])),
    "10 the events of an order are numbered from one, what was made first":
        Break("purchase_events", {"sequence": 2}, {"$set": {"sequence": 7}}, lambda one: one["orderId"]),
    "10 cash, credits and discount are the price":
        Break("purchases", {}, {"$set": {"discount": Decimal128("1.11")}}, lambda one: one["_id"]),
    "11 owned is what the member's arrays say":
        Break("members", {"purchasedProducts.0": {"$exists": True}}, {"$pop": {"purchasedProducts": -1}},
              lambda one: f"{one['_id']}{one['purchasedProducts'][0]}"),
    "11 owned is what was bought and kept, or granted":
        Break("purchases", {"refund": None}, {"$set": {"refund": REFUND}},
              lambda one: f"{one['userId']}{one['itemId']}"),
    "11 nothing is owned twice":
        Break("members", {"purchasedTests.0": {"$exists": True}},
              [{"$set": {"purchasedTests": {"$concatArrays": ["$purchasedTests", "$purchasedTests"]}}}],  # type: ignore[arg-type]
              lambda one: one["_id"]),
    "8 and 15 the member says what the book says":
        Break("members", {}, {"$inc": {"totalReferredUsers": 1}}, lambda one: one["_id"]),
    "15 the referral says what the claim says":
        Break("referrals", {"status": "converted"}, {"$set": {"status": "pending"}}, lambda one: one["referredUserId"]),
    "an item has the words of its title":
        Break("products", {}, {"$set": {"titleWords": []}}, lambda one: one["_id"]),
    "10 an item says how often it was bought":
        Break("products", {"purchaseCount": {"$gt": 0}}, {"$inc": {"purchaseCount": 1}}, lambda one: one["_id"]),
    "19 rollups are what the events add up to":
        Break("purchase_rollups", {}, {"$inc": {"purchases": 1}}, lambda one: tuple(
            one[key] for key in ("bucketAt", "kind", "itemId", "currency", "paymentMethod"))),
}  # fmt: skip


@pytest.fixture(scope="module")
async def place(postgres_url: str, mongo_uri: str) -> AsyncIterator[Place]:
    async with new_place(postgres_url, mongo_uri) as place:
        await place.seed()
        yield place


def test_every_invariant_is_broken_here() -> None:
    assert sorted([*ROWS, *DOCUMENTS]) == sorted(INVARIANTS)


@pytest.mark.parametrize("invariant", ROWS)
async def test_a_row_that_breaks_an_invariant_is_named(place: Place, invariant: str) -> None:
    async with place.handles.postgres.acquire() as connection:
        attempt = connection.transaction()
        await attempt.start()
        try:
            await connection.execute("SET LOCAL session_replication_role = replica")
            hurt = await connection.fetchval(ROWS[invariant])
            broken = replace(place.handles, postgres=cast("asyncpg.Pool[asyncpg.Record]", connection))
            found = await violations(broken, credit_value=CREDIT_VALUE)
        finally:
            await attempt.rollback()

    assert str(hurt) in found.get(invariant, [])


@pytest.mark.parametrize("invariant", DOCUMENTS)
async def test_a_document_that_breaks_an_invariant_is_named(place: Place, invariant: str) -> None:
    collection = place.handles.mongo[DOCUMENTS[invariant].collection]
    [whole] = await collection.find(DOCUMENTS[invariant].where).sort("_id", 1).limit(1).to_list()
    raw = await collection.with_options(codec_options=PLAIN).find_one({"_id": whole["_id"]})
    assert raw is not None
    await collection.update_one({"_id": whole["_id"]}, DOCUMENTS[invariant].change)
    try:
        found = await violations(place.handles, credit_value=CREDIT_VALUE)
    finally:
        await collection.replace_one({"_id": whole["_id"]}, raw)

    assert str(DOCUMENTS[invariant].hurt(whole)) in found.get(invariant, [])
    assert await violations(place.handles, credit_value=CREDIT_VALUE) == {}
