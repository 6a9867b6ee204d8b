"""Random keys, by which passages are drawn."""

from pymongo import ASCENDING, IndexModel

from migrations.mongo.collections import Database, ensure_collection
from migrations.mongo.shapes import DATE, FLAG, NUMBER, STRING, one_of, validator

PASSAGES = validator(
    {
        "createdAt": DATE,
        "updatedAt": DATE,
        "text": {**STRING, "minLength": 1},
        "level": one_of("beginner", "intermediate", "advanced"),
        "language": STRING,
        "isPublished": FLAG,
        "randomKey": {**NUMBER, "minimum": 0, "maximum": 1},
    },
    optional={
        "title": STRING,
    },
)

INDEXES = (
    IndexModel([("randomKey", ASCENDING)]),
    IndexModel([("level", ASCENDING), ("randomKey", ASCENDING)]),
    IndexModel([("isPublished", ASCENDING), ("randomKey", ASCENDING)]),
    IndexModel([("isPublished", ASCENDING), ("level", ASCENDING), ("randomKey", ASCENDING)]),
)


async def apply(db: Database) -> None:
    await ensure_collection(db, "passages", validator=PASSAGES, indexes=INDEXES)
    await db["passages"].update_many(
        {"randomKey": {"$exists": False}}, [{"$set": {"randomKey": {"$rand": {}}}}], bypass_document_validation=True
    )
