"""Members and the referrals between them."""

from pymongo import ASCENDING, DESCENDING, IndexModel

from migrations.mongo.collections import Database, ensure_collection
from migrations.mongo.shapes import COUNT, DATE, FLAG, ID, STRING, many, one_of, validator

MEMBERS = validator(
    {
        "createdAt": DATE,
        "updatedAt": DATE,
        "referralCode": {**STRING, "pattern": "^[A-Z0-9]{8}$"},
        "name": STRING,
        "credits": COUNT,
        "totalCreditsEarned": COUNT,
        "totalReferredUsers": COUNT,
        "purchasedCourses": many(ID),
        "purchasedTests": many(ID),
        "purchasedProducts": many(ID),
        "ledgerVersion": COUNT,
    },
    optional={
        "clerkUserId": STRING,
        "referredBy": ID,
    },
)

MEMBERS_INDEXES = (
    IndexModel([("clerkUserId", ASCENDING)], unique=True, partialFilterExpression={"clerkUserId": {"$type": "string"}}),
    IndexModel([("referralCode", ASCENDING)], unique=True),
    IndexModel([("totalReferredUsers", DESCENDING), ("_id", DESCENDING)]),
    IndexModel([("createdAt", ASCENDING), ("_id", ASCENDING)]),
)

REFERRALS = validator(
    {
        "createdAt": DATE,
        "updatedAt": DATE,
        "referrerId": ID,
        "referredUserId": ID,
        "status": one_of("pending", "converted", "flagged", "voided"),
        "creditsAwarded": FLAG,
    },
    optional={
        "convertedAt": DATE,
    },
)

REFERRALS_INDEXES = (
    IndexModel([("referredUserId", ASCENDING)], unique=True),
    IndexModel([("referrerId", ASCENDING), ("referredUserId", ASCENDING)], unique=True),
    IndexModel([("referrerId", ASCENDING), ("createdAt", DESCENDING), ("_id", DESCENDING)]),
    IndexModel([("status", ASCENDING), ("createdAt", DESCENDING), ("_id", DESCENDING)]),
    IndexModel([("createdAt", DESCENDING), ("_id", DESCENDING)]),
)


async def apply(db: Database) -> None:
    await ensure_collection(db, "members", validator=MEMBERS, indexes=MEMBERS_INDEXES)
    await ensure_collection(db, "referrals", validator=REFERRALS, indexes=REFERRALS_INDEXES)
