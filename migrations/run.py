"""Brings both databases up to the models, under one lock, and says how far they are."""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from migrations.mongo import runner as mongo_runner
from migrations.mongo.collections import Database
from migrations.mongo.runner import Mongo
from migrations.postgres import runner as postgres

_LOCK = 7_201_120
"""The key of the advisory lock that whoever migrates holds, on either database."""

_NEWER = "Of a newer release."

_OURS = re.compile(r"\d{4}_\d{2}_\d{2}_\d{2}")


class ForeignSchema(Exception):
    """The database was migrated by somebody else.  The message is one sentence for the person who migrates."""


@dataclass(frozen=True)
class Step:
    database: Literal["PostgreSQL", "MongoDB"]
    name: str
    subject: str
    is_applied: bool


async def migrate(
    database_url: str,
    mongo: Mongo | str,
    mongo_db: str,
    *,
    say: Callable[[str], None],
    connect_args: Mapping[str, Any] | None = None,
) -> None:
    """Apply what is missing, PostgreSQL first.  Harmless when repeated, when two do it at once, and after a crash.

    A database that a newer release has migrated further is left as it is: old code runs on the new schema.
    """
    async with (
        postgres.connect(database_url, connect_args) as connection,
        _locked(connection, say),
        mongo_runner.connect(mongo) as client,
    ):
        db = client[mongo_db]
        done = await _migrate_postgres(connection, say) + await _migrate_mongo(db, say)
    if not done:
        say("Both databases are already current.")


async def status(
    database_url: str,
    mongo: Mongo | str,
    mongo_db: str,
    *,
    connect_args: Mapping[str, Any] | None = None,
) -> list[Step]:
    """Every migration, in the order in which they are applied; those that only the database knows come last."""
    async with postgres.connect(database_url, connect_args) as connection, mongo_runner.connect(mongo) as client:
        current = await connection.run_sync(postgres.current)
        applied = await mongo_runner.applied(client[mongo_db])
    return [*_postgres_steps(current), *_mongo_steps(applied)]


async def is_current(
    postgres_connection: "asyncpg.Connection[asyncpg.Record] | asyncpg.Pool[asyncpg.Record]", db: Database
) -> bool:
    """Whether nothing is missing, by one small read of each database."""
    try:
        revision = await postgres_connection.fetchval("SELECT version_num FROM alembic_version")
    except asyncpg.UndefinedTableError:
        return False
    last = mongo_runner.migrations()[-1].name
    found = await db[mongo_runner.APPLIED].find_one({"_id": last}, {"_id": True})
    return revision is not None and not _missing(revision) and found is not None


def _missing(current: str | None) -> list[str]:
    """The revisions after `current`.  None are, if a newer release was there.  Raises ForeignSchema for what is
    none of ours.
    """
    names = [script.revision for script in postgres.revisions()]
    if current is None:
        return names
    if current in names:
        return names[names.index(current) + 1 :]
    if not _OURS.fullmatch(current) or current < names[-1]:
        raise ForeignSchema(
            f"The PostgreSQL database holds the schema of another program, at revision {current[:40]!r};"
            " set DATABASE_URL to a database of the gateway's own."
        )
    return []


async def _migrate_postgres(connection: AsyncConnection, say: Callable[[str], None]) -> int:
    current = await connection.run_sync(postgres.current)
    await connection.commit()
    missing = _missing(current)
    subjects = {script.revision: script.doc for script in postgres.revisions()}
    if missing:
        await connection.run_sync(postgres.upgrade, applied=lambda name: say(f"PostgreSQL {name}: {subjects[name]}"))
    return len(missing)


async def _migrate_mongo(db: Database, say: Callable[[str], None]) -> int:
    applied = await mongo_runner.applied(db)
    missing = [migration for migration in mongo_runner.migrations() if migration.name not in applied]
    for migration in missing:
        await mongo_runner.apply(db, migration)
        say(f"MongoDB {migration.name}: {migration.subject}.")
    return len(missing)


def _postgres_steps(current: str | None) -> list[Step]:
    missing = _missing(current)
    known = [
        Step("PostgreSQL", script.revision, script.doc, script.revision not in missing)
        for script in postgres.revisions()
    ]
    newer = current is not None and current not in {step.name for step in known}
    return [*known, Step("PostgreSQL", current, _NEWER, is_applied=True)] if newer and current else known


def _mongo_steps(applied: set[str]) -> list[Step]:
    known = [
        Step("MongoDB", migration.name, migration.subject, migration.name in applied)
        for migration in mongo_runner.migrations()
    ]
    newer = sorted(applied - {step.name for step in known})
    return [*known, *(Step("MongoDB", name, _NEWER, is_applied=True) for name in newer)]


@asynccontextmanager
async def _locked(connection: AsyncConnection, say: Callable[[str], None]) -> AsyncIterator[None]:
    """PostgreSQL gives the lock back when the connection ends, however it ends: a crash leaves no lock."""
    if not await connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK}):
        say("Another migration is running; waiting for it.")
        await connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
    await connection.commit()
    yield
