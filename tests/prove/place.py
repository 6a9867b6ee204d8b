"""Databases and a provider of the proof's own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from gateway.databases import handles as open_handles
from gateway.embedded import embedded
from gateway.sandbox.running import child
from gateway.settings import Settings
from migrations.run import migrate
from models.identity import Role
from tests.observed import Observed
from tests.prove.stage import BRISK, Stage
from tests.sandbox import Sandbox
from tests.world import World


@asynccontextmanager
async def a_stage(folder: Path, mongo_uri: str | None = None, **more: Any) -> AsyncIterator[Stage]:
    """A stage on embedded databases, which are started again when they are killed, or with another MongoDB."""
    async with AsyncExitStack() as stack:
        running = embedded(folder / "databases", holder="a proof", say=lambda _: None)
        databases = await asyncio.to_thread(stack.enter_context, running)
        where = databases.addresses
        yield await stack.enter_async_context(
            stage_on(folder, where.database_url, mongo_uri or where.mongo_uri, **more)
        )


@asynccontextmanager
async def stage_on(folder: Path, database_url: str, mongo_uri: str, **more: Any) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        address = stack.enter_context(child(folder / "sandbox"))
        settings = Settings(
            _env_file=None,
            database_url=SecretStr(database_url),
            mongo_uri=SecretStr(mongo_uri),
            stripe_api_base=address,
            log_level="warning",
            **BRISK | more,
        )
        assert settings.postgres_url is not None
        await migrate(settings.postgres_url, mongo_uri, settings.mongo_db, say=lambda _: None)
        handles = await stack.enter_async_context(open_handles(settings))
        sandbox = stack.enter_context(closing(Sandbox(address)))
        world = await stack.enter_async_context(World(handles, Observed(), sandbox))
        author = await world.person(Role.ADMIN, has_member=False)
        yield Stage(world, settings, author, folder)
