"""One event for each refund of an item, of which there may be several, and still one for its purchase."""

from pymongo import ASCENDING, IndexModel

from migrations.mongo.collections import Database

MARKER = IndexModel([("orderItemId", ASCENDING), ("kind", ASCENDING), ("refundId", ASCENDING)], unique=True)
# It allowed an item one refund, and the new one finds all that it found.
REPLACED = "orderItemId_1_kind_1"


async def apply(db: Database) -> None:
    await db["purchase_events"].create_indexes([MARKER])
    if REPLACED in await db["purchase_events"].index_information():
        await db["purchase_events"].drop_index(REPLACED)
