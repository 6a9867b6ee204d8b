"""Documents of MongoDB: finds and look-ups with a projection of the stored fields that were asked for.  Values stand
in conditions only behind operators that are written here, so that no value can become an operator.
"""

from collections.abc import Mapping, Sequence
from types import NoneType
from typing import Any, get_args

from models.documents import Fact
from models.validators import collection_name
from resolvers.collection_conditions import selector
from resolvers.conditions import Condition
from resolvers.context import Handles
from resolvers.sources import PARENT, Columns, Derived, Order, Term, Window
from resolvers.stores import Row, aggregate, find, lookup

INDEXED = 2
"""How many columns of an order an index can have: any one, and the id."""


class CollectionSource:
    """The documents of one collection, by the attributes of its model."""

    def __init__(self, model: type[Fact]) -> None:
        self.model = model
        self.name = collection_name(model)
        self._stored: dict[str, str] = {name: field.alias or name for name, field in model.model_fields.items()}
        fields = model.model_fields.items()
        self._optional = {self._stored[name] for name, field in fields if NoneType in get_args(field.annotation)}

    def stored(self, attribute: str) -> str:
        return self._stored[attribute]

    async def rows(
        self, handles: Handles, key: str, keys: Sequence[Any], columns: Columns, order: Order
    ) -> Sequence[Row]:
        return await find(
            handles, self.name, {key: {"$in": list(keys)}}, self._projected((key, *columns)), order=directions(order)
        )

    async def windows(
        self, handles: Handles, key: str, keys: Sequence[Any], columns: Columns, window: Window
    ) -> Mapping[Any, Sequence[Row]]:
        if len(keys) == 1:
            own = both({key: {"$eq": keys[0]}}, matched(window))
            return {keys[0]: await self._found(handles, columns, own, window)}
        pipeline: list[dict[str, Any]] = [
            {"$documents": [{PARENT: {"$literal": parent}} for parent in keys]},
            {
                "$lookup": {
                    "from": self.name,
                    "localField": PARENT,
                    "foreignField": key,
                    "as": "rows",
                    "pipeline": [
                        {"$match": matched(window)},
                        {"$sort": dict(directions(window.order))},
                        {"$limit": window.limit},
                        {"$project": self._projected(columns)},
                    ],
                }
            },
        ]
        parents = await lookup(handles, self.name, pipeline, "rows")
        return {parent[PARENT]: parent["rows"] for parent in parents}

    async def window(self, handles: Handles, columns: Columns, window: Window) -> Sequence[Row]:
        """One statement; of an order by several columns two, or three when documents go meanwhile.

        No index has all columns of such an order, and MongoDB would read and sort all documents.  So the first column
        alone, in the order of an index, says how far the page goes, and only what lies up to there is sorted.
        """
        if len(window.order) <= INDEXED:
            return await self._found(handles, columns, matched(window), window)
        first, where = window.order[0], both(matched(window), starting(window))
        to_last = window._replace(order=(first,), limit=1, offset=window.offset + window.limit - 1)
        last = await self._found(handles, (first.column,), where, to_last)
        bound = up_to(first, last[0][first.column]) if last else {}
        rows = await self._found(handles, columns, both(where, bound), window)
        if bound and len(rows) < window.limit:
            return await self._found(handles, columns, where, window)
        return rows

    async def _found(
        self, handles: Handles, columns: Columns, where: Mapping[str, Any], window: Window
    ) -> Sequence[Row]:
        return await find(
            handles,
            self.name,
            where,
            self._projected(columns),
            order=directions(window.order),
            limit=window.limit,
            skip=window.offset,
        )

    async def counts(
        self, handles: Handles, key: str, keys: Sequence[Any], where: Condition | None
    ) -> Mapping[Any, int]:
        pipeline: list[dict[str, Any]] = [
            {"$match": {"$and": [{key: {"$in": list(keys)}}, selector(where)]}},
            {"$group": {"_id": f"${key}", "rows": {"$sum": 1}}},
        ]
        return {row["_id"]: row["rows"] for row in await aggregate(handles, self.name, pipeline)}

    async def count(self, handles: Handles, where: Condition | None) -> int:
        rows = await aggregate(handles, self.name, [{"$match": selector(where)}, {"$count": "rows"}])
        return int(rows[0]["rows"]) if rows else 0

    def _projected(self, columns: Columns) -> dict[str, Any]:
        """MongoDB sends `_id` unless it is told not to, everything when it is told nothing else, and of a document
        without a field no null.
        """
        fields: dict[str, Any] = dict.fromkeys(columns or ("_id",), 1)
        fields |= {name: {"$ifNull": [f"${name}", None]} for name in columns if name in self._optional}
        fields |= {name: name.expression for name in columns if isinstance(name, Derived)}
        return fields if "_id" in fields else fields | {"_id": 0}


def directions(order: Order) -> list[tuple[str, int]]:
    return [(term.column, -1 if term.is_descending else 1) for term in order]


def matched(window: Window) -> dict[str, Any]:
    return both(selector(window.where), beyond(window))


def both(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return {"$and": [one, other]} if one and other else one or other


def starting(window: Window) -> dict[str, Any]:
    """What lies beyond the window's position is not before it in the first column."""
    return {} if window.beyond is None else up_to(window.order[0].turned(), window.beyond[0])


def up_to(term: Term, value: Any) -> dict[str, Any]:
    """The documents that do not come after a value in the order of this column, in words that an index serves."""
    if term.is_descending:
        return {} if value is None else {term.column: {"$gte": value}}
    if value is None:
        return {term.column: {"$eq": None}}
    # What is not greater may be nothing, which is not less either.
    return {term.column: {"$not": {"$gt": value}} if term.is_nullable else {"$lte": value}}


def beyond(window: Window) -> dict[str, Any]:
    """The rows after the position that a window starts at: past it in the first column in which they differ from it."""
    if window.beyond is None:
        return {}
    alternatives = []
    same: dict[str, Any] = {}
    for term, value in zip(window.order, window.beyond, strict=True):
        alternatives.append({"$and": [same, after(term, value)]} if same else after(term, value))
        same = same | {term.column: {"$eq": value}}
    return {"$or": alternatives}


def after(term: Term, value: Any) -> dict[str, Any]:
    """MongoDB's comparisons never cross types, so what is past a null, or what nulls are past, is said in words."""
    if term.is_descending:
        if value is None:
            return {"$expr": False}
        less = {term.column: {"$lt": value}}
        return {"$or": [less, {term.column: {"$eq": None}}]} if term.is_nullable else less
    return {term.column: {"$ne": None}} if value is None else {term.column: {"$gt": value}}
