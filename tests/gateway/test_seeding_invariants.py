"""Breaks what holds of every seeded shop, one thing at a time, and wants to be told who is hurt.  What holds of every
shop is broken in `tests/money/test_verify_rows.py` and its neighbour.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple, cast

import asyncpg
import pytest
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions

from models.values import now
from tests.gateway.seeding_invariants import CREDITS, INVARIANTS, seeded
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
    "6 shares are in proportion, to less than a minor unit": f"""
        UPDATE order_items SET discount_share = discount_share - 0.02
        WHERE {first('order_items', 'discount_share > 1')} RETURNING id""",
    "6 the discount is the coupon's": """
        UPDATE coupons SET value = value - 1 WHERE code = 'EARLYBIRD'
        RETURNING (SELECT id FROM orders WHERE coupon_id = coupons.id LIMIT 1)""",
    CREDITS: f"""
        UPDATE orders SET credits_used = credits_used + 1 WHERE {first('orders', 'credits_used > 0')} RETURNING id""",
    "17 a subscription is as the last of its events says, and all events are processed":
        "UPDATE subscriptions SET status = 'ACTIVE' WHERE status = 'PAST_DUE' RETURNING id",
    "everybody has a profile, preferences and an account of credits":
        f"""DELETE FROM user_profiles WHERE {first('user_profiles', 'true')} RETURNING user_id""",
    "nothing happens before its person is there":
        f"""UPDATE orders SET created_at = '2020-01-01' WHERE {first('orders', 'true')} RETURNING id""",
    "entries come in the order of time":
        "UPDATE credit_entries SET created_at = '2020-01-01' WHERE version = 2 RETURNING id",
    "grants come from an admin":
        "UPDATE credit_entries SET granted_by = user_id WHERE kind = 'GRANT' RETURNING id",
    "who has an enrolment without owning the course has it free": f"""
        UPDATE ownerships SET state = 'REVOKED', ended_at = now()
        WHERE {first('ownerships', "kind = 'COURSE' AND state = 'OWNED'")}
        RETURNING (SELECT id FROM course_enrollments e
            WHERE e.user_id = ownerships.user_id AND e.course_id = ownerships.item_id)""",
    "a first purchase is the first":
        """UPDATE orders SET completed_at = '2026-12-01' WHERE id = (
            SELECT id FROM orders f WHERE is_first_purchase AND EXISTS (
                SELECT FROM orders o WHERE o.user_id = f.user_id AND o.completed_at > f.completed_at) LIMIT 1)
        RETURNING user_id""",
    "every effect is delivered": """
        INSERT INTO outbox (aggregate, aggregate_id, sequence, kind, payload)
        VALUES ('MEMBER', uuidv7(), 1, 'member', '{}') RETURNING aggregate_id""",
    "a pending claim was never converted":
        "UPDATE referral_claims SET converted_at = now() WHERE state = 'PENDING' RETURNING id",
}  # fmt: skip

DOCUMENTS = {
    "everybody is a member, under their name":
        Break("members", {}, {"$set": {"name": "Somebody Else"}}, lambda one: one["_id"]),
    "a referral began with its claim":
        Break("referrals", {}, {"$set": {"createdAt": now()}}, lambda one: one["referredUserId"]),
    "an item has the words of its title":
        Break("products", {}, {"$set": {"titleWords": []}}, lambda one: one["_id"]),
    "an item says how often it was bought":
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
            found = await seeded(broken, credit_value=CREDIT_VALUE)
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
        found = await seeded(place.handles, credit_value=CREDIT_VALUE)
    finally:
        await collection.replace_one({"_id": whole["_id"]}, raw)

    assert str(DOCUMENTS[invariant].hurt(whole)) in found.get(invariant, [])
    assert await seeded(place.handles, credit_value=CREDIT_VALUE) == {}
