"""The catalog: courses, products and typing tests as one list, merged across both databases by the sort keys that each
of them stores.

Both compare these keys alike: prices as exact decimals, titles by code point, times in milliseconds, ids by their
bytes.  A page asks each database once for as many rows as it may have, after the same position, and takes the first
of both.
"""

from asyncio import gather
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID

from models.catalog import Course, PurchasableKind
from models.documents import Fact
from resolvers.catalog import CATEGORIZED, KINDS
from resolvers.collection_unions import Branch, union, union_count
from resolvers.conditions import Compare, Condition, Every, Operator
from resolvers.context import Context
from resolvers.loading import Pages, source_of
from resolvers.pages import Listing, PageArguments, cursor_of, window_of
from resolvers.sources import Columns, Window
from resolvers.stores import Row


class CatalogField(StrEnum):
    PRICE = "PRICE"
    TITLE = "TITLE"
    NEWEST = "NEWEST"
    POPULARITY = "POPULARITY"


ATTRIBUTES = {
    CatalogField.PRICE: "price",
    CatalogField.TITLE: "title",
    CatalogField.NEWEST: "created_at",
    CatalogField.POPULARITY: "purchase_count",
}
DESCENDING = {CatalogField.NEWEST, CatalogField.POPULARITY}
NAME = "catalog"


@dataclass(frozen=True, slots=True)
class CatalogFilter:
    """What a client asks for, checked; what is None is not asked.  A price is one in the currency."""

    kinds: frozenset[PurchasableKind] | None = None
    search: Condition | None = None
    category: str | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    currency: str | None = None

    def covers(self, kind: PurchasableKind) -> bool:
        """Whether things of this kind can be meant at all."""
        return (self.kinds is None or kind in self.kinds) and (self.category is None or kind in CATEGORIZED)

    def conditions(self) -> list[Condition]:
        """What holds for the things that are meant; the columns are called alike on both databases."""
        asked: list[Condition] = [] if self.search is None else [self.search]
        compared = (
            ("category", Operator.EQ, self.category),
            ("currency", Operator.EQ, self.currency),
            ("price", Operator.GTE, self.min_price),
            ("price", Operator.LTE, self.max_price),
        )
        return asked + [Compare(name, operator, value) for name, operator, value in compared if value is not None]


@dataclass(frozen=True, slots=True)
class Shelf:
    """The things of one kind that are listed: which of them, and which of their columns are wanted."""

    kind: PurchasableKind
    where: Condition | None
    columns: Columns

    @property
    def model(self) -> Any:
        return KINDS[self.kind].model


class Found(NamedTuple):
    """A thing for sale, and where it stands in the order: a value, and of equal ones the id."""

    kind: PurchasableKind
    row: Row
    value: Any
    key: UUID


@dataclass(frozen=True, slots=True)
class CatalogPage:
    """Things in order, with their cursors where those are wanted."""

    shown: Sequence[Found]
    cursors: Sequence[str]
    window: Window
    has_more: bool


def listing_of(field: CatalogField, *, is_descending: bool) -> Listing:
    """The order by a field.  It is named after the columns of courses, whose attributes all three kinds have."""
    sign = "-" if is_descending else ""
    return Listing(Pages(Course), (f"{sign}{ATTRIBUTES[field]}", f"{sign}id"))


def shelf(kind: PurchasableKind, asked: CatalogFilter, visible: Condition | None, columns: Columns) -> Shelf:
    parts = (*([visible] if visible else []), *asked.conditions())
    return Shelf(kind, Every(parts) if parts else None, columns)


async def page_of(
    context: Context,
    shelves: Sequence[Shelf],
    listing: Listing,
    arguments: PageArguments,
    *,
    has_probe: bool,
    has_cursors: bool,
) -> CatalogPage:
    """A page of everything on these shelves.  Raises BadPage or BadCursor before any statement is sent."""
    window = window_of(context, listing, NAME, arguments, has_probe=has_probe)
    if window.limit == 0:
        return CatalogPage((), (), window, has_more=False)
    halves = await gather(
        of_tables(context, shelves, listing, window), of_collections(context, shelves, listing, window)
    )
    listed = sorted(chain(*halves), key=place, reverse=window.order[0].is_descending)[: window.limit]
    shown = listed[: arguments.size()]
    if arguments.is_backward:
        shown.reverse()
    names = [term.column for term in listing.order]
    positions = ({names[0]: each.value, names[1]: each.key} for each in shown)
    cursors = [cursor_of(context, listing, NAME, each) if has_cursors else "" for each in positions]
    return CatalogPage(shown, cursors, window, has_more=len(listed) > len(shown))


async def count_of(context: Context, shelves: Sequence[Shelf]) -> int:
    """How many things there are on these shelves."""
    tables, collections = parted(shelves)
    counts = [source_of(each.model).count(context.handles, each.where) for each in tables]
    if collections:
        counts.append(union_count(context.handles, [(each.model, each.where) for each in collections]))
    return sum(await gather(*counts))


def parted(shelves: Sequence[Shelf]) -> tuple[Sequence[Shelf], Sequence[Shelf]]:
    """Those on PostgreSQL, and those on MongoDB."""
    documents = [each for each in shelves if issubclass(each.model, Fact)]
    return [each for each in shelves if each not in documents], documents


async def of_tables(context: Context, shelves: Sequence[Shelf], listing: Listing, window: Window) -> Sequence[Found]:
    """The first rows on PostgreSQL, where courses are the only things for sale."""
    for each in parted(shelves)[0]:
        columns = tuple(sorted({*each.columns, *(term.column for term in window.order)}))
        rows = await source_of(each.model).window(context.handles, columns, window._replace(where=each.where))
        value, key = place_columns(each.kind, listing)
        return [Found(each.kind, row, row[value], row[key]) for row in rows]
    return ()


async def of_collections(
    context: Context, shelves: Sequence[Shelf], listing: Listing, window: Window
) -> Sequence[Found]:
    """The first documents of all collections together."""
    branches = [Branch(each.kind, each.model, each.where, each.columns) for each in parted(shelves)[1]]
    if not branches:
        return ()
    attributes = [attribute.removeprefix("-") for attribute in listing.attributes]
    rows = await union(context.handles, branches, attributes, window)
    kinds = {each.kind: place_columns(each.kind, listing) for each in shelves}
    things = []
    for name, row in rows:
        kind = PurchasableKind(name)
        value, key = kinds[kind]
        things.append(Found(kind, row, row[value], row[key]))
    return things


def place_columns(kind: PurchasableKind, listing: Listing) -> Sequence[str]:
    """The columns of a kind that say where its things stand."""
    stored = KINDS[kind].source.stored
    return [stored(attribute.removeprefix("-")) for attribute in listing.attributes]


def place(thing: Found) -> tuple[Any, bytes]:
    """What Python compares as both databases do."""
    return thing.value, thing.key.bytes
