"""Breaks the documents of a seeded shop, one at a time, and wants `verify` to name who is hurt and `--repair` to mend
it without touching the book.
"""

from collections.abc import AsyncIterator, Callable
from typing import Any, NamedTuple

import pytest
from bson.decimal128 import Decimal128

from gateway.verifying import books
from models import TABLES
from models.values import new_id, now
from resolvers.invariants import INVARIANTS
from resolvers.invariants.repairing import REPAIRS, repair
from resolvers.invariants.verifying import verify
from tests.gateway.seeding_place import Place, new_place
from tests.money.verify_place import Change, broken_document, found

REFUND = {"refundId": new_id(), "amount": Decimal128("0.00"), "creditsReturned": 0, "refundedAt": now()}
PROVIDERS = ("charges-have-their-payment", "payments-have-their-charge")


class Break(NamedTuple):
    """A change of a document, who is hurt by it, and which other invariants it cannot but break too."""

    change: Change
    hurt: Callable[[dict[str, Any]], object]
    others: frozenset[str] = frozenset()


def breaking(
    collection: str, where: Any, change: Any, hurt: str | Callable[[dict[str, Any]], object], *others: str
) -> Break:
    return Break(
        Change(collection, where, change), hurt if callable(hurt) else lambda one: one[hurt], frozenset(others)
    )


DOCUMENTS = {
    "members-show-their-credits": (
        breaking("members", {}, {"$inc": {"credits": 1}}, "_id"),
        breaking("members", {}, {"$inc": {"ledgerVersion": 7}}, "_id"),
    ),
    "members-show-what-they-own": (
        breaking("members", {"purchasedProducts.0": {"$exists": True}}, {"$pop": {"purchasedProducts": -1}}, "_id"),
        breaking(
            "members",
            {"purchasedTests.0": {"$exists": True}},
            [{"$set": {"purchasedTests": {"$concatArrays": ["$purchasedTests", "$purchasedTests"]}}}],
            "_id",
        ),
    ),
    "members-show-their-referrals": (breaking("members", {}, {"$inc": {"totalReferredUsers": 1}}, "_id"),),
    "referrals-show-their-claims": (
        breaking("referrals", {"status": "converted"}, {"$set": {"status": "pending"}}, "referredUserId"),
        breaking("referrals", {"status": "converted"}, {"$set": {"creditsAwarded": False}}, "referredUserId"),
    ),
    "purchases-are-what-was-sold": (
        breaking("purchases", {}, {"$set": {"couponCode": "OTHER"}}, "orderItemId"),
        breaking("purchases", {}, {"$set": {"discount": Decimal128("1.11")}}, "orderItemId"),
        breaking("purchases", {"refund": None}, {"$set": {"refund": REFUND}}, "orderItemId"),
        breaking(
            "purchases", {"creditsUsed": 0}, None, "orderItemId", "events-are-of-their-purchases",
        ),
    ),
    "purchases-share-the-credits": (
        breaking(
            "purchases", {"creditsUsed": {"$gt": 0}}, {"$inc": {"creditsUsed": 1}}, "orderId",
            "events-are-of-their-purchases",
        ),
        breaking(
            "purchases", {"creditsUsed": 0}, {"$inc": {"creditsUsed": 1}}, "orderId", "events-are-of-their-purchases",
        ),
    ),
    "events-tell-what-happened": (
        breaking("purchase_events", {}, {"$set": {"paymentMethod": "cash"}}, "orderId"),
        breaking("purchase_events", {"sequence": 2}, {"$set": {"sequence": 7}}, "orderId"),
        breaking("purchase_events", {"kind": "refunded"}, {"$set": {"refundId": new_id()}}, "orderId"),
        breaking("purchase_events", {"kind": "refunded"}, None, "orderId"),
        breaking("purchase_events", {"kind": "made"}, None, "orderId", "events-are-of-their-purchases"),
    ),
    "events-are-of-their-purchases": (
        breaking("purchase_events", {"kind": "made"}, {"$set": {"purchaseId": new_id()}}, "orderItemId"),
        breaking("purchase_events", {"kind": "made"}, {"$inc": {"creditsUsed": 1}}, "orderItemId"),
    ),
}  # fmt: skip

CASES = [(name, number) for name, each in DOCUMENTS.items() for number in range(len(each))]


@pytest.fixture(scope="module")
async def place(postgres_url: str, mongo_uri: str) -> AsyncIterator[Place]:
    async with new_place(postgres_url, mongo_uri) as place:
        await place.seed()
        yield place


async def book(place: Place) -> list[list[str]]:
    """Every row of every table, down to the place where it lies, so that an update that changes nothing is seen."""
    return [
        [row[0] for row in await place.handles.postgres.fetch(f"SELECT ctid || row::text FROM {name} row ORDER BY 1")]
        for name in (str(table.__tablename__) for table in TABLES)
    ]


def test_what_can_be_repaired_is_an_invariant_that_is_broken_here() -> None:
    assert set(REPAIRS) - {"effects-are-delivered"} == set(DOCUMENTS)
    assert set(REPAIRS) <= {invariant.name for invariant in INVARIANTS}


@pytest.mark.parametrize(("name", "number"), CASES)
async def test_a_document_that_breaks_an_invariant_is_named_and_repaired_and_the_book_is_left(
    place: Place, name: str, number: int
) -> None:
    breaks, before = DOCUMENTS[name][number], await book(place)
    async with broken_document(place, breaks.change) as whole, books(place.settings, place.handles) as both:
        report = await verify(both, pauses=(0,))
        mended = await repair(place.handles, report)
        after = await found(both)
        documents = await place.everything()
        again = await repair(place.handles, report)
        unchanged = await place.everything() == documents

    assert set(report.violations) == {name, *breaks.others}
    assert report.violations[name] == (str(breaks.hurt(whole)),)
    assert (mended > 0, after, again, unchanged) == (True, {}, mended, True)
    assert await book(place) == before
