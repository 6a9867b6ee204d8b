"""Two empty, migrated databases to be seeded, and a reading of all that is in them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
from pydantic import SecretStr
from pymongo import AsyncMongoClient

from gateway.databases import handles as open_handles
from gateway.seeding import Size, Summary, seed
from gateway.settings import Settings
from migrations.run import migrate
from models import DOCUMENTS, TABLES
from models.validators import collection_name
from resolvers.context import Handles

Everything = dict[str, list[Any]]


@dataclass(frozen=True)
class Place:
    handles: Handles
    settings: Settings

    async def seed(self, size: Size = Size.DEMO, *, seed_: int = 42, reset: bool = False) -> Summary:
        return await seed(self.handles, self.settings, size=size, seed=seed_, reset=reset, progress=ignore)

    async def everything(self) -> Everything:
        """Every row and raw document, by table and collection."""
        found: Everything = {}
        for table in TABLES:
            name = str(table.__tablename__)
            rows = await self.handles.postgres.fetch(f"SELECT row::text FROM {name} row ORDER BY row::text")
            found[name] = [row[0] for row in rows]
        for document in DOCUMENTS:
            name = collection_name(document)
            found[name] = [one async for one in self.handles.mongo[name].find().sort("_id", 1)]
        return found

    async def counts(self) -> dict[str, int]:
        return {name: len(rows) for name, rows in (await self.everything()).items() if rows}


def ignore(stage: str, done: int, total: int) -> None:
    """Nobody watches the progress."""


@asynccontextmanager
async def new_place(postgres_url: str, mongo_uri: str, *, is_migrated: bool = True) -> AsyncIterator[Place]:
    name = f"test_{uuid4().hex}"
    admin = await asyncpg.connect(postgres_url)
    await admin.execute(f"CREATE DATABASE {name}")
    url = urlunsplit(urlsplit(postgres_url)._replace(path=f"/{name}"))
    settings = Settings(_env_file=None, database_url=SecretStr(url), mongo_uri=SecretStr(mongo_uri), mongo_db=name)
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(mongo_uri)
    try:
        if is_migrated:
            await migrate(url, mongo_uri, name, say=lambda _: None)
        async with open_handles(settings) as handles:
            yield Place(handles, settings)
    finally:
        await client.drop_database(name)
        await client.close()
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()
