"""Work in the background: it goes on whatever goes wrong in it, and ends before what it uses."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.types import ASGIApp, Message

from gateway import workers
from gateway.app import create_app
from gateway.settings import Settings
from gateway.workers import working
from resolvers.context import Handles
from tests.world import World

SOON = 5.0


@asynccontextmanager
async def living(app: ASGIApp) -> AsyncIterator[None]:
    """The application between the start and the end of its life, as a server leads it through that."""
    to_app: asyncio.Queue[Message] = asyncio.Queue()
    from_app: asyncio.Queue[Message] = asyncio.Queue()
    life = asyncio.ensure_future(app({"type": "lifespan", "state": {}}, to_app.get, from_app.put))
    thresholds = gc.get_threshold()
    try:
        await to_app.put({"type": "lifespan.startup"})
        assert (await from_app.get())["type"] == "lifespan.startup.complete"
        yield
        await to_app.put({"type": "lifespan.shutdown"})
        assert (await from_app.get())["type"] == "lifespan.shutdown.complete"
        await life
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()


async def test_work_that_fails_or_ends_is_begun_again_and_other_work_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "FIRST_PAUSE", 0.01)
    begun: list[str] = []
    third, other_is_over = asyncio.Event(), asyncio.Event()

    async def failing(handles: Handles) -> None:
        begun.append("failing")
        if len(begun) == 1:
            raise ConnectionError("a database is away")
        if len(begun) == 3:
            third.set()
            await asyncio.Event().wait()

    async def other(_: Handles) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            other_is_over.set()

    async with working(world.handles, [failing, other]):
        await asyncio.wait_for(third.wait(), SOON)
        assert not other_is_over.is_set()

    assert begun == ["failing"] * 3
    assert other_is_over.is_set()


async def test_work_ends_before_the_databases_that_it_uses_are_closed(settings: Settings) -> None:
    begun = asyncio.Event()
    told: list[int] = []

    async def careful(handles: Handles) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.5)
            told.append(await handles.postgres.fetchval("SELECT 1"))

    async with living(create_app(settings, [careful])):
        await asyncio.wait_for(begun.wait(), SOON)
        assert told == []

    assert told == [1]


async def test_work_that_fails_while_it_is_ended_is_not_begun_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "FIRST_PAUSE", 2 * SOON)
    begun: list[str] = []

    async def clumsy(_: Handles) -> None:
        begun.append("clumsy")
        try:
            await asyncio.Event().wait()
        finally:
            raise ConnectionError("it was using that")

    async with asyncio.timeout(SOON), working(world.handles, [clumsy]):
        await asyncio.sleep(0.05)

    assert begun == ["clumsy"]
