"""Lists that can grow, as Relay connections: a page of rows between two cursors, with its total only when it is asked
for, filtered and sorted by what is declared so.
"""

from asyncio import gather
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

import strawberry
from strawberry.types.arguments import StrawberryArgument

from resolvers.conditions import Condition, Every
from resolvers.context import Context
from resolvers.loading import Counts, Pages, load
from resolvers.pages import Listing, PageArguments, cursor_of, window_of
from resolvers.sources import Window
from resolvers.stores import Row
from schema.declarations import Arguments, Declaration, DeclaredField, Resolve, argument, declare
from schema.entities import BY_MODEL, Entity
from schema.filter_inputs import inputs_of
from schema.filters import attributes_of, condition_of, searched
from schema.selections import Nodes, ResolveInfo, columns, selected
from schema.visibility import Audience

T = TypeVar("T")


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(
        description="Whether the list goes on after this page; false when paging backward."
    )
    has_previous_page: bool = strawberry.field(
        description="Whether rows precede this page; false when paging forward by cursor."
    )
    start_cursor: str | None = strawberry.field(
        description="The cursor of the page's first row; null on an empty page."
    )
    end_cursor: str | None = strawberry.field(description="The cursor of the page's last row; null on an empty page.")


@strawberry.type(description="A row of a page, with its place in the list.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(
        description="The place of this row, to page on from; valid for this list, order and viewer only."
    )
    node: T = strawberry.field(description="The row itself.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(description="The rows of the page with their cursors.")
    nodes: list[T] = strawberry.field(description="The rows of the page.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")
    total_count: int = strawberry.field(description="How many rows the whole list has; counted only when selected.")


@strawberry.input(description="A page by its number.")
class PageInput:
    number: int = strawberry.field(description="Which page, from 1.")
    size: int | None = strawberry.field(
        description="How many rows a page has, at most 100; 20 unless told.", default=None
    )


PAGING = (
    argument("first", int | None, "How many rows from the start, at most 100; 20 unless told."),
    argument("after", str | None, "Only rows after the one that this cursor is of."),
    argument("last", int | None, "How many rows from the end, at most 100."),
    argument("before", str | None, "Only rows before the one that this cursor is of."),
)
NUMBERED = argument("page", PageInput | None, "A page by its number, instead of rows around a cursor.")
SEARCH = argument(
    "search", str | None, "Only rows in whose title all of these words stand; without any words, every row."
)


@dataclass(frozen=True)
class Selection:
    """What an operation selects of a connection: of its rows, under each name that they have in the answer, and
    whether it needs rows at all, cursors, a probe, the total.
    """

    rows: tuple[Nodes, ...]
    has_rows: bool
    has_cursors: bool
    has_probe: bool
    has_total: bool

    def columns(self, info: ResolveInfo, entity: Entity) -> set[str]:
        return {column for nodes in self.rows for column in columns(info, entity, nodes)}


def selection_of(info: ResolveInfo, type_name: str) -> Selection:
    """What is selected of the connection of this type."""
    fields = selected(info, f"{type_name}Connection", info.field_nodes)
    edges = [selected(info, f"{type_name}Edge", nodes) for nodes in fields.get("edges", ())]
    page = {name for nodes in fields.get("pageInfo", ()) for name in selected(info, "PageInfo", nodes)}
    rows = (*fields.get("nodes", ()), *(nodes for each in edges for nodes in each.get("node", ())))
    has_cursors = any("cursor" in each for each in edges) or not page.isdisjoint({"startCursor", "endCursor"})
    has_probe = not page.isdisjoint({"hasNextPage", "hasPreviousPage"})
    return Selection(
        rows=rows,
        has_rows=bool(rows or edges) or has_cursors or has_probe,
        has_cursors=has_cursors,
        has_probe=has_probe,
        has_total="totalCount" in fields,
    )


@dataclass(frozen=True)
class Paged(Declaration):
    pages: Pages
    by: str | None
    is_searchable: bool
    arguments: ClassVar[tuple[StrawberryArgument, ...]] = PAGING

    def attributes(self, name: str) -> tuple[str, ...]:  # noqa: ARG002
        return (self.by,) if self.by else ()

    def resolver(self, stored: tuple[str, ...], entity: Entity | None) -> Resolve:  # noqa: ARG002
        async def resolve(row: Row, info: ResolveInfo, given: Arguments) -> Connection[Any]:
            key = row[stored[0]] if stored else ()
            return await page(info, listing_of(info, self.pages, given), key, page_arguments(given))

        return resolve


def complete(field: DeclaredField) -> None:
    """Gives a connection the arguments that the type of its rows makes possible, once all types are declared."""
    if not isinstance(field.declaration, Paged):
        return
    inputs = inputs_of(BY_MODEL[field.declaration.pages.model])
    if field.declaration.by is None:
        field.arguments.append(NUMBERED)
    if field.declaration.is_searchable:
        field.arguments.append(SEARCH)
    if inputs.where is not None:
        field.arguments.append(argument("where", inputs.where | None, "Only rows that this holds for."))
    if inputs.order is not None:
        steps: Any = list[inputs.order]  # type: ignore[name-defined]  # It is made while the schema is built.
        field.arguments.append(argument("order_by", steps | None, "What to sort by, first things first."))


def listing_of(info: ResolveInfo, pages: Pages, given: Arguments) -> Listing:
    """Which rows in which order: those that the client asks for among those that the viewer may see.

    It is the same for all parents of a layer, so it is made, and paid from the budget of the operation, once.
    """
    memo = (pages, id(info.field_nodes[0]))
    found: Listing | None = info.context.selections.get(memo)
    if found is None:
        found = info.context.selections[memo] = listing_as_asked(info.context, pages, given)
    return found


def listing_as_asked(context: Context, pages: Pages, given: Arguments) -> Listing:
    viewer, entity = context.viewer, BY_MODEL[pages.model]
    if given.get("search") is not None:
        context.filters.spend(comparisons=1)
    conditions: tuple[Condition | None, ...] = (
        entity.visibility.condition(viewer),
        condition_of(entity, given.get("where"), viewer, context.filters),
        searched(given.get("search")),
    )
    asked = tuple([condition for condition in conditions if condition is not None])
    where = Every(asked) if len(asked) > 1 else asked[0] if asked else None
    return Listing(pages, attributes_of(entity, given.get("order_by"), pages.order, viewer), where)


def page_arguments(given: Arguments) -> PageArguments:
    around = given.get("first"), given.get("after"), given.get("last"), given.get("before")
    numbered = given.get("page")
    if numbered is None:
        return PageArguments(*around)
    return PageArguments(*around, numbered.number, numbered.size)


async def page(info: ResolveInfo, listing: Listing, key: Any, arguments: PageArguments) -> Connection[Any]:
    """The page of the rows of one key.  Raises BadPage or BadCursor before any statement is sent."""
    context, entity = info.context, BY_MODEL[listing.pages.model]
    selection = selection_of(info, entity.name)
    position = {term.column for term in listing.order} if selection.has_cursors else set()
    wanted = tuple(sorted(selection.columns(info, entity) | position))
    window = window_of(context, listing, key, arguments, has_probe=selection.has_probe)
    has_rows = selection.has_rows and window.limit > 0
    found, total = await gather(
        load(context, listing.pages, key, wanted, window) if has_rows else nothing(),
        load(context, Counts(listing.pages, listing.where), key) if selection.has_total else nothing(),
    )
    found = found or ()
    rows = list(found[: arguments.size()])
    if arguments.is_backward:
        rows.reverse()
    cursors = [cursor_of(context, listing, key, row) if selection.has_cursors else "" for row in rows]
    nodes = [entity.wrap(row) for row in rows]
    return Connection(
        edges=[Edge(cursor=cursor, node=node) for cursor, node in zip(cursors, nodes, strict=True)],
        nodes=nodes,
        page_info=page_info(arguments, window, cursors, has_more=len(found) > len(rows)),
        total_count=total or 0,
    )


def page_info(arguments: PageArguments, window: Window, cursors: Sequence[str], *, has_more: bool) -> PageInfo:
    return PageInfo(
        has_next_page=has_more and not arguments.is_backward,
        has_previous_page=has_more if arguments.is_backward else window.offset > 0,
        start_cursor=cursors[0] if cursors else None,
        end_cursor=cursors[-1] if cursors else None,
    )


async def nothing() -> None:
    """Stands for a statement that the operation does not need."""


def connection(
    pages: Pages,
    *,
    by: str | None = None,
    description: str,
    visible: Iterable[Audience] | None = None,
    is_searchable: bool = False,
) -> Any:
    """A field that is a list too long to send whole: the rows whose key equals `by`, or on a root type all rows of
    the model.  A searchable list is that of a model that stores the words of its titles.
    """
    return declare(Paged(pages, by, is_searchable), description, visible)
