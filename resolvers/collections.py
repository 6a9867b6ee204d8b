"""Documents of MongoDB: finds and look-ups with a projection of the stored fields that were asked for.  Values
stand in conditions only behind operators that are written here, so that no value can become an operator.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from models.documents import Fact
from models.validators import collection_name
from resolvers.context import Handles
from resolvers.sources import PARENT, Columns, Ordering, Window
from resolvers.stores import Row, aggregate, find, lookup


class CollectionSource:
    """The documents of one collection, by the attributes of its model."""

    def __init__(self, model: type[Fact]) -> None:
        self.model = model
        self.name = collection_name(model)
        self._stored: dict[str, str] = {name: field.alias or name for name, field in model.model_fields.items()}

    def stored(self, attribute: str) -> str:
        return self._stored[attribute]

    async def rows(
        self, handles: Handles, key: str, keys: Sequence[Any], columns: Columns, order: Ordering | None
    ) -> Sequence[Row]:
        order_by = [] if order is None else sort(order, is_backward=False)
        return await find(handles, self.name, {key: {"$in": list(keys)}}, projected((key, *columns)), order_by, 0)

    async def windows(
        self, handles: Handles, key: str, keys: Sequence[Any], columns: Columns, order: Ordering, window: Window
    ) -> Mapping[Any, list[Row]]:
        pipeline: list[dict[str, Any]] = [
            {"$documents": [{PARENT: {"$literal": parent}} for parent in keys]},
            {
                "$lookup": {
                    "from": self.name,
                    "localField": PARENT,
                    "foreignField": key,
                    "as": "rows",
                    "pipeline": [
                        {"$match": beyond(order, window)},
                        {"$sort": dict(sort(order, is_backward=window.is_backward))},
                        {"$limit": window.limit},
                        {"$project": projected(columns)},
                    ],
                }
            },
        ]
        parents = await lookup(handles, self.name, pipeline, "rows")
        return {parent[PARENT]: parent["rows"] for parent in parents}

    async def window(self, handles: Handles, columns: Columns, order: Ordering, window: Window) -> Sequence[Row]:
        order_by = sort(order, is_backward=window.is_backward)
        return await find(handles, self.name, beyond(order, window), projected(columns), order_by, window.limit)

    async def counts(self, handles: Handles, key: str, keys: Sequence[Any]) -> Mapping[Any, int]:
        pipeline: list[dict[str, Any]] = [
            {"$match": {key: {"$in": list(keys)}}},
            {"$group": {"_id": f"${key}", "rows": {"$sum": 1}}},
        ]
        return {row["_id"]: row["rows"] for row in await aggregate(handles, self.name, pipeline)}

    async def count(self, handles: Handles) -> int:
        rows = await aggregate(handles, self.name, [{"$count": "rows"}])
        return int(rows[0]["rows"]) if rows else 0


def projected(columns: Columns) -> dict[str, int]:
    """MongoDB sends `_id` unless it is told not to, and everything when it is told nothing else."""
    fields = dict.fromkeys(columns or ("_id",), 1)
    return fields if "_id" in fields else fields | {"_id": 0}


def sort(order: Ordering, *, is_backward: bool) -> list[tuple[str, int]]:
    direction = -1 if order.is_descending != is_backward else 1
    return [(name, direction) for name in order.columns]


def beyond(order: Ordering, window: Window) -> dict[str, Any]:
    """The rows beyond the window's start: past it in the first column in which they differ from it."""
    if window.beyond is None:
        return {}
    operator = "$lt" if order.is_descending != window.is_backward else "$gt"
    alternatives = []
    for position, (name, value) in enumerate(zip(order.columns, window.beyond, strict=True)):
        same = zip(order.columns[:position], window.beyond[:position], strict=True)
        alternatives.append({**{column: {"$eq": equal} for column, equal in same}, name: {operator: value}})
    return {"$or": alternatives}
