"""Taking courses and tests.  Enrolments are rows, because they follow ownership; results and activity are documents."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field as DocumentField
from pymongo import ASCENDING, DESCENDING, IndexModel
from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import MOMENT, defaulted, key, of_the_order, stamp
from models.documents import Count, Fact, Part, Record, TimeSeries

Speed = Annotated[float, DocumentField(ge=0)]
"""Words per minute, a word being five characters."""

Percent = Annotated[float, DocumentField(ge=0, le=100)]


class ActivityType(StrEnum):
    LOG_IN = "log_in"
    COURSE_VIEW = "course_view"
    LESSON_COMPLETION = "lesson_completion"
    TEST_COMPLETION = "test_completion"
    PURCHASE = "purchase"


class CourseEnrollment(SQLModel, table=True):
    """A person in a course, active until `ended_at`.  Without an order it is a free one, which no refund
    ends.  `progress` is in percent.
    """

    __tablename__ = "course_enrollments"
    __table_args__ = (
        of_the_order(),
        UniqueConstraint("user_id", "course_id"),
        Index(None, "course_id", "created_at", "id"),
        Index(None, "user_id", "created_at", "id"),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
        CheckConstraint("completed_at IS NULL OR progress = 100", name="completed_at"),
    )

    id: UUID = key()
    user_id: UUID = Field(foreign_key="users.id", ondelete="RESTRICT")
    course_id: UUID = Field(foreign_key="courses.id", ondelete="RESTRICT")
    order_id: UUID | None = Field(default=None, index=True)
    progress: int = defaulted(0)
    created_at: datetime = stamp()
    updated_at: datetime = stamp()
    completed_at: datetime | None = Field(default=None, sa_type=MOMENT)
    ended_at: datetime | None = Field(default=None, sa_type=MOMENT)


class TestResult(Record):
    """One run of a typing test.  `errors_by_key` counts the misses of each key."""

    user_id: UUID
    test_id: UUID
    passage_id: UUID
    wpm: Speed
    raw_wpm: Speed
    accuracy: Percent
    consistency: Percent
    errors_by_key: dict[str, int] = DocumentField(default_factory=dict)
    duration_seconds: Annotated[float, DocumentField(ge=0)]

    class Settings:
        name = "test_results"
        indexes = (
            IndexModel([("userId", ASCENDING), ("createdAt", DESCENDING), ("_id", DESCENDING)]),
            IndexModel(
                [
                    ("testId", ASCENDING),
                    ("wpm", DESCENDING),
                    ("createdAt", ASCENDING),
                    ("_id", ASCENDING),
                    ("userId", ASCENDING),
                ]
            ),
            IndexModel(
                [
                    ("testId", ASCENDING),
                    ("userId", ASCENDING),
                    ("wpm", DESCENDING),
                    ("createdAt", ASCENDING),
                    ("_id", ASCENDING),
                ]
            ),
            IndexModel([("testId", ASCENDING), ("createdAt", DESCENDING), ("_id", DESCENDING)]),
            IndexModel([("createdAt", DESCENDING), ("_id", DESCENDING)]),
        )


class Keystroke(Part):
    """A key, when it was pressed after the start, and whether it was the right one."""

    key: str
    offset_ms: Count
    is_correct: bool


class KeystrokeLog(Fact):
    """Every key of one result.  Apart, because it is a hundred times the result's size and only its typist's."""

    result_id: UUID
    user_id: UUID
    keystrokes: list[Keystroke]
    created_at: datetime

    class Settings:
        name = "keystroke_logs"
        indexes = (
            IndexModel([("resultId", ASCENDING)], unique=True),
            IndexModel([("userId", ASCENDING), ("createdAt", DESCENDING), ("_id", DESCENDING)]),
        )


class Activity(Fact):
    """Something a person did.  A time series: measurements are neither updated nor deleted one by one, and MongoDB
    enforces no validator on it.
    """

    user_id: UUID
    at: datetime
    type: ActivityType
    metrics: dict[str, float] = DocumentField(default_factory=dict)

    class Settings:
        name = "user_activity"
        time_series = TimeSeries(time_field="at", meta_field="userId", granularity="minutes")
        indexes = (IndexModel([("userId", ASCENDING), ("at", ASCENDING)]),)
