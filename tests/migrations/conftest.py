"""A pair of empty databases for each test."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest
from pymongo import AsyncMongoClient

from migrations.mongo.collections import Database
from migrations.run import Step, is_current, migrate, status


@dataclass
class Place:
    """Two databases of one name, and what migrating them has said so far."""

    url: str
    mongo_uri: str
    name: str
    client: AsyncMongoClient[dict[str, Any]]
    said: list[str] = field(default_factory=list)

    @property
    def documents(self) -> Database:
        return self.client[self.name]

    async def migrate(self) -> None:
        await migrate(self.url, self.client, self.name, say=self.said.append)

    async def status(self) -> list[Step]:
        return await status(self.url, self.client, self.name)

    async def is_current(self) -> bool:
        connection = await asyncpg.connect(self.url)
        try:
            return await is_current(connection, self.documents)
        finally:
            await connection.close()

    async def execute(self, *statements: str) -> None:
        connection = await asyncpg.connect(self.url)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()


@pytest.fixture
async def place(postgres_url: str, mongo_uri: str) -> AsyncIterator[Place]:
    name = f"test_{uuid4().hex}"
    admin = await asyncpg.connect(postgres_url)
    await admin.execute(f"CREATE DATABASE {name}")
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(mongo_uri, uuidRepresentation="standard", tz_aware=True)
    url = urlunsplit(urlsplit(postgres_url)._replace(path=f"/{name}"))
    try:
        yield Place(url, mongo_uri, name, client)
    finally:
        await client.drop_database(name)
        await client.close()
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()
