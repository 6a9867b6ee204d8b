"""What lists of referrals are sorted by."""

from pymongo import ASCENDING, IndexModel

from migrations.mongo.collections import Database


async def apply(db: Database) -> None:
    await db["referrals"].create_indexes([IndexModel([("convertedAt", ASCENDING), ("_id", ASCENDING)])])
