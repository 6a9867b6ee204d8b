"""Sums of purchases."""

from pymongo import ASCENDING, IndexModel

from migrations.mongo.collections import Database, ensure_collection
from migrations.mongo.shapes import COUNT, CURRENCY, DATE, ID, MONEY, STRING, one_of, validator

PURCHASE_ROLLUPS = validator(
    {
        "createdAt": DATE,
        "updatedAt": DATE,
        "bucketAt": DATE,
        "kind": one_of("COURSE", "PRODUCT", "TYPING_TEST"),
        "itemId": ID,
        "currency": CURRENCY,
        "purchases": COUNT,
        "firstPurchases": COUNT,
        "refunds": COUNT,
        "amount": MONEY,
        "discount": MONEY,
        "creditAmount": MONEY,
        "cashAmount": MONEY,
        "refundedAmount": MONEY,
        "watermark": ID,
    },
    optional={
        "paymentMethod": STRING,
    },
)

PURCHASE_ROLLUPS_INDEXES = (
    IndexModel(
        [
            ("bucketAt", ASCENDING),
            ("kind", ASCENDING),
            ("itemId", ASCENDING),
            ("currency", ASCENDING),
            ("paymentMethod", ASCENDING),
        ],
        unique=True,
    ),
    IndexModel([("itemId", ASCENDING), ("bucketAt", ASCENDING)]),
)


async def apply(db: Database) -> None:
    await ensure_collection(db, "purchase_rollups", validator=PURCHASE_ROLLUPS, indexes=PURCHASE_ROLLUPS_INDEXES)
