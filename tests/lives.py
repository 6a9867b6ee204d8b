"""What people of a test's world have and do beside shopping, made in a line each."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

from models import billing, catalog, charts, consistency, identity, learning
from models.values import new_id, now
from tests.world import Person, World


async def enrollment(world: World, person: Person, course: catalog.Course, **changes: Any) -> learning.CourseEnrollment:
    _, at = world.next()
    facts: dict[str, Any] = {"user_id": person.id, "course_id": course.id, "progress": 40, "created_at": at}
    row = learning.CourseEnrollment(id=new_id(), **facts | changes)
    await world.save(row)
    return row


def result(world: World, person: Person, test: catalog.TypingTest, **changes: Any) -> learning.TestResult:
    """A run that is not stored yet, so that many can be stored at once."""
    _, at = world.next()
    facts: dict[str, Any] = {
        "user_id": person.id,
        "test_id": test.id,
        "passage_id": test.passage_id,
        "wpm": 57.0,
        "raw_wpm": 60.0,
        "accuracy": 95.0,
        "consistency": 80.5,
        "errors_by_key": {"e": 1, "t": 3},
        "duration_seconds": 30.0,
        "created_at": at,
        "updated_at": at,
    }
    return learning.TestResult(**facts | changes)


async def keystrokes(of: learning.TestResult) -> learning.KeystrokeLog:
    pressed = [
        learning.Keystroke(key="t", offset_ms=0, is_correct=True),
        learning.Keystroke(key="r", offset_ms=120, is_correct=False),
    ]
    return await learning.KeystrokeLog(
        result_id=of.id, user_id=of.user_id, keystrokes=pressed, created_at=of.created_at
    ).insert()


def activity(world: World, person: Person, **changes: Any) -> learning.Activity:
    """Something done that is not stored yet, so that much can be stored at once."""
    _, at = world.next()
    facts: dict[str, Any] = {
        "user_id": person.id,
        "at": at,
        "type": learning.ActivityType.TEST_COMPLETION,
        "metrics": {"wpm": 57.0, "accuracy": 95.0},
    }
    return learning.Activity(**facts | changes)


def session(world: World, person: Person, **changes: Any) -> identity.Session:
    number, at = world.next()
    facts: dict[str, Any] = {
        "user_id": person.id,
        "token_hash": digest("session", number),
        "device_name": f"Phone {number}",
        "created_at": at,
        "last_seen_at": at,
        "expires_at": at + timedelta(days=60),
    }
    return identity.Session(id=new_id(), **facts | changes)


def account(world: World, person: Person, **changes: Any) -> identity.Account:
    number, at = world.next()
    facts: dict[str, Any] = {
        "user_id": person.id,
        "type": "oidc",
        "provider": "google",
        "provider_account_id": f"google-{number}",
        "scope": "openid",
        "created_at": at,
    }
    return identity.Account(id=new_id(), **facts | changes)


def api_key(world: World, person: Person, **changes: Any) -> identity.ApiKey:
    number, at = world.next()
    facts: dict[str, Any] = {
        "user_id": person.id,
        "name": f"Key {number}",
        "token_hash": digest("key", number),
        "created_at": at,
    }
    return identity.ApiKey(id=new_id(), **facts | changes)


def subscription(world: World, person: Person, **changes: Any) -> billing.Subscription:
    _, at = world.next()
    facts: dict[str, Any] = {
        "user_id": person.id,
        "stripe_customer_id": f"cus_{person.username}",
        "status": billing.SubscriptionStatus.ACTIVE,
        "current_period_end": at + timedelta(days=30),
        "created_at": at,
    }
    return billing.Subscription(id=new_id(), **facts | changes)


def natal_data(world: World, person: Person, **changes: Any) -> charts.NatalData:
    _, at = world.next()
    facts: dict[str, Any] = {
        "user_id": person.id,
        "birth_date": at.replace(year=1990),
        "location": "Pune",
        "latitude": 18.52,
        "longitude": 73.86,
        "timezone": "Asia/Kolkata",
        "created_at": at,
    }
    return charts.NatalData(id=new_id(), **facts | changes)


def chart(world: World, person: Person | None, **changes: Any) -> charts.ChartCache:
    _, at = world.next()
    facts: dict[str, Any] = {
        "user_id": person.id if person else None,
        "chart_type": charts.ChartType.TROPICAL,
        "chart_data": {"positions": []},
        "interpretation": "A calm sky.",
        "created_at": at,
        "expires_at": at + timedelta(days=60),
    }
    return charts.ChartCache(id=new_id(), **facts | changes)


def digest(kind: str, number: int) -> bytes:
    return sha256(f"{kind} {number}".encode()).digest()


def consistency_report() -> consistency.ConsistencyReport:
    """What a background check came to that found something and could not look at something else."""
    at = now()
    return consistency.ConsistencyReport(
        started_at=at,
        finished_at=at,
        checked=3,
        violations=[{"invariant": "a-rule", "says": "A rule.", "count": 1, "isMore": False, "ids": [str(new_id())]}],
        skipped=[{"invariant": "another-rule", "reason": "The provider is away."}],
    )
