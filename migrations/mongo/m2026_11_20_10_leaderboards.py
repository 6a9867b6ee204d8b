"""What leaderboards are read from, in their order: the best first, of equal ones the earlier."""

from pymongo import ASCENDING, DESCENDING, IndexModel

from migrations.mongo.collections import Database

FASTEST = IndexModel(
    [
        ("testId", ASCENDING),
        ("wpm", DESCENDING),
        ("createdAt", ASCENDING),
        ("_id", ASCENDING),
        ("userId", ASCENDING),
    ]
)
BEST_OF_EACH = IndexModel(
    [
        ("testId", ASCENDING),
        ("userId", ASCENDING),
        ("wpm", DESCENDING),
        ("createdAt", ASCENDING),
        ("_id", ASCENDING),
    ]
)
BUSIEST = IndexModel([("totalReferredUsers", DESCENDING), ("createdAt", ASCENDING), ("_id", ASCENDING)])
# They had the latest first of what ties, and nothing else reads them.
REPLACED = {"test_results": "testId_1_wpm_-1__id_-1", "members": "totalReferredUsers_-1__id_-1"}


async def apply(db: Database) -> None:
    await db["test_results"].create_indexes([FASTEST, BEST_OF_EACH])
    await db["members"].create_indexes([BUSIEST])
    for collection, name in REPLACED.items():
        if name in await db[collection].index_information():
            await db[collection].drop_index(name)
