"""Applies the MongoDB migrations and remembers which, in the collection `migrations`."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from pymongo import AsyncMongoClient

from migrations import mongo
from migrations.mongo.collections import Database
from models.values import now

APPLIED = "migrations"

Mongo = AsyncMongoClient[dict[str, Any]]


@dataclass(frozen=True)
class Migration:
    name: str
    subject: str
    apply: Callable[[Database], Awaitable[None]]


@cache
def migrations() -> tuple[Migration, ...]:
    """All migrations, oldest first."""
    names = sorted(module.name for module in iter_modules(mongo.__path__) if module.name.startswith("m2"))
    return tuple(_load(name) for name in names)


@asynccontextmanager
async def connect(mongo: Mongo | str) -> AsyncIterator[Mongo]:
    """A client: the one that is given, or one of this address while the context lasts."""
    if not isinstance(mongo, str):
        yield mongo
        return
    client: Mongo = AsyncMongoClient(mongo, uuidRepresentation="standard", tz_aware=True)
    try:
        yield client
    finally:
        await client.close()


async def applied(db: Database) -> set[str]:
    """The names of those that ran to their end, unknown ones of a newer release included."""
    return {document["_id"] async for document in db[APPLIED].find({}, {"_id": True})}


async def apply(db: Database, migration: Migration) -> None:
    """Run one and then remember it; if that dies in between, it is run again, which is harmless."""
    await migration.apply(db)
    await db[APPLIED].update_one({"_id": migration.name}, {"$setOnInsert": {"appliedAt": now()}}, upsert=True)


def _load(name: str) -> Migration:
    module = import_module(f"{mongo.__name__}.{name}")
    if not module.__doc__:
        raise TypeError(f"Bug: the migration {name} does not open with a sentence that says what it makes.")
    return Migration(name, module.__doc__.splitlines()[0].rstrip("."), module.apply)
