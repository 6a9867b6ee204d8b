"""A row of a collection by chance, at a cost that does not grow with the collection.  Never batched: two fields that
ask for one may get different ones.
"""

from random import random
from typing import Any

from models.documents import Fact
from models.validators import collection_name
from resolvers.collection_conditions import selector
from resolvers.conditions import Compare, Condition, Every, Operator
from resolvers.context import Handles
from resolvers.sources import Columns
from resolvers.stores import Row, aggregate

NEIGHBOURS = 64


async def sample(
    handles: Handles, model: type[Fact], key: str, columns: Columns, where: Condition | None
) -> Row | None:
    """One of the documents that the condition holds for.  `key` is a stored column of random numbers from 0 to 1, which
    an index has after the columns of the condition.

    The documents stand on a circle in the order of their keys; from a random place on it, one of the next 64 is drawn.
    Up to 64 documents are equally likely.  Of more, the chance of each is as even as the places of 64 keys together:
    its standard deviation is an eighth of the mean, and it stays the same from draw to draw.
    """
    name, start = collection_name(model), random()  # noqa: S311 - chance for variety, not secrets
    # A document may lack a field that has no value.
    wanted = {column: {"$ifNull": [f"${column}", None]} for column in columns}
    pipeline: list[dict[str, Any]] = [
        *beside(key, Operator.GTE, start, where),
        {"$unionWith": {"coll": name, "pipeline": beside(key, Operator.LT, start, where)}},
        {"$limit": NEIGHBOURS},
        {"$sample": {"size": 1}},
        {"$project": {"_id": 1} | wanted},
    ]
    rows = await aggregate(handles, name, pipeline)
    return rows[0] if rows else None


def beside(key: str, side: Operator, start: float, where: Condition | None) -> list[dict[str, Any]]:
    """Finds the first documents on one side of a place."""
    given = () if where is None else (where,)
    return [
        {"$match": selector(Every((*given, Compare(key, side, start))))},
        {"$sort": {key: 1}},
        {"$limit": NEIGHBOURS},
    ]
