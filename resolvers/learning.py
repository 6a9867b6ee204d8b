"""What people do with courses and tests: enrolments in PostgreSQL, results, keystrokes and activity in MongoDB."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, Uuid, any_, bindparam, func, select
from sqlmodel import col

from models import learning as learning_models
from resolvers.context import Handles
from resolvers.loading import One, Pages, source_of
from resolvers.sources import Columns
from resolvers.stores import Row, aggregate, fetch
from resolvers.tables import compiled

EnrollmentsByUser = Pages(learning_models.CourseEnrollment, "user_id")
EnrollmentsByCourse = Pages(learning_models.CourseEnrollment, "course_id")
TestResultsByUser = Pages(learning_models.TestResult, "user_id")
TestResultsByTest = Pages(learning_models.TestResult, "test_id")
KeystrokesByResult = One(learning_models.KeystrokeLog, "result_id")
ActivityByUser = Pages(learning_models.Activity, "user_id", order=("-at", "-id"))

_enrollment = learning_models.CourseEnrollment
COURSE_TOTALS = compiled(
    select(
        col(_enrollment.user_id),
        func.count().label("enrolled"),
        func.count(col(_enrollment.completed_at)).label("completed"),
        func.avg(col(_enrollment.progress)).label("progress"),
    )
    .where(
        col(_enrollment.user_id) == any_(bindparam("keys", type_=ARRAY(Uuid()))), col(_enrollment.ended_at).is_(None)
    )
    .group_by(col(_enrollment.user_id))
)


@dataclass(frozen=True)
class CourseTotals:
    """The courses of each person that they are enrolled in now: `enrolled`, `completed`, and the mean `progress`."""

    async def load(self, handles: Handles, keys: Sequence[Any], _: Columns) -> Mapping[Any, Row]:
        rows = await fetch(handles, "course_enrollments", COURSE_TOTALS.sql, keys)
        return {row["user_id"]: row for row in rows}


@dataclass(frozen=True)
class TestTotals:
    """The runs of typing tests of each person: `taken`, the `best` speed, and the mean `wpm` and `accuracy`."""

    async def load(self, handles: Handles, keys: Sequence[Any], _: Columns) -> Mapping[Any, Row]:
        source = source_of(learning_models.TestResult)
        user_id, wpm, accuracy = (source.stored(name) for name in ("user_id", "wpm", "accuracy"))
        totals = {
            "_id": f"${user_id}",
            "taken": {"$sum": 1},
            "best": {"$max": f"${wpm}"},
            "wpm": {"$avg": f"${wpm}"},
            "accuracy": {"$avg": f"${accuracy}"},
        }
        pipeline: list[dict[str, Any]] = [{"$match": {user_id: {"$in": list(keys)}}}, {"$group": totals}]
        return {row["_id"]: row for row in await aggregate(handles, source.name, pipeline)}


CourseTotalsByUser = CourseTotals()
TestTotalsByUser = TestTotals()
