"""Connections: pages of rows, written as an operation selects them, for all parents of a layer at once."""

from asyncio import gather
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from graphql.execution.collect_fields import FieldDetails

from gateway.engine.compiler import Compiler
from gateway.engine.page_writers import Page, Writer
from gateway.engine.planning import plans, plans_root
from gateway.engine.reading import object_of
from gateway.engine.relations import NO_KEYS
from gateway.engine.run import Run
from gateway.engine.scopes import Member, Scope, Shape, Value
from gateway.engine.surprises import Uncovered
from gateway.engine.variables import Given
from resolvers.loading import Counts, Stretches
from resolvers.pages import Listing, PageArguments, cursor_of, window_of
from resolvers.sources import Columns, Window
from resolvers.stores import Row
from schema.connections import Paged, listing_as_asked, page_arguments
from schema.entities import BY_MODEL, Entity

ROOT_KEY = ()
NO_ROWS: Mapping[Any, Sequence[Row]] = {}
NO_COUNTS: Mapping[Any, int] = {}


@dataclass(frozen=True, slots=True, eq=False)
class Paging:
    """A connection of rows of one type, as an operation selects it."""

    entity: Entity
    declaration: Paged
    columns: tuple[str, ...]
    has_rows: bool
    has_cursors: bool
    has_ends: bool
    has_probe: bool
    has_total: bool


class Asked(NamedTuple):
    """A connection as its arguments ask for it.  The window is that of every parent, unless they hold a cursor."""

    listing: Listing
    arguments: PageArguments
    window: Window | None
    size: int
    columns: Columns


def asked(paging: Paging, run: Run, given: Given) -> Asked:
    """Raises what the arguments are refused with."""
    listing = listing_as_asked(run.context, paging.declaration.pages, given)
    arguments, columns = page_arguments(given), paging.columns
    if paging.has_cursors or paging.has_ends:
        columns = tuple(sorted({*columns, *(term.column for term in listing.order)}))
    is_positioned = arguments.after is not None or arguments.before is not None
    if is_positioned and paging.declaration.by is not None:
        return Asked(listing, arguments, None, arguments.size(), columns)
    window = window_of(run.context, listing, ROOT_KEY, arguments, has_probe=paging.has_probe)
    return Asked(listing, arguments, window, arguments.size(), columns)


async def paged(
    run: Run,
    paging: Paging,
    asked: Asked,
    keys: Sequence[Any],
    writers: Sequence[Callable[[Sequence[Row], Run], Any]],
    write: Callable[[Sequence[Sequence[Any]], Sequence[str], Page], Any],
    derived: Columns,
) -> dict[Any, Any]:
    """What is written of the pages of these parents, by parent."""
    listing, arguments, window, size, columns = asked
    if window is None:
        if len(keys) > 1:
            # Positions are sealed for one list, so graphql-core refuses the cursor in all others.
            raise Uncovered("cursor of several lists")
        window = window_of(run.context, listing, keys[0], arguments, has_probe=paging.has_probe)
    found, totals = await loaded(run, paging, listing, window, keys, (*columns, *derived))
    is_backward = arguments.is_backward
    lists = [shown_rows(found.get(key) or (), size, is_backward=is_backward) for key in keys]
    flat = [row for rows in lists for row in rows] if len(lists) > 1 else lists[0]
    written = [each if isinstance(each := writer(flat, run), list) else await each for writer in writers]
    pages = {}
    start = 0
    for key, rows in zip(keys, lists, strict=True):
        end = start + len(rows)
        cursors = [cursor_of(run.context, listing, key, row) if paging.has_cursors else "" for row in rows]
        has_more = len(found.get(key) or ()) > len(rows)
        page = Page(
            has_more and not is_backward,
            has_more if is_backward else window.offset > 0,
            *ends(run, paging, listing, key, rows),
            totals.get(key, 0) if paging.has_total else None,
        )
        pages[key] = write([each[start:end] for each in written], cursors, page)
        start = end
    return pages


async def loaded(
    run: Run, paging: Paging, listing: Listing, window: Window, keys: Sequence[Any], columns: Columns
) -> tuple[Mapping[Any, Sequence[Row]], Mapping[Any, int]]:
    """The rows and the totals of all parents, of which each is one statement, if it is needed at all."""
    handles = run.context.handles
    has_rows = paging.has_rows and window.limit > 0
    if not has_rows and not paging.has_total:
        return NO_ROWS, NO_COUNTS
    pages, counts = listing.pages, Counts(listing.pages, listing.where)
    if not paging.has_total:
        if len(keys) > 1:
            # Of several parents, other runs may ask for the same window, and share the statement.
            return await handles.loads.load(handles, Stretches(pages, window), keys, columns), NO_COUNTS
        return await pages.load(handles, keys, columns, window), NO_COUNTS
    if not has_rows:
        return NO_ROWS, await counts.load(handles, keys, ())
    found, totals = await gather(pages.load(handles, keys, columns, window), counts.load(handles, keys, ()))
    return found, totals


def shown_rows(found: Sequence[Row], size: int, *, is_backward: bool) -> Sequence[Row]:
    """The rows of a page, without the one that shows whether there are more, in the order of the list."""
    rows = found[:size]
    return rows[::-1] if is_backward else rows


def ends(run: Run, paging: Paging, listing: Listing, key: Any, rows: Sequence[Row]) -> tuple[str | None, str | None]:
    if not paging.has_ends or not rows:
        return None, None
    return cursor_of(run.context, listing, key, rows[0]), cursor_of(run.context, listing, key, rows[-1])


@dataclass(frozen=True, slots=True)
class Compiled:
    """The names that a connection has in the source."""

    paging: str
    prepared: str
    writers: str
    write: str

    derived: str

    def call(self, keys: str) -> str:
        return f"await paged(run, {self.paging}, {self.prepared}, {keys}, {self.writers}, {self.write}, {self.derived})"


def connection(compiler: Compiler, member: Member, declaration: Paged) -> Compiled:
    module, entity = compiler.module, BY_MODEL[declaration.pages.model]
    shapes: list[Shape] = []

    def rows(details: Sequence[FieldDetails]) -> str:
        shapes.append(compiler.shape(entity, details))
        return f"nodes[{len(shapes) - 1}]"

    writer = Writer(compiler, object_of(member.kind), rows)
    write = writer.write(member.details)
    needs = {column for shape in shapes for column in shape.columns}
    paging = Paging(
        entity,
        declaration,
        tuple(sorted(needs)),
        has_rows=writer.has_rows or writer.has_ends or writer.has_probe,
        has_cursors=writer.has_cursors,
        has_ends=writer.has_ends,
        has_probe=writer.has_probe,
        has_total=writer.has_total,
    )
    module.namespace["paged"] = paged
    writers = "".join(f"{shape.name}, " for shape in shapes)
    return Compiled(
        module.bind(paging, "paging"),
        compiler.prepared(member, partial(asked, paging)),
        f"({writers})",
        write,
        f"({''.join(each + ', ' for shape in shapes for each in shape.derived)})",
    )


@plans(Paged)
def related_page(scope: Scope, member: Member, declaration: Paged) -> Value:
    (key,) = scope.read(member)
    compiled = connection(scope.compiler, member, declaration)
    found = scope.step(member, "page", f"keys = {member.keys(key)}", *NO_KEYS, f"return {compiled.call('list(keys)')}")
    return Value((), f"{found}.get({key})")


@plans_root(Paged)
def root_page(compiler: Compiler, member: Member, declaration: Paged) -> str:
    module = compiler.module
    function, key = module.name("root_page_"), module.bind(ROOT_KEY, "key")
    call = connection(compiler, member, declaration).call(f"({key},)")
    module.define(f"async def {function}(run):", f"    return ({call})[{key}]")
    return function
