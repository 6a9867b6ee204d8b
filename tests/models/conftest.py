"""This worker's databases, asked directly: rows in a transaction that is undone, documents that are deleted."""

from collections.abc import AsyncIterator

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from migrations.mongo.collections import Database
from resolvers.context import Handles
from tests.conftest import empty
from tests.observed import Observed


@pytest.fixture
async def rows(session_handles: tuple[Handles, Observed]) -> AsyncIterator[AsyncSession]:
    opened, _ = session_handles
    async with AsyncSession(opened.engine) as session:
        yield session
        await session.rollback()


@pytest.fixture
async def documents(session_handles: tuple[Handles, Observed]) -> AsyncIterator[Database]:
    opened, _ = session_handles
    yield opened.mongo
    await empty(opened)
