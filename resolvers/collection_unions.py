"""Documents of several collections as one ordered list, in one statement: each branch reads by its own index no more
than the list may show, and what they read is merged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models.documents import Fact
from models.validators import collection_name
from resolvers.collection_conditions import selector
from resolvers.conditions import Compare, Condition, Every, Operator, Some
from resolvers.context import Handles
from resolvers.loading import source_of
from resolvers.sources import Columns, Window
from resolvers.stores import Row, aggregate

BRANCH = "_branch"
Pipeline = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Branch:
    """The documents of one collection that a condition holds for; `name` comes back with each of them."""

    name: str
    model: type[Fact]
    where: Condition | None
    columns: Columns


async def union(
    handles: Handles, branches: Sequence[Branch], attributes: Sequence[str], window: Window
) -> list[tuple[str, Row]]:
    """The window of all branches together, each row with the name of its branch.

    The attributes stand for the columns of the window's order, are stored alike in all branches and never null; all
    of them run in one direction.
    """
    pipelines = [(collection_name(each.model), of_branch(each, attributes, window)) for each in branches]
    order = sorting(branches[0].model, attributes, window)
    together: Pipeline = [{"$sort": order}, {"$limit": window.limit}] if len(branches) > 1 else []
    rows = await aggregate(handles, pipelines[0][0], [*united(pipelines), *together])
    return [(row[BRANCH], row) for row in rows]


async def union_count(handles: Handles, branches: Sequence[tuple[type[Fact], Condition | None]]) -> int:
    """How many documents there are in all collections together."""
    counted: list[tuple[str, Pipeline]] = [
        (collection_name(model), [{"$match": selector(where)}, {"$count": "rows"}]) for model, where in branches
    ]
    rows = await aggregate(handles, counted[0][0], united(counted))
    return sum(row["rows"] for row in rows)


def united(pipelines: Sequence[tuple[str, Pipeline]]) -> Pipeline:
    (_, first), *others = pipelines
    return [*first, *({"$unionWith": {"coll": name, "pipeline": pipeline}} for name, pipeline in others)]


def of_branch(branch: Branch, attributes: Sequence[str], window: Window) -> Pipeline:
    order = sorting(branch.model, attributes, window)
    # A document lacks what it never had, and every column that is asked for must be there.
    wanted = {name: {"$ifNull": [f"${name}", None]} for name in {*branch.columns, *order}}
    return [
        {"$match": selector(conditions(branch, list(order), window))},
        {"$sort": order},
        {"$limit": window.limit},
        {"$project": {**wanted, BRANCH: {"$literal": branch.name}}},
    ]


def sorting(model: type[Fact], attributes: Sequence[str], window: Window) -> dict[str, int]:
    direction = -1 if window.order[0].is_descending else 1
    return {source_of(model).stored(attribute): direction for attribute in attributes}


def conditions(branch: Branch, order: Sequence[str], window: Window) -> Condition | None:
    """The branch's condition, and that the rows lie beyond the window's position."""
    if window.beyond is None:
        return branch.where
    given = () if branch.where is None else (branch.where,)
    past = Operator.LT if window.order[0].is_descending else Operator.GT
    column, key = order
    value, last = window.beyond
    ties = Every((Compare(column, Operator.EQ, value), Compare(key, past, last)))
    return Every((*given, Some((Compare(column, past, value), ties))))
