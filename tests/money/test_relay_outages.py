"""Messages are delivered though MongoDB is away for a time and deliveries are killed; the metrics tell what waits."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pymongo import AsyncMongoClient

from gateway.settings import Settings
from resolvers.codecs import CODEC
from resolvers.context import Handles
from resolvers.relay import deliver
from tests.money.book_place import all_documents, buy, documents, give_back, member
from tests.money.relay_place import SOON, all_delivered, all_were_tried, are_fulfilled, until, working
from tests.world import World

DEATHS = (
    ("relay.claimed", 1),
    ("projection.within", 0),
    ("relay.applied", 0),
    ("relay.applied", 1),
    ("relay.marked", 0),
)
"""Where a delivery dies, after how many messages."""


async def test_while_mongodb_is_away_orders_wait_and_are_shown_soon_after_it_is_back(world: World) -> None:
    orders = [await buy(world, await world.person(), await world.product()) for _ in range(3)]

    async with no_mongodb(world.handles) as alone:
        assert not await deliver(alone, orders[0].id)
        assert not await deliver(alone, orders[0].id)
        async with working(alone):
            await until(lambda: all_were_tried(world))
    away = await world.handles.postgres.fetch(
        "SELECT attempts, last_error, next_attempt_at < now() + interval '3 s' AS is_soon FROM outbox"
    )
    async with working(world.handles):
        await until(lambda: are_fulfilled(world, orders), seconds=4.0)

    assert [(row["attempts"], row["is_soon"]) for row in away] == [(0, True)] * 3
    assert {row["last_error"] for row in away} == {
        "StoreUnavailable: MongoDB does not answer at the moment: try again shortly."
    }
    assert len(await documents(world, "purchases")) == 3


@asynccontextmanager
async def no_mongodb(handles: Handles) -> AsyncIterator[Handles]:
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient("mongodb://127.0.0.1:9", serverSelectionTimeoutMS=200)
    yield replace(handles, mongo=client.get_database(handles.mongo.name, codec_options=CODEC))
    await client.close()


async def test_the_metrics_tell_what_waits_and_for_how_long(world: World) -> None:
    await buy(world, await world.person(), await world.product())
    await world.handles.postgres.execute("UPDATE outbox SET created_at = now() - interval '90 s'")
    waiting = await figures(world)
    async with working(world.handles):
        await until(lambda: all_delivered(world))

    assert (waiting["gateway_outbox_messages"], 90 <= waiting["gateway_outbox_oldest_seconds"] < 100) == (1, True)
    assert await figures(world) == {"gateway_outbox_messages": 0, "gateway_outbox_oldest_seconds": 0}


async def figures(world: World) -> dict[str, float]:
    lines = (await world.client.get("/metrics")).text.splitlines()
    return {name: float(value) for name, _, value in (line.partition(" ") for line in lines) if "_outbox_" in name}


@pytest.mark.parametrize(("point", "passes"), DEATHS)
async def test_a_delivery_that_is_killed_anywhere_is_finished_by_another_with_the_same_end(
    world: World, settings: Settings, point: str, passes: int
) -> None:
    buyer, product = await world.person(), await world.product()
    bought = await buy(world, buyer, product, await world.product())
    await give_back(world, bought, 2)

    assert await killed(settings, bought.id, point, passes) == -signal.SIGKILL
    # The claim of the dead ends by itself; here, now.
    await world.handles.postgres.execute("UPDATE outbox SET next_attempt_at = now() WHERE delivered_at IS NULL")
    async with working(world.handles):
        await until(lambda: are_fulfilled(world, [bought]), seconds=3 * SOON)

    events = await documents(world, "purchase_events")
    assert [(event["kind"], event["sequence"]) for event in events] == [("made", 1), ("made", 2), ("refunded", 3)]
    assert [bool(purchase["refund"]) for purchase in await documents(world, "purchases")] == [False, True]
    assert (await member(world, buyer))["purchasedProducts"] == [product.id]
    assert [found["purchaseCount"] for found in await documents(world, "products")] == [1, 1]
    shown = await all_documents(world)
    assert await deliver(world.handles, bought.id)
    assert await all_documents(world) == shown


async def killed(settings: Settings, aggregate_id: UUID, point: str, passes: int) -> int:
    assert settings.database_url
    assert settings.mongo_uri
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.money.relay_child",
        settings.database_url.get_secret_value(),
        settings.mongo_uri.get_secret_value(),
        settings.mongo_db,
        str(aggregate_id),
        point,
        str(passes),
        cwd=Path(__file__).parents[2],
    )
    return await asyncio.wait_for(child.wait(), 30)
