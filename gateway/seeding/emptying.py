"""Whether the databases are filled, and making them empty.

A seeding is over with the commit in PostgreSQL that comes last, so people in PostgreSQL mean that all is there.
Documents without people are either a seeding that died, which has left its marker in MongoDB, or somebody else's.
"""

from enum import Enum, auto
from typing import Any, TypeAlias

import asyncpg
from pymongo.asynchronous.database import AsyncDatabase

from gateway.seeding.passwords import SeedingRefused
from models import DOCUMENTS, TABLES
from models.identity import User
from models.validators import collection_name

Database: TypeAlias = AsyncDatabase[dict[str, Any]]
Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"

MARKER = "seeding"
"""The collection that is there while a seeding runs, and after one that died."""

PATIENCE = 1800.0
"""Seconds that one statement on very many rows may take, unlike those of a service."""

_LOCK_PATIENCE = "3s"


class State(Enum):
    """FOREIGN are documents without people that no seeding of ours has begun."""

    EMPTY = auto()
    FILLED = auto()
    HALF = auto()
    FOREIGN = auto()


async def state(connection: Connection, mongo: Database) -> State:
    if await connection.fetchval(f"SELECT EXISTS (SELECT FROM {User.__tablename__})"):  # noqa: S608 - our own name
        return State.FILLED
    if await mongo[MARKER].find_one() is not None:
        return State.HALF
    for document in DOCUMENTS:
        if await mongo[collection_name(document)].find_one({}, {"_id": True}) is not None:
            return State.FOREIGN
    return State.EMPTY


async def begin(mongo: Database) -> None:
    """Say in MongoDB that what comes is unfinished.  To be said before anything is emptied or filled."""
    await mongo[MARKER].replace_one({"_id": MARKER}, {"_id": MARKER}, upsert=True)


async def end(mongo: Database) -> None:
    await mongo[MARKER].drop()


async def empty(connection: Connection, mongo: Database) -> None:
    """Empty PostgreSQL, and only then MongoDB: whatever stops it, people are never left without their documents.

    Collections keep their validators and indexes.
    """
    names = [table.__tablename__ for table in TABLES]
    try:
        async with connection.transaction():
            await connection.execute(f"SET LOCAL lock_timeout = '{_LOCK_PATIENCE}'")
            for name in names:
                await connection.execute(f"ALTER TABLE {name} DISABLE TRIGGER USER", timeout=PATIENCE)
            await connection.execute(f"TRUNCATE {', '.join(map(str, names))} RESTART IDENTITY", timeout=PATIENCE)
            for name in names:
                await connection.execute(f"ALTER TABLE {name} ENABLE TRIGGER USER", timeout=PATIENCE)
    except asyncpg.LockNotAvailableError:
        raise SeedingRefused(
            "The tables are in use, so they were not emptied. Stop what uses them and seed again."
        ) from None
    await empty_documents(mongo)


async def empty_documents(mongo: Database) -> None:
    for document in DOCUMENTS:
        await mongo[collection_name(document)].delete_many({})
