"""Delivers one aggregate in a process of its own, which is killed at a point."""

import asyncio
import sys
from uuid import UUID

from pydantic import SecretStr

from gateway.databases import handles as open_handles
from gateway.settings import Settings
from resolvers.crash_points import arm
from resolvers.relay import deliver


async def main(database_url: str, mongo_uri: str, mongo_db: str, aggregate_id: str, point: str, passes: str) -> None:
    settings = Settings(
        _env_file=None, database_url=SecretStr(database_url), mongo_uri=SecretStr(mongo_uri), mongo_db=mongo_db
    )
    async with open_handles(settings) as handles:
        arm(point, int(passes))
        await deliver(handles, UUID(aggregate_id))


asyncio.run(main(*sys.argv[1:]))
