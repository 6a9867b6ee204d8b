"""Seeding from end to end: who may, in which order the databases are emptied and filled, and what is told about it.

MongoDB is filled while one transaction of PostgreSQL is open, and that transaction commits last.  A seeding that dies
leaves no person behind, and in MongoDB its marker: the next one begins by emptying what it finds.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

import asyncpg
import pymongo

from gateway.seeding import emptying, loading
from gateway.seeding.cast import EMAILS, LOG_IN_AS
from gateway.seeding.crowd import CROWD_DOMAIN, crowd
from gateway.seeding.demo import demo
from gateway.seeding.draw import Draw
from gateway.seeding.emptying import PATIENCE, Connection, State
from gateway.seeding.opening import ANALYST_EMAIL
from gateway.seeding.passwords import Passwords, SeedingRefused
from gateway.seeding.sizes import EXTENTS, Size
from gateway.seeding.world import Terms, World
from gateway.settings import Settings
from migrations.run import is_current
from models import TABLES
from resolvers.context import Handles

_LOCK = 7_201_121
"""The key of the advisory lock that whoever seeds holds."""

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Summary:
    """How many rows and documents were written, by table and collection, and what a person needs to know now.  Nothing
    was written when the databases were `already_filled`.
    """

    already_filled: bool
    counts: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


async def seed(
    handles: Handles, settings: Settings, *, size: Size, seed: int, reset: bool, progress: Progress
) -> Summary:
    """Fill migrated, empty databases.  Filled ones are left as they are unless `reset`.

    The same size, seed and settings give the same rows and documents.  Raises SeedingRefused.
    """
    _may_begin(settings, reset=reset)
    passwords = Passwords(settings, seed)
    async with handles.postgres.acquire() as connection, _alone(connection):
        if not await is_current(cast("asyncpg.Connection[asyncpg.Record]", connection), handles.mongo):
            raise SeedingRefused("The databases are not migrated. Run `gateway migrate`, then seed again.")
        with pymongo.timeout(PATIENCE):
            found = await emptying.state(connection, handles.mongo)
            if not reset and found in (State.FILLED, State.FOREIGN):
                return await _left_alone(handles, found)
            await emptying.begin(handles.mongo)
            if found is not State.EMPTY:
                progress("Emptying", 0, 1)
                await emptying.empty(connection, handles.mongo)
                progress("Emptying", 1, 1)
            async with loading.one_transaction(connection):
                made = _made(settings, passwords, size, seed)
                with loading.without_collector():
                    counts = await loading.load(
                        connection, handles.mongo, made, lambda done, total: progress("Filling", done, total)
                    )
            await emptying.end(handles.mongo)
        await _analyze(connection, progress)
    return Summary(already_filled=False, counts=dict(counts), notes=_notes(size, passwords))


def _may_begin(settings: Settings, *, reset: bool) -> None:
    """Refuse what must be refused before anything is emptied."""
    if reset and settings.is_production:
        raise SeedingRefused("A production database is not emptied. Drop it yourself if that is what you want.")
    email = settings.admin_email.lower()
    if email in {ANALYST_EMAIL, *EMAILS} or email.endswith(f"@{CROWD_DOMAIN}"):
        raise SeedingRefused(f"ADMIN_EMAIL is {email}, which is a sample person's. Set it to another address.")


def _made(settings: Settings, passwords: Passwords, size: Size, seed: int) -> Iterator[loading.Made]:
    currency = settings.default_currency
    terms = Terms(currency, settings.credit_value[currency], settings.referral_credits)
    world = World(Draw(seed), terms)
    if size is Size.DEMO:
        return demo(world, settings, passwords)
    return crowd(world, settings, passwords, EXTENTS[size])


def _notes(size: Size, passwords: Passwords) -> tuple[str, ...]:
    people = LOG_IN_AS if size is Size.DEMO else "everybody else"
    return passwords.notes(ANALYST_EMAIL, people)


async def _left_alone(handles: Handles, found: State) -> Summary:
    if found is State.FOREIGN:
        note = (
            "MongoDB holds documents but PostgreSQL holds no people, so nothing was changed. "
            "Check that DATABASE_URL and MONGO_URI belong together, or empty both with --reset."
        )
        return Summary(already_filled=True, notes=(note,))
    await emptying.end(handles.mongo)
    return Summary(already_filled=True, notes=("The databases are filled already, so nothing was changed.",))


async def _analyze(connection: Connection, progress: Progress) -> None:
    """Tell the planner what it now deals with, before autovacuum comes round to it."""
    for done, table in enumerate(TABLES):
        progress("Analyzing", done, len(TABLES))
        await connection.execute(f"ANALYZE {table.__tablename__}", timeout=PATIENCE)
    progress("Analyzing", len(TABLES), len(TABLES))


@asynccontextmanager
async def _alone(connection: Connection) -> AsyncIterator[None]:
    if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
        raise SeedingRefused("Another seeding of this database is running. Wait until it has ended.")
    try:
        yield
    finally:
        if not connection.is_closed():
            await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK)
