"""Loaders: result by key.  Each kind has one form, for dataloaders and for compiled reads alike: keys and wanted
columns in, rows by key out, one statement.  Which loaders exist is said in the rooms (`identity`, `orders`, …).
"""

from asyncio import Future
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Protocol

from aiodataloader import DataLoader

from models.documents import Fact
from resolvers.collections import CollectionSource
from resolvers.conditions import Condition
from resolvers.context import Context, Handles
from resolvers.sources import Columns, Model, Order, Source, Term, Window, adapter
from resolvers.stores import Row
from resolvers.tables import TableSource

SOURCES: dict[Model, Source] = {}
ORDERS: dict[tuple[Model, tuple[str, ...]], Order] = {}
ORDERS_KEPT = 1024


def source_of(model: Model) -> Source:
    """Where the rows of a model are; one for each model, since it keeps the statements that were compiled for it."""
    if model not in SOURCES:
        SOURCES[model] = CollectionSource(model) if issubclass(model, Fact) else TableSource(model)
    return SOURCES[model]


def order_of(model: Model, *attributes: str) -> Order:
    """An order by attributes of a model; one that starts with a minus descends."""
    found = ORDERS.get((model, attributes))
    if found is None:
        if len(ORDERS) >= ORDERS_KEPT:
            ORDERS.clear()
        source = source_of(model)
        names = [(each.removeprefix("-"), each.startswith("-")) for each in attributes]
        found = tuple(Term(source.stored(name), descends, is_nullable(model, name)) for name, descends in names)
        ORDERS[model, attributes] = found
    return found


def is_nullable(model: Model, attribute: str) -> bool:
    try:
        adapter(model, attribute).validate_python(None)
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class One:
    """The row that has a key; `key` is a unique attribute of the model."""

    model: Model
    key: str = "id"

    @property
    def source(self) -> Source:
        return source_of(self.model)

    async def load(self, handles: Handles, keys: Sequence[Any], columns: Columns) -> Mapping[Any, Row]:
        key = self.source.stored(self.key)
        return {row[key]: row for row in await self.source.rows(handles, key, keys, columns, ())}


@dataclass(frozen=True)
class Many:
    """All rows that share a key, in order.  Only for lists that the business itself keeps short (an order's items)."""

    model: Model
    key: str
    order: tuple[str, ...]

    @property
    def source(self) -> Source:
        return source_of(self.model)

    async def load(self, handles: Handles, keys: Sequence[Any], columns: Columns) -> Mapping[Any, list[Row]]:
        key = self.source.stored(self.key)
        found: dict[Any, list[Row]] = {}
        for row in await self.source.rows(handles, key, keys, columns, order_of(self.model, *self.order)):
            found.setdefault(row[key], []).append(row)
        return found


@dataclass(frozen=True)
class Pages:
    """The rows that share a key, or with `key` None all rows, a page at a time; `order` is that of a client who asks
    for none, and its last attribute is unique.
    """

    model: Model
    key: str | None = None
    order: tuple[str, ...] = ("-created_at", "-id")

    @cached_property
    def usual_order(self) -> Order:
        return order_of(self.model, *self.order)

    @property
    def source(self) -> Source:
        return source_of(self.model)

    async def load(
        self, handles: Handles, keys: Sequence[Any], columns: Columns, window: Window
    ) -> Mapping[Any, Sequence[Row]]:
        if self.key is None:
            return dict.fromkeys(keys, await self.source.window(handles, columns, window))
        return await self.source.windows(handles, self.source.stored(self.key), keys, columns, window)


@dataclass(frozen=True)
class Stretches:
    """The same window of the rows of each key, as a loader of rows by key."""

    pages: Pages
    window: Window

    async def load(self, handles: Handles, keys: Sequence[Any], columns: Columns) -> Mapping[Any, Sequence[Row]]:
        return await self.pages.load(handles, keys, columns, self.window)


@dataclass(frozen=True)
class Counts:
    """How many rows each key of a `Pages` has that a condition holds for."""

    pages: Pages
    where: Condition | None = None

    async def load(self, handles: Handles, keys: Sequence[Any], _: Columns) -> Mapping[Any, int]:
        source = self.pages.source
        if self.pages.key is None:
            return dict.fromkeys(keys, await source.count(handles, self.where))
        return await source.counts(handles, source.stored(self.pages.key), keys, self.where)


@dataclass(frozen=True)
class OneOfKind:
    """The row that a pair (kind, id) names, where each kind is stored somewhere else: one statement for each kind
    that occurs.
    """

    kinds: Mapping[str, One]


class Loader(Protocol):
    """What `load` batches: anything that finds by keys what it is asked for, in one statement."""

    def __hash__(self) -> int: ...

    async def load(self, handles: Handles, keys: Sequence[Any], columns: Columns) -> Mapping[Any, Any]: ...


def load(
    context: Context, loader: Loader | Pages, key: Hashable, columns: Columns = (), *window: Window
) -> Future[Any]:
    """What the loader finds for this key, or None; batched with all that the operation asks it for in the same turn
    of the event loop.
    """
    identity = (loader, columns, *window)
    dataloader = context.batches.get(identity)
    if dataloader is None:
        dataloader = context.batches[identity] = DataLoader(partial(batch, context.handles, loader, columns, window))
    return dataloader.load(key)


async def batch(
    handles: Handles,
    loader: Any,
    columns: Columns,
    window: tuple[Window, ...],
    keys: list[Any],
) -> list[Any]:
    found = await loader.load(handles, keys, columns, *window)
    return [found.get(key) for key in keys]
