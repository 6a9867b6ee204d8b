"""Workers of replicas, and what a test waits for while they work."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from resolvers.context import Handles
from resolvers.relay import relay_forever
from tests.money.book_place import Bought
from tests.world import World

SOON = 10.0


@asynccontextmanager
async def working(handles: Handles) -> AsyncIterator[None]:
    """A worker of a replica, as long as the context lasts."""
    worker = asyncio.create_task(relay_forever(handles))
    try:
        yield
        assert not worker.done()
    finally:
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
        await handles.tasks.close()


async def until(is_so: Callable[[], Awaitable[bool]], seconds: float = SOON) -> None:
    async with asyncio.timeout(seconds):
        while not await is_so():  # noqa: ASYNC110 - nobody tells when a database is as it should be
            await asyncio.sleep(0.02)


async def has(is_so: bool) -> bool:  # noqa: FBT001 - as the other conditions
    return is_so


async def fulfilment(world: World, bought: Bought) -> Any:
    return await world.handles.postgres.fetchval("SELECT fulfilment FROM orders WHERE id = $1", bought.id)


async def are_fulfilled(world: World, orders: Sequence[Bought]) -> bool:
    return {await fulfilment(world, bought) for bought in orders} == {"DONE"}


async def outbox(world: World) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await world.handles.postgres.fetch("SELECT * FROM outbox ORDER BY id")]


async def all_delivered(world: World) -> bool:
    return await is_none(world, "FROM outbox WHERE delivered_at IS NULL")


async def all_were_tried(world: World) -> bool:
    return await is_none(world, "FROM outbox WHERE last_error IS NULL")


async def is_refused(world: World) -> bool:
    return not await is_none(world, "FROM outbox WHERE last_error IS NOT NULL")


async def is_listening(world: World) -> bool:
    return not await is_none(
        world, "FROM pg_stat_activity WHERE query ILIKE 'LISTEN %' AND datname = current_database()"
    )


async def is_waited_for(world: World) -> bool:
    return not await is_none(world, "FROM pg_locks WHERE NOT granted")


async def is_none(world: World, rows: str) -> bool:
    return bool(await world.handles.postgres.fetchval(f"SELECT NOT EXISTS (SELECT {rows})"))
