"""A row of a collection by chance.  Never batched: two fields that ask for one may get different ones."""

from typing import Any

from models.documents import Fact
from models.validators import collection_name
from resolvers.collection_conditions import selector
from resolvers.conditions import Condition
from resolvers.context import Handles
from resolvers.sources import Columns
from resolvers.stores import Row, aggregate


async def sample(handles: Handles, model: type[Fact], columns: Columns, where: Condition | None) -> Row | None:
    # A document may lack a field that has no value.
    wanted = {name: {"$ifNull": [f"${name}", None]} for name in columns}
    pipeline: list[dict[str, Any]] = [
        {"$match": selector(where)},
        {"$sample": {"size": 1}},
        {"$project": {"_id": 1} | wanted},
    ]
    rows = await aggregate(handles, collection_name(model), pipeline)
    return rows[0] if rows else None
