"""The catalog: rows of several types in one list, each written as the operation selects of its type."""

from asyncio import gather
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from graphql.execution.collect_fields import FieldDetails

from gateway.engine.compiler import Compiler
from gateway.engine.page_writers import Page, Writer
from gateway.engine.planning import plans_root
from gateway.engine.reading import object_of
from gateway.engine.run import Run
from gateway.engine.scopes import Member, Shape
from gateway.engine.surprises import Uncovered
from gateway.engine.variables import Given
from models.catalog import PurchasableKind
from resolvers.catalog import KINDS
from resolvers.catalog_pages import NAME, CatalogFilter, Found, count_of, listing_of, page_of, shelf
from resolvers.pages import Listing, PageArguments, window_of
from resolvers.sources import Columns
from schema.catalog_list import Cataloged, filter_of, order_of, page_arguments_of
from schema.entities import BY_MODEL


class Asked(NamedTuple):
    """The catalog as its arguments ask for it."""

    filter: CatalogFilter
    listing: Listing
    arguments: PageArguments


@dataclass(frozen=True, slots=True, eq=False)
class Cataloging:
    """The catalog as an operation selects it: the columns that it needs of each kind."""

    columns: Mapping[PurchasableKind, Columns]
    has_rows: bool
    has_cursors: bool
    has_probe: bool
    has_total: bool


Writers = Mapping[PurchasableKind, Callable[[Sequence[Any], Run], Any]]


def asked(cataloging: Cataloging, run: Run, given: Given) -> Asked:
    """Raises what the arguments are refused with."""
    wanted = filter_of(run.context, given)
    field, is_descending = order_of(given.get("order_by"))
    listing, arguments = listing_of(field, is_descending=is_descending), page_arguments_of(given)
    # A page that cannot be is refused before anything is fetched for other fields.
    window_of(run.context, listing, NAME, arguments, has_probe=cataloging.has_probe)
    return Asked(wanted, listing, arguments)


async def cataloged(
    run: Run,
    cataloging: Cataloging,
    asked: Asked,
    writers: Sequence[Writers],
    write: Callable[[Sequence[Sequence[Any]], Sequence[str], Page], Any],
) -> Any:
    """What is written of the page that was asked for."""
    shelves = [
        shelf(kind, asked.filter, BY_MODEL[KINDS[kind].model].visibility.condition(run.context.viewer), columns)
        for kind, columns in cataloging.columns.items()
        if asked.filter.covers(kind)
    ]
    page, total = await gather(
        page_of(
            run.context,
            shelves if cataloging.has_rows else (),
            asked.listing,
            asked.arguments,
            has_probe=cataloging.has_probe,
            has_cursors=cataloging.has_cursors,
        ),
        count_of(run.context, shelves if cataloging.has_total else ()),
    )
    is_backward = asked.arguments.is_backward
    nodes = [await written(run, page.shown, each) for each in writers]
    cursors = page.cursors
    stands = Page(
        page.has_more and not is_backward,
        page.has_more if is_backward else page.window.offset > 0,
        cursors[0] if cursors else None,
        cursors[-1] if cursors else None,
        total if cataloging.has_total else None,
    )
    return write(nodes, cursors, stands)


async def written(run: Run, shown: Sequence[Found], writers: Writers) -> list[Any]:
    """What is written of things of several kinds, in their order; each kind is written in one go."""
    places: dict[PurchasableKind, list[int]] = {}
    for place, thing in enumerate(shown):
        places.setdefault(thing.kind, []).append(place)
    answers: list[Any] = [None] * len(shown)
    made = await gather(
        *(of_kind(run, [shown[place].row for place in of], writers[kind]) for kind, of in places.items())
    )
    for of, rows in zip(places.values(), made, strict=True):
        for place, row in zip(of, rows, strict=True):
            answers[place] = row
    return answers


async def of_kind(run: Run, rows: Sequence[Any], writer: Callable[[Sequence[Any], Run], Any]) -> Sequence[Any]:
    made = writer(rows, run)
    found: Sequence[Any] = made if isinstance(made, list) else await made
    return found


@plans_root(Cataloged)
def catalog(compiler: Compiler, member: Member, _: Cataloged) -> str:
    module = compiler.module
    shapes: list[dict[PurchasableKind, Shape]] = []

    def rows(details: Sequence[FieldDetails]) -> str:
        shapes.append({each: compiler.shape(BY_MODEL[one.model], details) for each, one in KINDS.items()})
        return f"nodes[{len(shapes) - 1}]"

    writer = Writer(compiler, object_of(member.kind), rows)
    write = writer.write(member.details)
    if any(shape.derived for each in shapes for shape in each.values()):
        raise Uncovered("derived column of one of several kinds")
    cataloging = Cataloging(
        {kind: columns_of([each[kind] for each in shapes]) for kind in KINDS},
        has_rows=writer.has_rows or writer.has_ends or writer.has_probe,
        has_cursors=writer.has_cursors or writer.has_ends,
        has_probe=writer.has_probe,
        has_total=writer.has_total,
    )
    module.namespace["cataloged"] = cataloged
    writers = "".join(f"{by_kind(compiler, each)}, " for each in shapes)
    function, prepared = module.name("root_catalog_"), compiler.prepared(member, partial(asked, cataloging))
    bound = module.bind(cataloging, "catalog")
    module.define(
        f"async def {function}(run):",
        f"    return await cataloged(run, {bound}, {prepared}, ({writers}), {write})",
    )
    return function


def by_kind(compiler: Compiler, shapes: Mapping[PurchasableKind, Shape]) -> str:
    pairs = (f"{compiler.module.bind(kind, 'kind')}: {shape.name}" for kind, shape in shapes.items())
    return f"{{{', '.join(pairs)}}}"


def columns_of(shapes: Sequence[Shape]) -> Columns:
    return tuple(sorted({column for shape in shapes for column in shape.columns}))
