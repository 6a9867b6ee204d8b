"""The words of products' and typing tests' titles, which searches find."""

from pymongo import ASCENDING, IndexModel, UpdateOne

from migrations.mongo.collections import Database, ensure_collection
from migrations.mongo.shapes import COUNT, CURRENCY, DATE, FLAG, ID, MONEY, POSITIVE, STRING, many, one_of, validator
from models.words import words

PRODUCTS = validator(
    {
        "createdAt": DATE,
        "updatedAt": DATE,
        "title": STRING,
        "titleWords": many(STRING),
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
        "titleWords": many(STRING),
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

INDEXES = (IndexModel([("titleWords", ASCENDING)]),)
AT_ONCE = 1000


async def apply(db: Database) -> None:
    await ensure_collection(db, "products", validator=PRODUCTS, indexes=INDEXES)
    await ensure_collection(db, "typing_tests", validator=TYPING_TESTS, indexes=INDEXES)
    await store_words(db, "products")
    await store_words(db, "typing_tests")


async def store_words(db: Database, name: str) -> None:
    """What lacks the words of its title gets them; whatever else is wrong with it is left."""
    lacking = {"titleWords": {"$exists": False}, "title": {"$type": "string"}}
    while found := await db[name].find(lacking, {"title": True}).limit(AT_ONCE).to_list():
        writes = [UpdateOne({"_id": each["_id"]}, {"$set": {"titleWords": words(each["title"])}}) for each in found]
        await db[name].bulk_write(writes, ordered=False, bypass_document_validation=True)
