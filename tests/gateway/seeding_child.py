"""Seeds in a process of its own, to be killed, and says how far it is."""

import asyncio
import sys

from pydantic import SecretStr

from gateway.databases import handles as open_handles
from gateway.seeding import Size, seed
from gateway.settings import Settings


def say(stage: str, done: int, total: int) -> None:
    sys.stdout.write(f"{stage} {'half' if done > total / 2 else 'begun'}\n")
    sys.stdout.flush()


async def main(database_url: str, mongo_uri: str, mongo_db: str, *options: str) -> None:
    settings = Settings(
        _env_file=None, database_url=SecretStr(database_url), mongo_uri=SecretStr(mongo_uri), mongo_db=mongo_db
    )
    async with open_handles(settings) as handles:
        await seed(handles, settings, size=Size.S, seed=42, reset="--reset" in options, progress=say)


asyncio.run(main(*sys.argv[1:]))
