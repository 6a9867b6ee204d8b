"""Test results, their keystrokes, and the time series of activity."""

from pymongo import ASCENDING, DESCENDING, IndexModel

from migrations.mongo.collections import Database, ensure_collection, ensure_time_series
from migrations.mongo.shapes import (
    COUNT,
    DATE,
    FLAG,
    ID,
    INTEGER,
    MEASURE,
    PERCENT,
    STRING,
    fields,
    many,
    map_of,
    validator,
)

TEST_RESULTS = validator(
    {
        "createdAt": DATE,
        "updatedAt": DATE,
        "userId": ID,
        "testId": ID,
        "passageId": ID,
        "wpm": MEASURE,
        "rawWpm": MEASURE,
        "accuracy": PERCENT,
        "consistency": PERCENT,
        "errorsByKey": map_of(INTEGER),
        "durationSeconds": MEASURE,
    }
)

TEST_RESULTS_INDEXES = (
    IndexModel([("userId", ASCENDING), ("createdAt", DESCENDING), ("_id", DESCENDING)]),
    IndexModel([("testId", ASCENDING), ("wpm", DESCENDING), ("_id", DESCENDING)]),
    IndexModel([("testId", ASCENDING), ("createdAt", DESCENDING), ("_id", DESCENDING)]),
    IndexModel([("createdAt", DESCENDING), ("_id", DESCENDING)]),
)

KEYSTROKE_LOGS = validator(
    {
        "resultId": ID,
        "userId": ID,
        "keystrokes": many(
            fields(
                {
                    "key": STRING,
                    "offsetMs": COUNT,
                    "isCorrect": FLAG,
                }
            )
        ),
        "createdAt": DATE,
    }
)

KEYSTROKE_LOGS_INDEXES = (
    IndexModel([("resultId", ASCENDING)], unique=True),
    IndexModel([("userId", ASCENDING), ("createdAt", DESCENDING), ("_id", DESCENDING)]),
)

USER_ACTIVITY_OPTIONS = {"timeField": "at", "metaField": "userId", "granularity": "minutes"}

USER_ACTIVITY_INDEXES = (IndexModel([("userId", ASCENDING), ("at", ASCENDING)]),)


async def apply(db: Database) -> None:
    await ensure_collection(db, "test_results", validator=TEST_RESULTS, indexes=TEST_RESULTS_INDEXES)
    await ensure_collection(db, "keystroke_logs", validator=KEYSTROKE_LOGS, indexes=KEYSTROKE_LOGS_INDEXES)
    await ensure_time_series(db, "user_activity", options=USER_ACTIVITY_OPTIONS, indexes=USER_ACTIVITY_INDEXES)
