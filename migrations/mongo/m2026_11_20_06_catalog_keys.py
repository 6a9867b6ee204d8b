"""How often each product and typing test was bought, and what the orders of the catalog read."""

from typing import Any

from pymongo import ASCENDING, IndexModel

from migrations.mongo.collections import Database, ensure_collection
from migrations.mongo.shapes import COUNT, CURRENCY, DATE, FLAG, ID, MONEY, POSITIVE, STRING, one_of, validator

PRODUCTS = validator(
    {
        "createdAt": DATE,
        "updatedAt": DATE,
        "title": STRING,
        "description": STRING,
        "author": STRING,
        "price": MONEY,
        "currency": CURRENCY,
        "category": one_of("ebook", "course", "template", "software", "other"),
        "isPublished": FLAG,
        "purchaseCount": COUNT,
    },
    optional={
        "imageUrl": STRING,
    },
)

TYPING_TESTS = validator(
    {
        "createdAt": DATE,
        "updatedAt": DATE,
        "title": STRING,
        "description": STRING,
        "level": one_of("beginner", "intermediate", "advanced"),
        "price": MONEY,
        "currency": CURRENCY,
        "passageId": ID,
        "durationSeconds": POSITIVE,
        "isPublished": FLAG,
        "purchaseCount": COUNT,
    }
)

INDEXES = (
    IndexModel([("purchaseCount", ASCENDING), ("_id", ASCENDING)]),
    IndexModel([("isPublished", ASCENDING), ("createdAt", ASCENDING), ("_id", ASCENDING)]),
    IndexModel([("isPublished", ASCENDING), ("price", ASCENDING), ("_id", ASCENDING)]),
    IndexModel([("isPublished", ASCENDING), ("title", ASCENDING), ("_id", ASCENDING)]),
    IndexModel([("isPublished", ASCENDING), ("purchaseCount", ASCENDING), ("_id", ASCENDING)]),
)


async def apply(db: Database) -> None:
    await ensure_collection(db, "products", validator=PRODUCTS, indexes=INDEXES)
    await ensure_collection(db, "typing_tests", validator=TYPING_TESTS, indexes=INDEXES)
    await count(db, "products", "PRODUCT")
    await count(db, "typing_tests", "TYPING_TEST")


async def count(db: Database, name: str, kind: str) -> None:
    """What lacks a count gets the number of purchases that there are of it; whatever else is wrong with it is left."""
    await db[name].update_many(
        {"purchaseCount": {"$exists": False}}, {"$set": {"purchaseCount": 0}}, bypass_document_validation=True
    )
    counted = {"whenMatched": [{"$set": {"purchaseCount": "$$new.purchases"}}], "whenNotMatched": "discard"}
    pipeline: list[dict[str, Any]] = [
        {"$match": {"kind": kind}},
        {"$group": {"_id": "$itemId", "purchases": {"$sum": 1}}},
        {"$merge": {"into": name, "on": "_id", **counted}},
    ]
    merged = await db["purchases"].aggregate(pipeline, bypassDocumentValidation=True)
    await merged.close()
