"""Lanes: connections that single statements take turns on, whatever happens to one of them."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from resolvers.deadlines import Deadlines
from resolvers.lanes import Lanes
from tests.world import World

MOST = 2
SLOW = "SELECT pg_sleep(0.3), pg_backend_pid() AS pid"
QUICK = "SELECT pg_backend_pid() AS pid"


@pytest.fixture
async def pool(world: World, postgres_url: str) -> AsyncIterator["asyncpg.Pool[asyncpg.Record]"]:
    async with asyncpg.create_pool(postgres_url, min_size=0, max_size=MOST + 1) as opened:
        yield opened


@pytest.fixture
async def lanes(pool: "asyncpg.Pool[asyncpg.Record]") -> AsyncIterator[Lanes]:
    opened = Lanes(pool, MOST)
    yield opened
    await opened.close()


async def pid(lanes: Lanes, statement: str = QUICK) -> int:
    (row,) = await lanes.fetch(statement)
    found: int = row["pid"]
    return found


async def test_many_statements_at_once_take_turns_on_as_many_connections_as_there_are_lanes(
    lanes: Lanes, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    pids = await asyncio.gather(*(pid(lanes) for _ in range(50)))

    assert len(set(pids)) <= MOST
    assert pool.get_size() <= MOST


async def test_who_comes_first_is_first(pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    lane = Lanes(pool, 1)
    ended: list[int] = []

    async def ask(number: int) -> None:
        await pid(lane)
        ended.append(number)

    await asyncio.gather(*(ask(number) for number in range(6)))
    await lane.close()

    assert ended == [0, 1, 2, 3, 4, 5]


async def test_a_statement_that_is_given_up_costs_nobody_a_lane(lanes: Lanes) -> None:
    for _ in range(MOST + 1):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(pid(lanes, "SELECT pg_sleep(60), 1 AS pid"), 0.05)

    assert len(await asyncio.wait_for(asyncio.gather(*(pid(lanes) for _ in range(10))), 5)) == 10


async def test_who_gives_up_waiting_leaves_their_turn_to_the_next(lanes: Lanes) -> None:
    busy = [asyncio.create_task(pid(lanes, SLOW)) for _ in range(MOST)]
    await asyncio.sleep(0.05)
    impatient, patient = asyncio.create_task(pid(lanes)), asyncio.create_task(pid(lanes))
    await asyncio.sleep(0.05)
    impatient.cancel()

    assert await asyncio.wait_for(patient, 5) in {await each for each in busy}


async def test_a_turn_that_comes_as_its_taker_gives_up_goes_to_the_next(lanes: Lanes) -> None:
    busy = [asyncio.create_task(pid(lanes, SLOW)) for _ in range(MOST)]
    await asyncio.sleep(0.05)
    waiting = [asyncio.create_task(pid(lanes)) for _ in range(MOST + 1)]
    await asyncio.sleep(0.05)
    for each in busy:
        each.add_done_callback(lambda _: [taker.cancel() for taker in waiting[:MOST]])

    assert await asyncio.wait_for(waiting[-1], 5) in {await each for each in busy}
    assert await asyncio.wait_for(pid(lanes), 5) > 0


async def test_a_connection_that_the_server_ended_is_replaced(
    lanes: Lanes, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    first = await pid(lanes)
    assert await pid(lanes) == first
    await pool.execute("SELECT pg_terminate_backend($1)", first)
    await asyncio.sleep(0.1)

    assert await pid(lanes) != first


async def test_a_statement_that_is_wrong_costs_nobody_a_lane(lanes: Lanes) -> None:
    for _ in range(MOST + 1):
        with pytest.raises(asyncpg.UndefinedTableError):
            await lanes.fetch("SELECT * FROM nothing")

    assert await asyncio.wait_for(pid(lanes), 5) > 0


async def test_all_connections_are_back_in_the_pool_when_the_lanes_are_closed(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    lanes = Lanes(pool, MOST)
    running = [asyncio.create_task(pid(lanes, SLOW)), asyncio.create_task(pid(lanes))]
    await running[1]

    await lanes.close()
    await running[0]
    await asyncio.sleep(0.05)

    assert pool.get_idle_size() == pool.get_size() == MOST


async def test_who_waits_too_long_is_told_so_and_costs_nobody_a_lane(
    lanes: Lanes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolvers.lanes.TURNS", Deadlines(0.05))
    busy = [asyncio.create_task(pid(lanes, SLOW)) for _ in range(MOST)]
    await asyncio.sleep(0.02)

    with pytest.raises(TimeoutError):
        await pid(lanes)

    assert await asyncio.gather(*busy)
    assert await asyncio.wait_for(pid(lanes), 5) > 0
