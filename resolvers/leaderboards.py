"""Leaderboards: the best of each person, ranked.  Equals share a rank and the rank after them is left out, as in
1, 2, 2, 4; of equals the earlier comes first.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from models import learning as learning_models
from models import referrals as referral_models
from models.documents import Fact
from resolvers.collections import directions
from resolvers.context import Handles
from resolvers.loading import order_of, source_of
from resolvers.sources import Columns, Order
from resolvers.stores import Row, aggregate, find

RANK = "_rank"
"""Where a row of a leaderboard carries its rank."""

# Of so many runs down the index for each place on the board, most often enough are of different people.
RUNS_A_PLACE = 5


@dataclass(frozen=True)
class FastestOfTest:
    """The fastest run of each person in a typing test."""

    model = learning_models.TestResult

    async def load(self, handles: Handles, test_id: UUID, columns: Columns, first: int) -> list[Row]:
        """Walks down an index of the runs by speed and takes the first of each person.  Where a few people hold so
        many of the best runs that it does not meet enough others, a second statement asks for the best of each.
        """
        source = source_of(self.model)
        person, speed, test = (source.stored(name) for name in ("user_id", "wpm", "test_id"))
        order = order_of(self.model, "-wpm", "created_at", "id")
        wanted = tuple({*columns, person, *(term.column for term in order)})
        most = first * RUNS_A_PLACE
        runs = await top(handles, self.model, {test: {"$eq": test_id}}, wanted, order, most)
        best: dict[UUID, Row] = {}
        for run in runs:
            best.setdefault(run[person], run)
        if len(best) < first and len(runs) == most:
            rows = await aggregate(handles, source.name, best_of_each(test_id, wanted, order, first))
        else:
            rows = list(best.values())[:first]
        return list(ranked(rows, speed))


def best_of_each(test_id: UUID, wanted: Columns, order: Order, first: int) -> list[dict[str, Any]]:
    """Finds the best run of each person in a test by one seek in an index for each, and takes the first of them."""
    person, test = (source_of(learning_models.TestResult).stored(name) for name in ("user_id", "test_id"))
    # MongoDB seeks where the order is that of an index and the group is by what stands before the rest of it.
    by_person = {person: 1} | dict(directions(order))
    return [
        {"$match": {test: {"$eq": test_id}}},
        {"$sort": by_person},
        {"$group": {"_id": f"${person}"} | {f"best{name}": {"$first": f"${name}"} for name in wanted}},
        {"$replaceWith": {name: f"$best{name}" for name in wanted}},
        {"$sort": dict(directions(order))},
        {"$limit": first},
    ]


@dataclass(frozen=True)
class BusiestReferrers:
    """The members who brought most people, those who brought nobody left out."""

    model = referral_models.Member

    async def load(self, handles: Handles, _: None, columns: Columns, first: int) -> list[Row]:
        source = source_of(self.model)
        brought = source.stored("total_referred_users")
        order = order_of(self.model, "-total_referred_users", "created_at", "id")
        rows = await top(handles, self.model, {brought: {"$gt": 0}}, tuple({*columns, brought}), order, first)
        return list(ranked(rows, brought))


async def top(
    handles: Handles, model: type[Fact], where: dict[str, Any], wanted: Columns, order: Order, most: int
) -> Sequence[Row]:
    """The first documents in an order that an index has from its first column to its last."""
    if not most:
        return ()  # MongoDB takes a limit of 0 for none.
    projection = {"_id": 0} | dict.fromkeys(wanted, 1)
    return await find(handles, source_of(model).name, where, projection, order=directions(order), limit=most)


def ranked(rows: Iterable[Row], score: str) -> Iterator[Row]:
    """The rows, which come best first, each with its rank."""
    rank, last = 0, None
    for place, row in enumerate(rows, 1):
        rank, last = (rank if row[score] == last else place), row[score]
        carried: dict[str, Any] = {**row, RANK: rank}  # type: ignore[dict-item]  # Documents are mappings.
        yield carried


FastestRuns = FastestOfTest()
TopReferrers = BusiestReferrers()
