"""Transactions and the connections that they are on."""

import asyncio

import asyncpg
from sqlalchemy import text

from gateway.databases import handles
from gateway.settings import Settings
from resolvers.transactions import transaction

OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> $1"


async def test_what_the_server_has_closed_meanwhile_is_no_outage(settings: Settings) -> None:
    async with handles(settings) as opened:
        everybody = asyncio.Barrier(3)

        async def began() -> int:
            async with transaction(opened) as session:
                await everybody.wait()
                return int((await (await session.connection()).execute(text("SELECT pg_backend_pid()"))).scalar_one())

        before = set(await asyncio.gather(*(began() for _ in range(3))))
        killer = await asyncpg.connect(settings.postgres_url)
        await killer.fetch(OTHERS, killer.get_server_pid())
        await killer.close()
        await asyncio.sleep(0.2)

        after = set(await asyncio.gather(*(began() for _ in range(3))))

    assert len(before) == len(after) == 3
    assert before.isdisjoint(after)
