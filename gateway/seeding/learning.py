"""What people do with what they have: enrolments, results of typing tests with their keystrokes, activity."""

from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

from gateway.seeding.people import Person
from gateway.seeding.shelf import Item
from gateway.seeding.sizes import WORLD_ENDS
from gateway.seeding.world import World
from models.learning import Activity, ActivityType, CourseEnrollment, Keystroke, KeystrokeLog, TestResult
from models.raw_documents import RawDocument, raw

_NEIGHBOURS = {"a": "s", "e": "r", "i": "o", "n": "m", "o": "p", "r": "t", "s": "d", "t": "y"}


def enrol(
    world: World,
    person: Person,
    course: Item,
    at: datetime,
    *,
    order_id: UUID | None = None,
    ended_at: datetime | None = None,
) -> None:
    """Put a person into a course, some way along.  Without an order it was free or granted."""
    progress = min(100, world.draw.random.randrange(0, 130, 5)) if ended_at is None else world.draw.random.randrange(10)
    completed_at = None
    if progress == 100:
        completed_at = min(at + timedelta(days=1, hours=world.draw.random.randrange(200)), WORLD_ENDS)
    world.batch.row(
        CourseEnrollment,
        id=world.draw.id(at),
        user_id=person.id,
        course_id=course.id,
        order_id=order_id,
        progress=progress,
        created_at=at,
        updated_at=ended_at or completed_at or at,
        completed_at=completed_at,
        ended_at=ended_at,
    )
    if progress:
        record(world, person, ActivityType.COURSE_VIEW, at + timedelta(minutes=3))
        minutes = float(world.draw.random.randrange(4, 40))
        record(world, person, ActivityType.LESSON_COMPLETION, at + timedelta(hours=2), minutes=minutes)


def record(world: World, person: Person, type: ActivityType, at: datetime, **metrics: float) -> None:  # noqa: A002
    world.batch.document(Activity, id=world.draw.id(at), user_id=person.id, at=at, type=type.value, metrics=metrics)


def take_test(world: World, person: Person, test: Item, at: datetime, *, wpm: float, is_logged: bool) -> None:
    """One run of a typing test; where it is logged, with each of its keys."""
    if test.passage is None:
        raise ValueError(f"Bug: {test.title} has nothing to type.")
    random = world.draw.random
    text = test.passage.text
    wrong = {place: key for place, key in enumerate(text) if key in _NEIGHBOURS and random.random() < 0.04}
    accuracy = round(100 - 100 * len(wrong) / len(text), 2)
    seconds = round(len(text) / 5 / wpm * 60, 1)
    result_id = world.draw.id(at)
    world.batch.document(
        TestResult,
        id=result_id,
        user_id=person.id,
        test_id=test.id,
        passage_id=test.passage.id,
        wpm=round(wpm * accuracy / 100, 2),
        raw_wpm=round(wpm, 2),
        accuracy=accuracy,
        consistency=round(70 + 25 * random.random(), 2),
        errors_by_key=dict(sorted(Counter(wrong.values()).items())),
        duration_seconds=seconds,
        created_at=at,
        updated_at=at,
    )
    if is_logged:
        world.batch.document(
            KeystrokeLog,
            id=world.draw.id(at),
            result_id=result_id,
            user_id=person.id,
            keystrokes=_keystrokes(world, text, wrong, seconds),
            created_at=at,
        )
    record(world, person, ActivityType.TEST_COMPLETION, at, wpm=round(wpm, 2), accuracy=accuracy)


def _keystrokes(world: World, text: str, wrong: dict[int, str], seconds: float) -> list[RawDocument]:
    pause = seconds * 1000 / len(text)
    return [
        raw(
            Keystroke,
            {
                "key": _NEIGHBOURS[key] if place in wrong else key,
                "offset_ms": int(pause * (place + world.draw.random.random() / 2)),
                "is_correct": place not in wrong,
            },
        )
        for place, key in enumerate(text)
    ]
