"""What people do with courses and typing tests: enrolments, results with their keystrokes, activity."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import strawberry

from models import learning as learning_models
from models.learning import ActivityType
from resolvers import catalog, identity, learning, orders
from resolvers.stores import Row
from schema.entities import entity
from schema.fields import column, computed, one
from schema.nodes import Node
from schema.stretches import Bounds, length_of, part_of
from schema.values import described
from schema.visibility import ADMIN, ANALYST, OWNER

if TYPE_CHECKING:
    from schema.catalog import Course, Passage, TypingTest
    from schema.identity import User
    from schema.orders import Order

# A passage has some hundreds of characters, so a page of logs is a large answer.
KEYS = Bounds(usual=400, most=10_000)

described(
    ActivityType,
    "What sort of thing a person did.",
    log_in="Signed in.",
    course_view="Looked at a course.",
    lesson_completion="Came to the end of a lesson.",
    test_completion="Came to the end of a typing test.",
    purchase="Bought something.",
)


@strawberry.type(description="How often one key was missed.")
class KeyErrors:
    key: str = strawberry.field(description="The key that should have been pressed.")
    errors: int = strawberry.field(description="How often another one was.")


@strawberry.type(description="One key that was pressed.")
class Keystroke:
    key: str = strawberry.field(description="The key.")
    offset_ms: int = strawberry.field(description="When it was pressed, in milliseconds after the start.")
    is_correct: bool = strawberry.field(description="Whether it was the right one.")


@strawberry.type(description="Something that was measured.")
class Metric:
    name: str = strawberry.field(description="What was measured, such as wpm or minutes.")
    value: float = strawberry.field(description="What it came to.")


@strawberry.type(
    description="How far a person has come: counted when it is asked for, from enrolments and test results."
)
class LearningProgress:
    courses_enrolled: int = strawberry.field(description="How many courses the person is enrolled in now.")
    courses_completed: int = strawberry.field(description="How many of them they came to the end of.")
    average_progress: float | None = strawberry.field(
        description="How far they are in these courses on average, in percent; null without any."
    )
    tests_taken: int = strawberry.field(description="How many runs of typing tests the person made.")
    best_wpm: float | None = strawberry.field(description="The most words per minute of a run; null without any.")
    average_wpm: float | None = strawberry.field(description="The words per minute on average; null without any.")
    average_accuracy: float | None = strawberry.field(
        description="How many of the keys were right on average, in percent; null without any."
    )


def progress(courses: Row | None, tests: Row | None) -> LearningProgress:
    """Of what `CourseTotals` and `TestTotals` find for one person."""
    return LearningProgress(
        courses_enrolled=courses["enrolled"] if courses else 0,
        courses_completed=courses["completed"] if courses else 0,
        average_progress=float(courses["progress"]) if courses else None,
        tests_taken=tests["taken"] if tests else 0,
        best_wpm=tests["best"] if tests else None,
        average_wpm=tests["wpm"] if tests else None,
        average_accuracy=tests["accuracy"] if tests else None,
    )


def key_errors(errors: Mapping[str, int]) -> list[KeyErrors]:
    """The keys, most missed first."""
    ranked = sorted(errors.items(), key=lambda each: (-each[1], each[0]))
    return [KeyErrors(key=key, errors=count) for key, count in ranked]


def keystrokes(stored: Sequence[Mapping[str, Any]]) -> list[Keystroke]:
    return [Keystroke(key=each["key"], offset_ms=each["offsetMs"], is_correct=each["isCorrect"]) for each in stored]


def metrics(stored: Mapping[str, float]) -> list[Metric]:
    return [Metric(name=name, value=value) for name, value in sorted(stored.items())]


@entity(
    learning_models.CourseEnrollment,
    description="That a person takes a course.",
    visible=[OWNER, ANALYST, ADMIN],
    owner="user_id",
)
class Enrollment(Node):
    progress: int = column(description="How far the person has come, in percent.")
    created_at: datetime = column(description="When the person enrolled.", is_filterable=True, is_sortable=True)
    updated_at: datetime = column(description="When the person last came further, or the enrolment last changed.")
    completed_at: datetime | None = column(description="When the person came to the course's end.")
    ended_at: datetime | None = column(
        description="When the enrolment was ended, as by a refund; null for one that is active."
    )
    user: "User | None" = one(
        identity.UserById, by="user_id", description="Who takes the course.", visible=[OWNER, ADMIN]
    )
    course: "Course | None" = one(
        catalog.CourseById, by="course_id", description="The course; null when it is no longer published."
    )
    order: "Order | None" = one(
        orders.OrderById, by="order_id", description="The order that it came of; null for a free one."
    )


@entity(
    learning_models.TestResult,
    description="One run of a typing test.",
    visible=[OWNER, ANALYST, ADMIN],
    owner="user_id",
)
class TestResult(Node):
    wpm: float = column(description="Words per minute, a word being five characters, mistakes taken off.")
    raw_wpm: float = column(description="Words per minute before mistakes are taken off.")
    accuracy: float = column(description="How many of the keys were right, in percent.")
    consistency: float = column(description="How even the pace was, in percent.")
    # A keyboard has a hundred keys, so that this list and the measures of an activity are short.
    errors_by_key: list[KeyErrors] = computed(
        key_errors, needs=("errors_by_key",), description="Which keys were missed, most missed first."
    )
    duration_seconds: float = column(description="How long the run took, in seconds.")
    created_at: datetime = column(description="When the run ended.", is_filterable=True, is_sortable=True)
    user: "User | None" = one(identity.UserById, by="user_id", description="Who typed.", visible=[OWNER, ADMIN])
    test: "TypingTest | None" = one(
        catalog.TypingTestById, by="test_id", description="The test; null when it is no longer published."
    )
    passage: "Passage | None" = one(
        catalog.PassageById, by="passage_id", description="What was typed; null when it is no longer published."
    )
    keystroke_log: "KeystrokeLog | None" = one(
        learning.KeystrokesByResult,
        by="id",
        description="Every key of the run; null where they were not kept.",
        visible=[OWNER, ADMIN],
    )


@entity(
    learning_models.KeystrokeLog,
    description="The keys of one run of a typing test.",
    visible=[OWNER, ADMIN],
    owner="user_id",
)
class KeystrokeLog(Node):
    keystroke_count: int = length_of("keystrokes", description="How many keys were pressed.")
    keystrokes: list[Keystroke] | None = part_of(
        keystrokes,
        by="keystrokes",
        bounds=KEYS,
        description="The keys in the order in which they came.",
        visible=[OWNER],
    )


@entity(
    learning_models.Activity,
    description="Something that a person did.  It has no id: it is found as one of a person's only.",
    visible=[OWNER, ANALYST, ADMIN],
    owner="user_id",
)
class Activity:
    type: ActivityType = column(description="What sort of thing it was.")
    at: datetime = column(description="When it was done.", is_filterable=True, is_sortable=True)
    metrics: list[Metric] = computed(metrics, needs=("metrics",), description="What was measured of it, by name.")
    user: "User | None" = one(identity.UserById, by="user_id", description="Who did it.", visible=[OWNER, ADMIN])
