"""Leaderboards: the best of each person, ranked.  Equals share a rank and the rank after them is left out, as in
1, 2, 2, 4; of equals the earlier comes first.  People who are disabled or erased are on none.
"""

from asyncio import gather
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol
from uuid import UUID

from models import learning as learning_models
from models import referrals as referral_models
from models.documents import Fact
from resolvers.collections import directions
from resolvers.context import Handles
from resolvers.identity import UserById
from resolvers.loading import order_of, source_of
from resolvers.sources import Columns, Order
from resolvers.stores import Row, aggregate, find

RANK = "_rank"
"""Where a row of a leaderboard carries its rank."""

# Of so many runs down the index for each place on the board, most often enough are of different people.
RUNS_A_PLACE = 5


class Leaders(Protocol):
    """A way to rank: `person` and `score` are the attributes of the rows that say whose they are and how good."""

    model: ClassVar[type[Fact]]
    person: ClassVar[str]
    score: ClassVar[str]

    def __hash__(self) -> int: ...

    async def best(self, handles: Handles, key: Any, columns: Columns, first: int) -> Sequence[Row]:
        """The best row of each of the `first` best people, or of all where they are fewer, best first."""
        ...


@dataclass(frozen=True)
class Board:
    """The `first` best who may be shown, ranked.  Loads of equal boards in the same turn of the event loop are one."""

    leaders: Leaders
    first: int

    async def load(self, handles: Handles, keys: Sequence[Any], columns: Columns) -> Mapping[Any, list[Row]]:
        boards = await gather(*(self.shown(handles, key, columns) for key in keys))
        return dict(zip(keys, boards, strict=True))

    async def shown(self, handles: Handles, key: Any, columns: Columns) -> list[Row]:
        source, asked = source_of(self.leaders.model), self.first
        person, score = source.stored(self.leaders.person), source.stored(self.leaders.score)
        while True:
            rows = await self.leaders.best(handles, key, tuple({*columns, person, score}), asked)
            there = await present(handles, [row[person] for row in rows])
            shown = [row for row in rows if row[person] in there]
            if len(shown) >= self.first or len(rows) < asked:
                return list(ranked(shown[: self.first], score))
            # Few people are gone, so that this comes once if at all; however many are, it comes seldom.
            asked *= 2


async def present(handles: Handles, people: Sequence[UUID]) -> set[UUID]:
    """Those of the people who are neither disabled nor erased."""
    if not people:
        return set()
    found = await handles.loads.load(handles, UserById, people, ("disabled_at", "erased_at", "id"))
    return {key for key, row in found.items() if row["disabled_at"] is None and row["erased_at"] is None}


@dataclass(frozen=True)
class FastestOfTest:
    """The fastest run of each person in a typing test."""

    model: ClassVar[type[Fact]] = learning_models.TestResult
    person: ClassVar[str] = "user_id"
    score: ClassVar[str] = "wpm"

    async def load(self, handles: Handles, test_id: UUID, columns: Columns, first: int) -> list[Row]:
        board: list[Row] = (await handles.loads.load(handles, Board(self, first), (test_id,), columns))[test_id]
        return board

    async def best(self, handles: Handles, test_id: UUID, columns: Columns, first: int) -> Sequence[Row]:
        """Walks down an index of the runs by speed and takes the first of each person.  Where a few people hold so
        many of the best runs that it does not meet enough others, a second statement asks for the best of each.
        """
        source = source_of(self.model)
        person, test = source.stored(self.person), source.stored("test_id")
        order = order_of(self.model, "-wpm", "created_at", "id")
        wanted = tuple({*columns, *(term.column for term in order)})
        most = first * RUNS_A_PLACE
        runs = await top(handles, self.model, {test: {"$eq": test_id}}, wanted, order, most)
        best: dict[UUID, Row] = {}
        for run in runs:
            best.setdefault(run[person], run)
        if len(best) < first and len(runs) == most:
            return await aggregate(handles, source.name, best_of_each(test_id, wanted, order, first))
        return list(best.values())[:first]


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

    model: ClassVar[type[Fact]] = referral_models.Member
    person: ClassVar[str] = "id"
    score: ClassVar[str] = "total_referred_users"

    async def load(self, handles: Handles, _: None, columns: Columns, first: int) -> list[Row]:
        board: list[Row] = (await handles.loads.load(handles, Board(self, first), (None,), columns))[None]
        return board

    async def best(self, handles: Handles, _: None, columns: Columns, first: int) -> Sequence[Row]:
        brought = source_of(self.model).stored(self.score)
        order = order_of(self.model, "-total_referred_users", "created_at", "id")
        return await top(handles, self.model, {brought: {"$gt": 0}}, columns, order, first)


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
