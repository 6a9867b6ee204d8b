"""Documents come back as they were stored, and MongoDB refuses what cannot be, whoever asks."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from bson import Decimal128
from pymongo.errors import DuplicateKeyError, WriteError

from migrations.mongo.collections import Database
from models import DOCUMENTS, learning
from models.analytics import PurchaseRollup
from models.catalog import CourseLevel, Passage, Product, ProductCategory, PurchasableKind, TypingTest
from models.documents import Fact
from models.learning import Activity, ActivityType, Keystroke, KeystrokeLog
from models.purchases import Purchase, PurchaseEvent, PurchaseEventKind, PurchaseRefund
from models.referrals import Member, Referral, ReferralStatus
from models.validators import collection_name
from models.values import new_id, now

PRICE = Decimal("32.99")


def product(**changes: Any) -> Product:
    facts = {"title": "Clean Code", "description": "A handbook", "author": "Robert C. Martin", "price": PRICE}
    return Product(**{**facts, "currency": "INR", "category": ProductCategory.EBOOK, **changes})


def member(**changes: Any) -> Member:
    return Member(**{"referral_code": f"{new_id().int % 10**8:08}", "name": "Ada", **changes})


def referral(**changes: Any) -> Referral:
    return Referral(**{"referrer_id": new_id(), "referred_user_id": new_id(), **changes})


def purchase(**changes: Any) -> Purchase:
    facts: dict[str, Any] = {
        "user_id": new_id(),
        "order_id": new_id(),
        "order_item_id": new_id(),
        "kind": PurchasableKind.PRODUCT,
        "item_id": new_id(),
        "product_name": "Clean Code",
        "amount": PRICE,
        "currency": "INR",
        "credits_used": 2,
        "credit_amount": Decimal("20.00"),
        "cash_amount": Decimal("12.99"),
        "discount": Decimal("0.00"),
        "purchased_at": now(),
    }
    return Purchase(**{**facts, **changes})


def event(**changes: Any) -> PurchaseEvent:
    of = purchase()
    shared = {name: getattr(of, name) for name in Purchase.model_fields if name in PurchaseEvent.model_fields}
    facts = {"purchase_id": of.id, "sequence": 1, "item_kind": of.kind, "occurred_at": now()}
    return PurchaseEvent(**{**shared, "id": new_id(), **facts, "kind": PurchaseEventKind.MADE, **changes})


def result(**changes: Any) -> learning.TestResult:
    ids = {"user_id": new_id(), "test_id": new_id(), "passage_id": new_id()}
    scores = {"wpm": 61.5, "raw_wpm": 64.0, "accuracy": 96.1, "consistency": 80.0, "duration_seconds": 60.0}
    return learning.TestResult(**{**ids, **scores, "errors_by_key": {"e": 2}, **changes})


def rollup(**changes: Any) -> PurchaseRollup:
    sums = dict.fromkeys(("amount", "discount", "credit_amount", "cash_amount", "refunded_amount"), PRICE)
    bucket = {"bucket_at": now(), "kind": PurchasableKind.PRODUCT, "item_id": new_id(), "currency": "INR"}
    return PurchaseRollup(**{**bucket, **sums, "watermark": new_id(), **changes})


EVERY_KIND: list[Callable[[], Fact]] = [
    product,
    lambda: TypingTest(
        title="Home row",
        description="The middle line",
        level=CourseLevel.BEGINNER,
        price=PRICE,
        currency="INR",
        passage_id=new_id(),
        duration_seconds=60,
    ),
    lambda: Passage(text="The quick brown fox", level=CourseLevel.ADVANCED),
    lambda: member(clerk_user_id="user_2abc", purchased_courses=[new_id(), new_id()], referred_by=new_id()),
    lambda: referral(status=ReferralStatus.CONVERTED, converted_at=now()),
    purchase,
    lambda: purchase(refund=PurchaseRefund(refund_id=new_id(), amount=PRICE, credits_returned=2, refunded_at=now())),
    event,
    result,
    lambda: KeystrokeLog(
        result_id=new_id(),
        user_id=new_id(),
        keystrokes=[Keystroke(key="a", offset_ms=0, is_correct=True)],
        created_at=now(),
    ),
    lambda: Activity(
        user_id=new_id(), at=now(), type=ActivityType.TEST_COMPLETION, metrics={"wpm": 45.0, "accuracy": 95.0}
    ),
    rollup,
]


@pytest.mark.parametrize("make", EVERY_KIND)
async def test_a_document_comes_back_as_it_was_stored(documents: Database, make: Callable[[], Fact]) -> None:
    document = make()

    await document.insert()

    assert await type(document).get(document.id) == document


async def test_every_kind_of_document_is_tried(documents: Database) -> None:
    assert {type(make()) for make in EVERY_KIND} == set(DOCUMENTS)


async def test_stored_names_are_camel_case_money_is_decimal_and_ids_are_binary(documents: Database) -> None:
    document = purchase()
    await document.insert()

    raw = await Purchase.get_pymongo_collection().find_one({"orderItemId": document.order_item_id})

    assert raw is not None
    assert raw["amount"] == Decimal128(PRICE)
    assert (raw["_id"], raw["creditsUsed"], raw["kind"]) == (document.id, 2, "PRODUCT")
    assert raw["refund"] is None
    assert raw["purchasedAt"] == document.purchased_at


WRONG: list[tuple[Callable[[], Fact], str, Any]] = [
    (member, "referralCode", "abc12345"),
    (member, "referralCode", "ABC123"),
    (member, "credits", -1),
    (member, "purchasedCourses", ["a course"]),
    (member, "name", None),
    (product, "price", Decimal128("-0.01")),
    (product, "price", 32.99),
    (product, "category", "pamphlet"),
    (product, "currency", "inr"),
    (product, "_id", "an id"),
    (product, "created_at", now()),
    (referral, "status", "lost"),
    (referral, "referrerId", "01a1f8ea-666a-7046-a582-ac172267d09f"),
    (purchase, "kind", "BUNDLE"),
    (purchase, "cashAmount", Decimal128("-1")),
    (purchase, "refund", {"amount": Decimal128("1")}),
    (purchase, "purchasedAt", "yesterday"),
    (event, "sequence", 0),
    (result, "accuracy", 100.5),
    (rollup, "purchases", -1),
]


@pytest.mark.parametrize(("make", "field", "value"), WRONG)
async def test_what_cannot_be_is_refused(
    documents: Database, make: Callable[[], Fact], field: str, value: object
) -> None:
    document = make()
    await document.insert()
    collection = documents[collection_name(type(document))]
    raw = await collection.find_one({"_id": document.id})
    assert raw is not None

    with pytest.raises(WriteError, match="Document failed validation"):
        await collection.insert_one({**stored(raw), "_id": new_id(), field: value})


@pytest.mark.parametrize("field", ["status", "referrerId", "creditsAwarded", "createdAt"])
async def test_what_is_required_cannot_be_left_out_or_taken_away(documents: Database, field: str) -> None:
    document = referral()
    await document.insert()

    with pytest.raises(WriteError, match="Document failed validation"):
        await documents["referrals"].update_one({"_id": document.id}, {"$unset": {field: True}})


def stored(raw: dict[str, Any]) -> dict[str, Any]:
    """A document as it is written: the client of the service reads decimals as Python's."""
    return {name: Decimal128(value) if isinstance(value, Decimal) else value for name, value in raw.items()}


ONE, START = new_id(), now()
TWICE: list[tuple[Callable[[], Fact], Callable[[], Fact]]] = [
    (lambda: member(referral_code="ABC123XY"), lambda: member(referral_code="ABC123XY")),
    (lambda: member(clerk_user_id="user_2"), lambda: member(clerk_user_id="user_2")),
    (lambda: referral(referred_user_id=ONE), lambda: referral(referred_user_id=ONE)),
    (lambda: purchase(order_item_id=ONE), lambda: purchase(order_item_id=ONE)),
    (lambda: event(order_id=ONE), lambda: event(order_id=ONE)),
    (
        lambda: event(order_item_id=ONE, kind=PurchaseEventKind.REFUNDED),
        lambda: event(order_item_id=ONE, kind=PurchaseEventKind.REFUNDED, sequence=2),
    ),
    (lambda: rollup(item_id=ONE, bucket_at=START), lambda: rollup(item_id=ONE, bucket_at=START)),
]


@pytest.mark.parametrize(("first", "second"), TWICE)
async def test_what_is_unique_is_refused_the_second_time(
    documents: Database, first: Callable[[], Fact], second: Callable[[], Fact]
) -> None:
    await first().insert()

    with pytest.raises(DuplicateKeyError):
        await second().insert()


async def test_many_members_may_be_without_an_external_id(documents: Database) -> None:
    await member().insert()
    await member().insert()

    assert await Member.count() == 2


async def test_an_item_is_made_once_and_refunded_once(documents: Database) -> None:
    made = event(order_item_id=ONE)
    await made.insert()
    await event(order_item_id=ONE, order_id=made.order_id, sequence=2, kind=PurchaseEventKind.REFUNDED).insert()

    assert await PurchaseEvent.find(PurchaseEvent.order_item_id == ONE).count() == 2


async def test_activity_is_a_time_series_read_by_person_and_time(documents: Database) -> None:
    person, start = new_id(), now() - timedelta(hours=1)
    for minutes in (0, 30):
        at = start + timedelta(minutes=minutes)
        await Activity(user_id=person, at=at, type=ActivityType.COURSE_VIEW).insert()

    [listed] = [found async for found in await documents.list_collections(filter={"name": "user_activity"})]
    found = await Activity.find(Activity.user_id == person, Activity.at > start).to_list()

    assert listed["type"] == "timeseries"
    assert [activity.at for activity in found] == [start + timedelta(minutes=30)]
