"""Lists that can grow, as Relay connections: a page of rows between two cursors, with its total only when it is
asked for.
"""

from asyncio import gather
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

import strawberry
from graphql import FieldNode
from strawberry.types.arguments import StrawberryArgument

from resolvers.loading import Counts, Pages, load
from resolvers.pages import PageArguments, cursor_of, window_of
from resolvers.stores import Row
from schema.entities import BY_MODEL, Entity
from schema.fields import Arguments, Declaration, Resolve, argument, declare
from schema.selections import Nodes, ResolveInfo, columns, selected
from schema.visibility import Audience

T = TypeVar("T")


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(
        description="Whether the list goes on after this page; false when paging backward."
    )
    has_previous_page: bool = strawberry.field(description="Whether rows precede this page; false when paging forward.")
    start_cursor: str | None = strawberry.field(
        description="The cursor of the page's first row; null on an empty page."
    )
    end_cursor: str | None = strawberry.field(description="The cursor of the page's last row; null on an empty page.")


@strawberry.type(description="A row of a page, with its place in the list.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(
        description="The place of this row, to page on from; valid for this list and viewer only."
    )
    node: T = strawberry.field(description="The row itself.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(description="The rows of the page with their cursors.")
    nodes: list[T] = strawberry.field(description="The rows of the page.")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list.")
    total_count: int | None = strawberry.field(
        description="How many rows the whole list has; counted only when selected."
    )


PAGING = (
    argument("first", int | None, "How many rows from the start, at most 100; 20 unless told."),
    argument("after", str | None, "Only rows after the one that this cursor is of."),
    argument("last", int | None, "How many rows from the end, at most 100."),
    argument("before", str | None, "Only rows before the one that this cursor is of."),
)


@dataclass(frozen=True)
class Selection:
    """What an operation selects of a connection: which columns of its rows, and whether it needs cursors, a probe,
    the total.
    """

    columns: tuple[str, ...]
    has_rows: bool
    has_cursors: bool
    has_probe: bool
    has_total: bool


def selection_of(info: ResolveInfo, entity: Entity, pages: Pages) -> Selection:
    name = f"{entity.name}Connection"
    fields = selected(info, name, info.field_nodes)
    edges = merged(fields.get("edges", ()))
    edge_fields = selected(info, f"{entity.name}Edge", edges) if edges else {}
    nodes = merged([*fields.get("nodes", ()), *edge_fields.get("node", ())])
    of_page = fields.get("pageInfo", ())
    page_fields = set(selected(info, "PageInfo", merged(of_page))) if of_page else set()
    has_cursors = "cursor" in edge_fields or not page_fields.isdisjoint({"startCursor", "endCursor"})
    has_probe = not page_fields.isdisjoint({"hasNextPage", "hasPreviousPage"})
    wanted = columns(info, entity, nodes) if nodes else entity.visibility.needs
    return Selection(
        columns=tuple(sorted({*wanted, *(pages.ordering.columns if has_cursors else ())})),
        has_rows=bool(nodes or edges) or has_cursors or has_probe,
        has_cursors=has_cursors,
        has_probe=has_probe,
        has_total="totalCount" in fields,
    )


def merged(groups: Iterable[Nodes]) -> Sequence[FieldNode]:
    return [node for group in groups for node in group]


@dataclass(frozen=True)
class Paged(Declaration):
    pages: Pages
    by: str | None
    arguments: ClassVar[tuple[StrawberryArgument, ...]] = PAGING

    def attributes(self, name: str) -> tuple[str, ...]:  # noqa: ARG002
        return (self.by,) if self.by else ()

    def resolver(self, stored: tuple[str, ...], entity: Entity | None) -> Resolve:  # noqa: ARG002
        async def resolve(row: Row, info: ResolveInfo, given: Arguments) -> Connection[Any]:
            key = row[stored[0]] if stored else ()
            return await page(info, self.pages, key, PageArguments(**given))

        return resolve


async def page(info: ResolveInfo, pages: Pages, key: Any, arguments: PageArguments) -> Connection[Any]:
    """The page of the rows of one key.  Raises BadPage or BadCursor before any statement is sent."""
    context, entity = info.context, BY_MODEL[pages.model]
    selection = selection_of(info, entity, pages)
    window = window_of(context, pages, key, arguments, has_probe=selection.has_probe)
    found, total = await gather(
        load(context, pages, key, selection.columns, window) if selection.has_rows and window.limit else nothing(),
        load(context, Counts(pages), key) if selection.has_total else nothing(),
    )
    found = found or ()
    rows = list(found[: arguments.size()])
    if not all(entity.visibility.permits(context.viewer, row) for row in rows):
        raise AssertionError(f"Bug: the connection {info.field_name} found rows that its viewer may not see.")
    has_more = len(found) > len(rows)
    if arguments.is_backward:
        rows.reverse()
    cursors = [cursor_of(context, pages, key, row) if selection.has_cursors else "" for row in rows]
    nodes = [entity.wrap(row) for row in rows]
    return Connection(
        edges=[Edge(cursor=cursor, node=node) for cursor, node in zip(cursors, nodes, strict=True)],
        nodes=nodes,
        page_info=PageInfo(
            has_next_page=has_more and not arguments.is_backward,
            has_previous_page=has_more and arguments.is_backward,
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
        ),
        total_count=total or 0 if selection.has_total else None,
    )


async def nothing() -> None:
    """Stands for a statement that the operation does not need."""


def connection(
    pages: Pages, *, by: str | None = None, description: str, visible: Iterable[Audience] | None = None
) -> Any:
    """A field that is a list too long to send whole: the rows whose key equals `by`, or on a root type all rows of
    the model.
    """
    return declare(Paged(pages, by), description, visible)
