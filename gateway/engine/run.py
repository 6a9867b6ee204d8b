"""One run of a compiled operation: what its functions share, and how they fetch."""

from asyncio import Future, gather
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from asyncpg import Record

from gateway.engine.flaws import Flaw, Flawed, Place
from gateway.engine.surprises import Lost
from gateway.engine.variables import Given
from resolvers.context import Context
from resolvers.loading import Loader
from resolvers.refusals import StoreUnavailable
from resolvers.sources import Columns
from resolvers.stores import Row

FEW = 3
LAYOUTS_KEPT = 4096
Fetch = Callable[[Sequence[Row], "Run"], Awaitable[Mapping[Any, Any]]]


class Run:
    """The state of one run: who asks, and what the arguments of its fields come to."""

    __slots__ = ("asked", "context", "is_flawed", "me", "prepared", "variables")

    def __init__(self, context: Context, variables: Given) -> None:
        self.context, self.variables = context, variables
        self.me: UUID | None = context.viewer.user_id
        self.prepared: list[Any] = []
        self.asked: dict[tuple[Loader, Columns], dict[Any, Future[Mapping[Any, Any]]]] = {}
        self.is_flawed = False

    async def rows(self, loader: Loader, keys: Iterable[Any], columns: Columns) -> Mapping[Any, Any]:
        """What a loader of rows by key finds, each key asked for once in a run.  Other runs may share the statement."""
        handles = self.context.handles
        asked = self.asked.setdefault((loader, columns), {})
        missing = [key for key in keys if key not in asked]
        if missing:
            answer = handles.loads.load(handles, loader, missing, columns)
            is_first = not asked
            asked.update(dict.fromkeys(missing, answer))
            if is_first:
                return await answer
        found = {}
        for key in keys:
            rows = await asked[key] if not asked[key].done() else asked[key].result()
            if key in rows:
                found[key] = rows[key]
        return found

    async def fetched(self, fetch: Fetch, rows: Sequence[Row], place: Place) -> Mapping[Any, Any]:
        """What a related field fetches for all rows of its layer; flaws if its database is away."""
        try:
            return await fetch(rows, self)
        except StoreUnavailable as refusal:
            return Flawed(self.flaw(refusal, place))

    async def root(self, answer: Callable[["Run"], Awaitable[Any]], place: Place) -> Any:
        """What a root field answers; a flaw if its database is away."""
        try:
            return await answer(self)
        except StoreUnavailable as refusal:
            return self.flaw(refusal, place)

    def flaw(self, refusal: StoreUnavailable, place: Place) -> Flaw:
        """Stands for what a database that is away would have given.  Raises Lost where null may not stand."""
        if not place.is_nullable:
            raise Lost(refusal)
        self.is_flawed = True
        return Flaw(place, refusal)


def regrouped(found: Mapping[Any, Sequence[Row]], written: Sequence[Any]) -> dict[Any, Sequence[Any]]:
    """What was written of all rows of some lists, as the lists that the rows were."""
    lists: dict[Any, Sequence[Any]] = {}
    start = 0
    for key, rows in found.items():
        end = start + len(rows)
        lists[key] = written[start:end]
        start = end
    return lists


def places(rows: Sequence[Row], columns: Columns) -> Sequence[Any]:
    """What to read these columns by in all of these rows, which one statement fetched: their places, or their names
    where those serve as well.
    """
    if len(rows) < FEW or rows[0].__class__ is not Record:
        return columns
    return places_among(tuple(rows[0].keys()), columns)


@lru_cache(LAYOUTS_KEPT)
def places_among(names: Columns, columns: Columns) -> Sequence[int]:
    return tuple(map(names.index, columns))


RUNTIME: Mapping[str, object] = {"gather": gather, "places": places, "regrouped": regrouped}
