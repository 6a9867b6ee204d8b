"""Products, typing tests and passages."""

from pymongo import ASCENDING, TEXT, IndexModel

from migrations.mongo.collections import Database, ensure_collection
from migrations.mongo.shapes import CURRENCY, DATE, FLAG, ID, MONEY, POSITIVE, STRING, one_of, validator

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
    },
    optional={
        "imageUrl": STRING,
    },
)

PRODUCTS_INDEXES = (
    IndexModel([("category", ASCENDING), ("createdAt", ASCENDING), ("_id", ASCENDING)]),
    IndexModel([("price", ASCENDING), ("_id", ASCENDING)]),
    IndexModel([("title", TEXT)]),
    IndexModel([("title", ASCENDING), ("_id", ASCENDING)]),
    IndexModel([("createdAt", ASCENDING), ("_id", ASCENDING)]),
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
    }
)

TYPING_TESTS_INDEXES = (
    IndexModel([("level", ASCENDING), ("createdAt", ASCENDING), ("_id", ASCENDING)]),
    IndexModel([("price", ASCENDING), ("_id", ASCENDING)]),
    IndexModel([("title", TEXT)]),
    IndexModel([("title", ASCENDING), ("_id", ASCENDING)]),
    IndexModel([("createdAt", ASCENDING), ("_id", ASCENDING)]),
    IndexModel([("passageId", ASCENDING)]),
)

PASSAGES = validator(
    {
        "createdAt": DATE,
        "updatedAt": DATE,
        "text": {**STRING, "minLength": 1},
        "level": one_of("beginner", "intermediate", "advanced"),
        "language": STRING,
        "isPublished": FLAG,
    },
    optional={
        "title": STRING,
    },
)

PASSAGES_INDEXES = (
    IndexModel([("level", ASCENDING), ("createdAt", ASCENDING), ("_id", ASCENDING)]),
    IndexModel([("createdAt", ASCENDING), ("_id", ASCENDING)]),
)


async def apply(db: Database) -> None:
    await ensure_collection(db, "products", validator=PRODUCTS, indexes=PRODUCTS_INDEXES)
    await ensure_collection(db, "typing_tests", validator=TYPING_TESTS, indexes=TYPING_TESTS_INDEXES)
    await ensure_collection(db, "passages", validator=PASSAGES, indexes=PASSAGES_INDEXES)
