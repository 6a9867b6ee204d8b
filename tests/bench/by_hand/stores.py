"""What the hand-written endpoints hold while they serve: a pool, a client, and who a token stands for."""

import gc
import hashlib
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase

POOL_SIZE = 10
MONGO_POOL_SIZE = 20
DOCUMENTS_AT_ONCE = 10_000
COLLECT_AFTER = 50_000

HOLDER = """SELECT users.id, users.role::text FROM sessions JOIN users ON users.id = sessions.user_id
WHERE sessions.token_hash = $1 AND sessions.revoked_at IS NULL AND sessions.expires_at > now()
AND users.disabled_at IS NULL AND users.erased_at IS NULL"""


@dataclass(frozen=True, slots=True)
class Viewer:
    id: UUID
    is_admin: bool


@dataclass(frozen=True, slots=True)
class Stores:
    postgres: "asyncpg.Pool[asyncpg.Record]"
    mongo: AsyncDatabase[dict[str, Any]]

    async def viewer(self, token: str) -> Viewer | None:
        row = await self.postgres.fetchrow(HOLDER, hashlib.sha256(token.encode()).digest())
        return None if row is None else Viewer(row["id"], row["role"] == "ADMIN")

    async def find(
        self, collection: str, where: Mapping[str, Any], columns: Mapping[str, int], **options: Any
    ) -> list[dict[str, Any]]:
        return await self.mongo[collection].find(where, columns, batch_size=DOCUMENTS_AT_ONCE, **options).to_list()


@asynccontextmanager
async def opened(connections: int = POOL_SIZE) -> AsyncIterator[Stores]:
    pool = await asyncpg.create_pool(
        os.environ["DATABASE_URL"],
        min_size=connections,
        max_size=connections,
        reset=nothing_to_reset,
        max_cached_statement_lifetime=0,
        server_settings={"timezone": "UTC", "jit": "off"},
    )
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
        os.environ["MONGO_URI"], maxPoolSize=MONGO_POOL_SIZE, tz_aware=True, uuidRepresentation="standard"
    )
    await client.admin.command("ping")
    # What was loaded by now stays, and with many requests under way the collector would walk all of it again and again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 50, 100)
    try:
        yield Stores(pool, client[os.environ["MONGO_DB"]])
    finally:
        await client.close()
        await pool.close()


async def nothing_to_reset(_: object) -> None:
    """Reads leave nothing behind on a connection."""
