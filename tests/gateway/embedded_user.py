"""A program that uses embedded databases as a command does and is told by lines on its standard input what to do."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import asyncpg
from pymongo import MongoClient

from gateway.embedded import Addresses, EmbeddedError, embedded


def tell(words: object) -> None:
    sys.stdout.write(f"{words}\n")


async def in_postgres(addresses: Addresses, value: int | None) -> list[int]:
    """The values in a table, after one more was committed if one is given."""
    connection = await asyncpg.connect(addresses.database_url)
    try:
        await connection.execute("CREATE TABLE IF NOT EXISTS kept (value int)")
        if value is not None:
            await connection.execute("INSERT INTO kept VALUES ($1)", value)
        return [row["value"] for row in await connection.fetch("SELECT value FROM kept ORDER BY value")]
    finally:
        await connection.close()


def in_mongo(addresses: Addresses, value: int | None) -> list[int]:
    """The same for a collection, committed as a replica set commits."""
    with MongoClient[dict[str, Any]](addresses.mongo_uri, w="majority", journal=True) as client:
        kept = client.gateway.kept
        if value is not None:
            kept.insert_one({"value": value})
        return [found["value"] for found in kept.find().sort("value")]


def main() -> None:
    directory, *holder = sys.argv[1:]
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    try:
        with embedded(Path(directory), holder=holder[0] if holder and holder[0] else None, say=tell) as databases:
            databases.note(address="http://127.0.0.1:8000")
            addresses = databases.addresses
            tell(json.dumps([addresses.database_url, addresses.mongo_uri]))
            for line in sys.stdin:
                value = int(line) if line.strip() else None
                tell(json.dumps([asyncio.run(in_postgres(addresses, value)), in_mongo(addresses, value)]))
    except EmbeddedError as error:
        tell(error)
        sys.exit(1)


if __name__ == "__main__":
    main()
