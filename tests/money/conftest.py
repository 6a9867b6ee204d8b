"""What the tests of money share: a world in which many transactions are open at once."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from gateway.settings import Settings
from tests.world import World


@pytest.fixture
async def crowded(world: World, settings: Settings) -> AsyncIterator[World]:
    """The world through handles with many connections that write; those of `world` write one after another."""
    url = str(settings.postgres_url).replace("://", "+asyncpg://", 1)
    engine = create_async_engine(url, pool_size=20, max_overflow=0)
    async with World(replace(world.handles, engine=engine), world.observed, world.sandbox) as crowded:
        yield crowded
    await engine.dispose()
