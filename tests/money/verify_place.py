"""Seeded databases to be broken on purpose: rows within a transaction that is undone, documents that are put back."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions

from gateway.verifying import books
from resolvers.invariants.books import Books, Connection, with_plain_ids
from resolvers.invariants.verifying import verify
from tests.gateway.seeding_place import Place

Violations = Mapping[str, tuple[str, ...]]

PLAIN = CodecOptions[dict[str, Any]](tz_aware=True, uuid_representation=UuidRepresentation.STANDARD)
"""Reads decimals as MongoDB has them, so that a document can be put back as it was."""


@dataclass(frozen=True)
class Change:
    """What is done to the documents of a collection that a condition finds, or to the first of them."""

    collection: str
    where: Mapping[str, Any]
    change: Any
    """An update; None deletes the document, and a document is put beside it."""


async def found(both: Books) -> Violations:
    """What breaks any invariant, looked at twice."""
    return (await verify(both, pauses=(0,))).violations


@asynccontextmanager
async def broken_rows(place: Place, statement: str) -> AsyncIterator[tuple[Books, list[str]]]:
    """The books after a statement that no constraint but CHECKs and unique keys holds back, and the ids it returns."""
    assert place.settings.postgres_url
    connection: Connection = await asyncpg.connect(place.settings.postgres_url)
    attempt = connection.transaction()
    await attempt.start()
    try:
        await connection.execute("SET LOCAL session_replication_role = replica")
        hurt = [str(row[0]) for row in await connection.fetch(statement)]
        await with_plain_ids(connection)
        async with books(place.settings, place.handles) as both:
            yield Books(alone(connection), both.mongo, both.payments, both.pays_rewards), hurt
    finally:
        await attempt.rollback()
        await connection.close()


def alone(connection: Connection) -> Any:
    """Gives one connection to one reader at a time."""
    lock = asyncio.Lock()

    @asynccontextmanager
    async def snapshot() -> AsyncIterator[Connection]:
        async with lock:
            yield connection

    return snapshot


@asynccontextmanager
async def broken_document(place: Place, change: Change) -> AsyncIterator[dict[str, Any]]:
    """The document as it was, while it is changed.  Afterwards all of its order are as they were."""
    collection = place.handles.mongo[change.collection]
    [whole] = await collection.find(change.where).sort("_id", 1).limit(1).to_list()
    same = {"orderId": whole["orderId"]} if "orderId" in whole else {"_id": whole["_id"]}
    names = ("purchases", "purchase_events") if "orderId" in whole else (change.collection,)
    plain = {name: place.handles.mongo[name].with_options(codec_options=PLAIN) for name in names}
    before = {name: await each.find(same).to_list() for name, each in plain.items()}
    if change.change is None:
        await collection.delete_one({"_id": whole["_id"]})
    else:
        await collection.update_one({"_id": whole["_id"]}, change.change)
    try:
        yield whole
    finally:
        for name, each in plain.items():
            await each.delete_many(same)
            await each.insert_many(before[name])
