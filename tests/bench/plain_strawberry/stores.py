"""The engine of SQLModel's sessions, Beanie's documents, and who a token stands for."""

import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from beanie import init_beanie
from pymongo import AsyncMongoClient
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.applications import Starlette

from models import DOCUMENTS
from models.identity import Session, User
from models.values import now

POOL_SIZE = 10
MONGO_POOL_SIZE = 20


async def connect() -> "asyncpg.Connection[asyncpg.Record]":
    return await asyncpg.connect(os.environ["DATABASE_URL"])


engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, pool_size=POOL_SIZE, max_overflow=0)


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    client: AsyncMongoClient[dict[str, object]] = AsyncMongoClient(
        os.environ["MONGO_URI"], maxPoolSize=MONGO_POOL_SIZE, tz_aware=True, uuidRepresentation="standard"
    )
    await init_beanie(client[os.environ["MONGO_DB"]], document_models=list(DOCUMENTS), skip_indexes=True)
    yield
    await client.close()
    await engine.dispose()


async def viewer_of(authorization: str) -> User | None:
    token_hash = hashlib.sha256(authorization.removeprefix("Bearer ").encode()).digest()
    async with AsyncSession(engine) as session:
        statement = (
            select(User)
            .join(Session, col(Session.user_id) == col(User.id))
            .where(col(Session.token_hash) == token_hash, col(Session.revoked_at).is_(None))
            .where(col(Session.expires_at) > now(), col(User.disabled_at).is_(None), col(User.erased_at).is_(None))
        )
        return (await session.exec(statement)).first()
