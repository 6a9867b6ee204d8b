"""Purchases and their events."""

from pymongo import ASCENDING, DESCENDING, IndexModel

from migrations.mongo.collections import Database, ensure_collection
from migrations.mongo.shapes import COUNT, CURRENCY, DATE, FLAG, ID, MONEY, POSITIVE, STRING, fields, one_of, validator

PURCHASES = validator(
    {
        "createdAt": DATE,
        "updatedAt": DATE,
        "userId": ID,
        "orderId": ID,
        "orderItemId": ID,
        "kind": one_of("COURSE", "PRODUCT", "TYPING_TEST"),
        "itemId": ID,
        "productName": STRING,
        "amount": MONEY,
        "currency": CURRENCY,
        "creditsUsed": COUNT,
        "creditAmount": MONEY,
        "cashAmount": MONEY,
        "discount": MONEY,
        "isFirstPurchase": FLAG,
        "referralCreditAwarded": FLAG,
        "purchasedAt": DATE,
    },
    optional={
        "couponCode": STRING,
        "paymentMethod": STRING,
        "paymentMethodId": STRING,
        "refund": fields(
            {
                "refundId": ID,
                "amount": MONEY,
                "creditsReturned": COUNT,
                "refundedAt": DATE,
            }
        ),
    },
)

PURCHASES_INDEXES = (
    IndexModel([("orderItemId", ASCENDING)], unique=True),
    IndexModel([("orderId", ASCENDING), ("_id", ASCENDING)]),
    IndexModel([("userId", ASCENDING), ("createdAt", DESCENDING), ("_id", DESCENDING)]),
    IndexModel([("itemId", ASCENDING), ("createdAt", DESCENDING), ("_id", DESCENDING)]),
    IndexModel([("kind", ASCENDING), ("createdAt", DESCENDING), ("_id", DESCENDING)]),
    IndexModel([("createdAt", DESCENDING), ("_id", DESCENDING)]),
    IndexModel([("isFirstPurchase", ASCENDING), ("createdAt", DESCENDING), ("_id", DESCENDING)]),
)

PURCHASE_EVENTS = validator(
    {
        "kind": one_of("made", "refunded"),
        "purchaseId": ID,
        "orderId": ID,
        "sequence": POSITIVE,
        "orderItemId": ID,
        "userId": ID,
        "itemKind": one_of("COURSE", "PRODUCT", "TYPING_TEST"),
        "itemId": ID,
        "productName": STRING,
        "amount": MONEY,
        "currency": CURRENCY,
        "creditsUsed": COUNT,
        "creditAmount": MONEY,
        "cashAmount": MONEY,
        "discount": MONEY,
        "isFirstPurchase": FLAG,
        "occurredAt": DATE,
    },
    optional={
        "refundId": ID,
        "paymentMethod": STRING,
    },
)

PURCHASE_EVENTS_INDEXES = (
    IndexModel([("orderId", ASCENDING), ("sequence", ASCENDING)], unique=True),
    IndexModel([("orderItemId", ASCENDING), ("kind", ASCENDING)], unique=True),
    IndexModel([("occurredAt", ASCENDING), ("_id", ASCENDING)]),
    IndexModel([("itemId", ASCENDING), ("occurredAt", ASCENDING)]),
    IndexModel([("purchaseId", ASCENDING), ("_id", ASCENDING)]),
)


async def apply(db: Database) -> None:
    await ensure_collection(db, "purchases", validator=PURCHASES, indexes=PURCHASES_INDEXES)
    await ensure_collection(db, "purchase_events", validator=PURCHASE_EVENTS, indexes=PURCHASE_EVENTS_INDEXES)
