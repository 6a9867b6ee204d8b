"""The catalog: everything for sale, on both databases, as one connection."""

import re
from asyncio import gather
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

import strawberry
from strawberry.types.arguments import StrawberryArgument

from models.catalog import PurchasableKind
from resolvers.catalog import KINDS
from resolvers.catalog_pages import DESCENDING, CatalogField, CatalogFilter, Shelf, count_of, listing_of, page_of, shelf
from resolvers.context import Context
from resolvers.pages import PageArguments
from resolvers.refusals import BadFilter
from resolvers.stores import Row
from schema.connections import PAGING, Connection, Edge, Selection, page_info, selection_of
from schema.declarations import Arguments, Declaration, Resolve, argument, declare
from schema.entities import BY_MODEL, Entity
from schema.filter_inputs import OrderDirection
from schema.filters import LONGEST_TEXT, searched
from schema.selections import ResolveInfo
from schema.values import Currency, described

LARGEST_PRICE = Decimal(10) ** 12

described(
    CatalogField,
    "What the catalog can be sorted by.",
    PRICE="By price, the cheapest first; by the amount alone where currencies differ.",
    TITLE="By title, by the code points of its letters.",
    NEWEST="By age, the newest first.",
    POPULARITY="By how often it was bought, the most popular first.",
)


@strawberry.input(description="How the catalog is sorted.")
class CatalogOrder:
    field: CatalogField = strawberry.field(description="What to sort by.")
    direction: OrderDirection | None = strawberry.field(
        description="Which way: least, oldest or least popular first, or the reverse; the field's own unless told.",
        default=None,
    )


ASKED = (
    argument("search", str | None, "Only what has all of these words in its title."),
    argument("kind", list[PurchasableKind] | None, "Only things of these kinds."),
    argument("category", str | None, "Only courses and products of this category; typing tests have none."),
    argument("min_price", Decimal | None, "Only what costs at least this, in the currency."),
    argument("max_price", Decimal | None, "Only what costs at most this, in the currency."),
    argument(
        "currency",
        Currency | None,
        "Only what is sold in this currency; prices are meant in the gateway's unless told.",
    ),
    argument("order_by", CatalogOrder | None, "How to sort; the newest first unless told."),
)


@dataclass(frozen=True)
class Cataloged(Declaration):
    arguments: ClassVar[tuple[StrawberryArgument, ...]] = (*PAGING, *ASKED)

    def attributes(self, name: str) -> tuple[str, ...]:  # noqa: ARG002
        return ()

    def resolver(self, stored: tuple[str, ...], entity: Entity | None) -> Resolve:  # noqa: ARG002
        async def resolve(_row: Row, info: ResolveInfo, given: Arguments) -> Connection[Any]:
            return await connected(info, given)

        return resolve


async def connected(info: ResolveInfo, given: Arguments) -> Connection[Any]:
    """The page that was asked for.  Raises BadFilter, BadPage or BadCursor before any statement is sent."""
    context = info.context
    selection = selection_of(info, "Purchasable")
    shelves = shelves_of(info, filter_of(context, given), selection)
    arguments = page_arguments_of(given)
    field, is_descending = order_of(given.get("order_by"))
    listing = listing_of(field, is_descending=is_descending)
    page, total = await gather(
        page_of(
            context,
            shelves if selection.has_rows else (),
            listing,
            arguments,
            has_probe=selection.has_probe,
            has_cursors=selection.has_cursors,
        ),
        count_of(context, shelves if selection.has_total else ()),
    )
    nodes: list[Any] = [BY_MODEL[KINDS[thing.kind].model].wrap(thing.row) for thing in page.shown]
    return Connection(
        edges=[Edge(cursor=cursor, node=node) for cursor, node in zip(page.cursors, nodes, strict=True)],
        nodes=nodes,
        page_info=page_info(arguments, page.window, page.cursors, has_more=page.has_more),
        total_count=total or 0,
    )


def page_arguments_of(given: Arguments) -> PageArguments:
    return PageArguments(*(given.get(name) for name in ("first", "after", "last", "before")))


def shelves_of(info: ResolveInfo, asked: CatalogFilter, selection: Selection) -> list[Shelf]:
    """What the viewer may see of each kind that is asked for."""
    shelves = []
    for kind in filter(asked.covers, KINDS):
        entity = BY_MODEL[KINDS[kind].model]
        wanted = tuple(sorted(selection.columns(info, entity)))
        shelves.append(shelf(kind, asked, entity.visibility.condition(info.context.viewer), wanted))
    return shelves


def order_of(given: CatalogOrder | None) -> tuple[CatalogField, bool]:
    field = CatalogField.NEWEST if given is None else given.field
    direction = None if given is None else given.direction
    return field, field in DESCENDING if direction is None else direction is OrderDirection.DESC


def filter_of(context: Context, given: Arguments) -> CatalogFilter:
    """What is asked for; raises BadFilter for what nothing in the catalog can be."""
    kinds, currency = given.get("kind"), given.get("currency")
    min_price, max_price = price("minPrice", given.get("min_price")), price("maxPrice", given.get("max_price"))
    if currency is None and not min_price is max_price is None:
        currency = context.handles.default_currency
    asked = CatalogFilter(
        kinds=None if kinds is None else frozenset(kinds),
        search=searched(given.get("search")),
        category=category(given.get("category")),
        min_price=min_price,
        max_price=max_price,
        currency=code(currency),
    )
    context.filters.spend(comparisons=len(asked.conditions()))
    return asked


def price(name: str, given: Decimal | None) -> Decimal | None:
    if given is not None and not (given.is_finite() and 0 <= given < LARGEST_PRICE and given == round(given, 2)):
        raise BadFilter(f"'{name}' is a price: not negative, with at most 12 digits before the point and 2 after it.")
    return None if given is None else round(given, 2)


def category(given: str | None) -> str | None:
    if given is not None and ("\0" in given or len(given) > LONGEST_TEXT):
        raise BadFilter(f"A category has at most {LONGEST_TEXT} characters, and no NUL among them.")
    return given


def code(given: str | None) -> str | None:
    if given is not None and not re.fullmatch("[A-Z]{3}", given):
        raise BadFilter("A currency is said by its ISO 4217 code, three capitals such as INR.")
    return given


def catalog_of_everything(*, description: str) -> Any:
    """A root field that is everything for sale."""
    return declare(Cataloged(), description)
