"""Keys that make asking twice harmless: what a person's key stands for, and that it never stands for two things.

A key is taken in the transaction of the effect, so that both are there or neither.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol
from uuid import UUID

import asyncpg
from pydantic import JsonValue
from sqlalchemy import String, Uuid, bindparam, exc, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.payments import IdempotencyKey
from resolvers.context import Handles
from resolvers.refusals import InvalidInput, ProblemCode, Refusal
from resolvers.stores import fetch
from resolvers.tables import compiled
from resolvers.transactions import reason, run, table_of

LONGEST_KEY = 255
KEY = re.compile(rf"[!-~]{{1,{LONGEST_KEY}}}")
WAIT = "2s"
"""How long a request waits for another one with its key; less than a statement may take."""

FINDING = select(
    col(IdempotencyKey.mutation),
    col(IdempotencyKey.fingerprint),
    col(IdempotencyKey.subject_id),
    col(IdempotencyKey.outcome),
).where(
    col(IdempotencyKey.user_id) == bindparam("user_id", type_=Uuid()),
    col(IdempotencyKey.key) == bindparam("key", type_=String()),
)
FIND = compiled(FINDING)
KEYS = table_of(IdempotencyKey)
TAKING = insert(KEYS).on_conflict_do_nothing().returning(KEYS.c.key)
OPEN = update(KEYS).where(
    KEYS.c.user_id == bindparam("of_user"), KEYS.c.key == bindparam("of_key"), KEYS.c.finished_at.is_(None)
)
"""An update of a key that is not final."""

NOTING = OPEN.values(subject_id=bindparam("subject"))
FINISHING = OPEN.values(
    outcome=bindparam("outcome_of_key"),
    finished_at=func.now(),
    subject_id=func.coalesce(bindparam("subject", type_=Uuid()), KEYS.c.subject_id),
).returning(KEYS.c.key)


@dataclass(eq=False)
class IdempotencyKeyReused(Refusal):
    """The key stands for another mutation or for other input; nothing was changed."""

    mutation: str
    code: ClassVar[ProblemCode] = ProblemCode.IDEMPOTENCY_KEY_REUSED
    about: ClassVar[tuple[str, ...] | None] = ("idempotency_key",)

    @property
    def message(self) -> str:
        return f"This key was used for {self.mutation} with other input: make a new key for a new request."


@dataclass(eq=False)
class RequestInProgress(Refusal):
    """Another request with this key is not done yet."""

    code: ClassVar[ProblemCode] = ProblemCode.IN_PROGRESS
    is_retryable: ClassVar[bool] = True
    about: ClassVar[tuple[str, ...] | None] = ("idempotency_key",)
    said: ClassVar[str] = "The same request is being worked on: ask again shortly, with the same key."


class Keyed(Protocol):
    """Whatever says whose key it is about."""

    @property
    def user_id(self) -> UUID: ...

    @property
    def key(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Key:
    """One key of one person."""

    user_id: UUID
    key: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of one person under a key of theirs.  `mutation` is its name in the graph."""

    user_id: UUID
    key: str
    mutation: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of a key, whoever asks."""

    mutation: str
    fingerprint: bytes
    subject_id: UUID | None
    outcome: Mapping[str, JsonValue] | None


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a key stands for already; `outcome` is None while it is not final."""

    subject_id: UUID | None
    outcome: Mapping[str, JsonValue] | None


def asked(user_id: UUID, key: str, mutation: str, given: Mapping[str, JsonValue]) -> Asked:
    """The request with this key.  What is None in `given` counts as left out.  Raises InvalidInput for a bad key."""
    check(key)
    stated = {name: value for name, value in given.items() if value is not None}
    written = json.dumps(stated, sort_keys=True, separators=(",", ":"))
    return Asked(user_id, key, mutation, hashlib.sha256(written.encode()).digest())


def check(key: str) -> None:
    """Raises InvalidInput for what can be no key."""
    if not KEY.fullmatch(key):
        raise InvalidInput(
            ("idempotency_key",),
            f"A key is 1 to {LONGEST_KEY} letters, digits and signs of ASCII without blanks: make a UUID.",
        )


async def found(handles: Handles, key: Keyed) -> Found | None:
    """What the key of a person stands for, read without waiting."""
    given = {"user_id": key.user_id, "key": key.key}
    rows = await fetch(handles, "idempotency_keys", FIND.sql, *FIND.arguments(given))
    if not rows:
        return None
    (row,) = rows
    # asyncpg gives JSON as text.
    outcome = None if row["outcome"] is None else json.loads(row["outcome"])
    return Found(row["mutation"], row["fingerprint"], row["subject_id"], outcome)


async def earlier(handles: Handles, asked: Asked) -> Earlier | None:
    """The same for a request, which must be the one that took the key.  Raises IdempotencyKeyReused."""
    known = await found(handles, asked)
    return None if known is None else told(asked, known)


async def take(session: AsyncSession, asked: Asked) -> Earlier | None:
    """Takes the key for this transaction: None when it is taken, else what it stood for before.

    Waits for a transaction that is taking it too.  Raises RequestInProgress when that lasts, and IdempotencyKeyReused.
    No later statement of the transaction waits longer for a lock either.
    """
    connection = await session.connection()
    await connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{WAIT}'")
    given = {
        "user_id": asked.user_id,
        "key": asked.key,
        "mutation": asked.mutation,
        "fingerprint": asked.fingerprint,
    }
    try:
        taken = await run(session, TAKING, given)
    except exc.DBAPIError as error:
        if isinstance(reason(error), asyncpg.LockNotAvailableError):
            raise RequestInProgress from error
        raise
    if taken.first() is not None:
        return None
    return told(asked, await again(session, asked))


async def is_final(session: AsyncSession, taken: Keyed) -> bool:
    """Whether the outcome of a key that was taken before is there by now."""
    return (await again(session, taken)).outcome is not None


async def again(session: AsyncSession, taken: Keyed) -> Found:
    rows = await session.exec(FINDING, params={"user_id": taken.user_id, "key": taken.key})
    return Found(*rows.one())


def told(asked: Asked, known: Found) -> Earlier:
    if (known.mutation, known.fingerprint) != (asked.mutation, asked.fingerprint):
        raise IdempotencyKeyReused(known.mutation)
    return Earlier(known.subject_id, known.outcome)


async def note_subject(session: AsyncSession, taken: Keyed, subject_id: UUID) -> None:
    """Notes what the request with a taken key is about, while its outcome is not final."""
    await run(session, NOTING, {"of_user": taken.user_id, "of_key": taken.key, "subject": subject_id})


async def finish(
    session: AsyncSession, taken: Keyed, outcome: Mapping[str, JsonValue], *, subject_id: UUID | None = None
) -> None:
    """Notes the final outcome of a key that was taken, once; and what it is about, unless that was noted before."""
    given = {"of_user": taken.user_id, "of_key": taken.key, "outcome_of_key": dict(outcome), "subject": subject_id}
    if (await run(session, FINISHING, given)).first() is None:
        raise AssertionError("Bug: a key was finished twice or never taken.")
