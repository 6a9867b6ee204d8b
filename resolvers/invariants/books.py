"""Both books as a check reads them: snapshots that change nothing, on connections of their own, and streams in order.

Requests have three seconds for a statement; a whole book takes longer, so nothing here goes through their pools.
"""

from asyncio import Task, create_task, gather
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
from bson.binary import Binary, UuidRepresentation
from bson.codec_options import CodecOptions, TypeDecoder, TypeRegistry
from pymongo.asynchronous.database import AsyncDatabase

from resolvers.provider import Provider

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Database: TypeAlias = AsyncDatabase[dict[str, Any]]
Key: TypeAlias = bytes
"""An id as its 16 bytes, which are in the same order in both databases and are had for a third of what a UUID costs."""

Fact: TypeAlias = tuple[Any, ...]
"""A key and what is said of it; several may have one key."""

Batches: TypeAlias = AsyncGenerator[list[Fact], None]

PATIENCE = 1_800.0
"""Seconds that one statement on a whole book may take."""


class PlainIds(TypeDecoder):
    bson_type = Binary

    def transform_bson(self, value: Binary) -> bytes:
        return bytes(value)


CODEC = CodecOptions[dict[str, Any]](
    tz_aware=True, uuid_representation=UuidRepresentation.UNSPECIFIED, type_registry=TypeRegistry([PlainIds()])
)


@dataclass(frozen=True, slots=True)
class Books:
    """What checks read.  `snapshot` opens a transaction that only reads, and sees one moment of PostgreSQL; `mongo` has
    no time-out.  Where `pays_rewards` is false, referrals are worth nothing at the moment.

    `at_once` rows are compared in one go, and then nothing is done for `rest` seconds, for the sake of whoever else
    lives in this process.
    """

    snapshot: Callable[[], AbstractAsyncContextManager[Connection]]
    mongo: Database
    payments: Provider
    pays_rewards: bool
    at_once: int = 2_000
    rest: float = 0.0


@dataclass(frozen=True)
class Documents:
    """What documents of a collection say: `facts` are expressions of MongoDB, in the order of the book's columns.

    Those of `key`, and `then` among equal keys, are in the order of an index.
    """

    collection: str
    key: str
    facts: tuple[Any, ...]
    then: tuple[str, ...] = ()
    where: Mapping[str, Any] = field(default_factory=dict)

    async def read(self, books: Books, only: Sequence[Key] | None) -> Batches:
        """The documents with these keys, or all, in batches of which the next is always on its way."""
        where = dict(self.where)
        if only is not None:
            where[self.key] = {"$in": [Binary.from_uuid(UUID(bytes=key)) for key in only]}
        order = dict.fromkeys((self.key, *self.then), 1)
        shown = {"_id": 0, "k": f"${self.key}", "v": list(self.facts)}
        collection = books.mongo.get_collection(self.collection, codec_options=CODEC)
        cursor = await collection.aggregate(
            [{"$match": where}, {"$sort": order}, {"$project": shown}], batchSize=books.at_once, allowDiskUse=True
        )
        async with cursor:
            following: Task[list[dict[str, Any]]] = create_task(cursor.to_list(books.at_once))
            try:
                while found := await following:
                    following = create_task(cursor.to_list(books.at_once))
                    yield [(each["k"], *each["v"]) for each in found]
            finally:
                following.cancel()
                await gather(following, return_exceptions=True)


async def with_plain_ids(connection: Connection) -> Connection:
    """Has the connection give and take ids as their bytes."""
    await connection.set_type_codec("uuid", schema="pg_catalog", encoder=bytes, decoder=bytes, format="binary")
    return connection


async def rows(books: Books, connection: Connection, statement: str, *arguments: object) -> Batches:
    """The rows of a statement, by a cursor of the server."""
    cursor = await connection.cursor(statement, *arguments, timeout=PATIENCE)
    while found := await cursor.fetch(books.at_once, timeout=PATIENCE):
        yield [tuple(row) for row in found]


def money(path: str) -> dict[str, str]:
    """An amount as its digits, which are read and compared faster than as a number."""
    return {"$toString": f"${path}"}
