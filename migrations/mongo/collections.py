"""How a collection is made, or brought to what a migration wants of it.  What is wanted is said by the migrations."""

from collections.abc import Mapping, Sequence
from typing import Any

from pymongo import IndexModel
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import CollectionInvalid

Database = AsyncDatabase[dict[str, Any]]


async def ensure_collection(
    db: Database, name: str, *, validator: Mapping[str, Any], indexes: Sequence[IndexModel]
) -> None:
    """Make the collection, or give the one that is there this validator; then make the indexes that are missing."""
    rules: dict[str, Any] = {"validator": validator, "validationLevel": "strict", "validationAction": "error"}
    try:
        await db.create_collection(name, **rules)
    except CollectionInvalid:
        await db.command("collMod", name, **rules)
    await db[name].create_indexes(list(indexes))


async def ensure_time_series(
    db: Database, name: str, *, options: Mapping[str, str], indexes: Sequence[IndexModel]
) -> None:
    try:
        await db.create_collection(name, timeseries=dict(options))
    except CollectionInvalid as error:
        [found] = [listed async for listed in await db.list_collections(filter={"name": name})]
        if found["type"] != "timeseries":
            raise RuntimeError(
                f"The collection {name} is no time series: move its documents away, drop it, and migrate again."
            ) from error
    await db[name].create_indexes(list(indexes))
