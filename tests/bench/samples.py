"""What there is to ask for: ids, times, prices and signed-in people, drawn from the seeded databases."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from gateway.settings import Settings
from models.values import now
from resolvers import identity
from resolvers.context import Handles
from schema.ids import global_id

MOST = 500
LONGEST_RUN = timedelta(days=1)
ROWS_LEFT = 50
"""So many rows lie before every time that is drawn, so that pages are full; half of them where there are fewer."""

A_PART = """SELECT id, round(price / 2, 2)::text AS least FROM courses TABLESAMPLE SYSTEM ($1) REPEATABLE (1)
WHERE is_published"""


@dataclass(frozen=True)
class Samples:
    """Values of arguments, and the tokens of people and of the administrator."""

    courses: list[str]
    course_times: list[str]
    order_times: list[str]
    prices: list[str]
    people: list[str]
    admin: str


async def drawn(handles: Handles, settings: Settings) -> Samples:
    """Starts sessions for those who ask, and reads the rest."""
    fetch = handles.postgres.fetch
    known = await handles.postgres.fetchval("SELECT reltuples FROM pg_class WHERE relname = 'courses'")
    courses = await fetch(A_PART, min(100.0, 100.0 * MOST / max(known, 1)))
    people = await fetch(
        "SELECT id, email FROM users WHERE disabled_at IS NULL AND erased_at IS NULL AND role = 'USER'"
        " AND EXISTS (SELECT FROM orders WHERE user_id = users.id) ORDER BY id LIMIT $1",
        MOST,
    )
    admin = await fetch("SELECT id, email FROM users WHERE lower(email) = lower($1)", settings.admin_email)
    return Samples(
        courses=[global_id("Course", row["id"]) for row in courses],
        course_times=await times(handles, "courses WHERE is_published"),
        order_times=await times(handles, "orders"),
        prices=sorted({row["least"] for row in courses}, key=Decimal),
        people=await tokens(handles, [row["email"] for row in people]),
        admin=(await tokens(handles, [row["email"] for row in admin]))[0],
    )


async def times(handles: Handles, rows: str) -> list[str]:
    """Times spread evenly over those of the rows, except of the oldest."""
    oldest = await handles.postgres.fetch(f"SELECT created_at FROM {rows} ORDER BY created_at LIMIT $1", 2 * ROWS_LEFT)
    first = oldest[len(oldest) // 2]["created_at"]
    last = await handles.postgres.fetchval(f"SELECT max(created_at) FROM {rows}")
    return [moment(first + (last - first) * number / MOST) for number in range(1, MOST + 1)]


def moment(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def tokens(handles: Handles, emails: list[str]) -> list[str]:
    """A new session for each of these people, started as the service itself starts them."""
    made = [identity.SESSION_PREFIX + secrets.token_urlsafe(identity.TOKEN_BYTES) for _ in emails]
    await handles.postgres.executemany(
        "INSERT INTO sessions (user_id, token_hash, device_name, expires_at)"
        " SELECT id, $2, 'benchmark', $3 FROM users WHERE email = $1",
        [(email, identity.hash_of(token), now() + LONGEST_RUN) for email, token in zip(emails, made, strict=True)],
    )
    return made
