"""One run of a compiled operation: what its functions share, and how they fetch."""

from asyncio import Future, gather
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from graphql.execution.values import VariableValues

from gateway.engine.flaws import Flaw, Flawed, Place
from gateway.engine.surprises import Lost
from resolvers.context import Context
from resolvers.refusals import StoreUnavailable
from resolvers.sharing import LoaderByKey
from resolvers.sources import Columns
from resolvers.stores import Row

Fetch = Callable[[Sequence[Row], "Run"], Awaitable[Mapping[Any, Any]]]


class Run:
    """The state of one run: who asks, and what the arguments of its fields come to."""

    __slots__ = ("context", "is_flawed", "me", "prepared", "variables")

    def __init__(self, context: Context, variables: VariableValues) -> None:
        self.context, self.variables = context, variables
        self.me: UUID | None = context.viewer.user_id
        self.prepared: list[Any] = []
        self.is_flawed = False

    def rows(self, loader: LoaderByKey, keys: Iterable[Any], columns: Columns) -> Future[Mapping[Any, Any]]:
        """What a loader of rows by key finds, in one statement that other requests may share."""
        handles = self.context.handles
        return handles.loads.load(handles, loader, keys, columns)

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


RUNTIME: Mapping[str, object] = {"gather": gather, "regrouped": regrouped}
