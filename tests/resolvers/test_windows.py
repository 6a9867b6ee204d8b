"""Pages of any condition, order, size and direction against a plain reading of them, on both databases at once."""

from collections.abc import AsyncIterator, Iterable, Sequence
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy.schema import CreateTable
from sqlmodel import SQLModel

from resolvers.conditions import Compare, Condition, Not, Operator
from resolvers.context import Context, Handles
from resolvers.loading import Counts, Pages, source_of
from resolvers.pages import Listing, PageArguments, cursor_of, window_of
from resolvers.sources import Model
from resolvers.tables import DIALECT
from tests.observed import Observed
from tests.resolvers.scratch import (
    MODELS,
    NOBODY,
    OWNERS,
    SORTABLE,
    TEXTS,
    Apart,
    ScratchDocument,
    ScratchRow,
    Values,
    conditions,
    holds,
    in_order,
    made,
    orders,
    stored,
)

RANDOM = Random(3)
ROWS = [made(number, RANDOM) for number in range(60)]
BY_ID = {row["id"]: row for row in ROWS}

quickly = settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
sizes = st.integers(1, 9) | st.integers(10, 100)
parents = st.none() | st.sampled_from((*OWNERS, NOBODY))


@pytest.fixture(scope="module")
async def kept(session_handles: tuple[Handles, Observed]) -> AsyncIterator[Handles]:
    """The same rows in a table and a collection that are there for this module only."""
    handles, _ = session_handles
    await handles.postgres.execute(str(CreateTable(ScratchRow.__table__).compile(dialect=DIALECT)))  # type: ignore[attr-defined]
    await insert(handles, ROWS)
    yield handles
    await handles.postgres.execute("DROP TABLE scratch_rows")
    await handles.mongo["scratch_documents"].drop()


@pytest.fixture
async def context(kept: Handles) -> Context:
    return Context(kept)


async def insert(handles: Handles, rows: Sequence[Values]) -> None:
    places = ", ".join(f"${number}" for number, _ in enumerate(rows[0], 1))
    await handles.postgres.executemany(
        f"INSERT INTO scratch_rows ({', '.join(rows[0])}) VALUES ({places})", [tuple(row.values()) for row in rows]
    )
    name = source_of(ScratchDocument).stored
    # Nulls are left out of every other document, since MongoDB has both ways of having no value.
    documents = [
        {name(key): value for key, value in row.items() if value is not None or number % 2}
        for number, row in enumerate(rows)
    ]
    await handles.mongo["scratch_documents"].insert_many(documents)


async def delete(handles: Handles, ids: Iterable[UUID]) -> None:
    await handles.postgres.execute("DELETE FROM scratch_rows WHERE id = ANY($1)", list(ids))
    await handles.mongo["scratch_documents"].delete_many({"_id": {"$in": list(ids)}})


class Walk:
    """A list read page by page with the cursors that clients get, forward from its start or backward from its end."""

    def __init__(
        self,
        context: Context,
        model: Model,
        order: tuple[str, ...],
        where: Condition | None = None,
        parent: UUID | None = None,
        *,
        is_backward: bool = False,
    ) -> None:
        pages = Pages(model, None if parent is None else "owner_id", order)
        self.listing = Listing(pages, order, stored(where, model))
        self.context, self.key, self.is_backward = context, parent or (), is_backward
        self.id = pages.source.stored("id")
        self.cursor: str | None = None
        self.has_more = True

    async def page(self, size: int) -> list[UUID]:
        """The ids of the next rows, in the order of the walk."""
        arguments = (
            PageArguments(last=size, before=self.cursor)
            if self.is_backward
            else PageArguments(first=size, after=self.cursor)
        )
        found = await self.load(arguments)
        self.has_more = len(found) > size
        if found[:size]:
            self.cursor = cursor_of(self.context, self.listing, self.key, found[:size][-1])
        return [row[self.id] for row in found[:size]]

    async def load(self, arguments: PageArguments) -> Sequence[Any]:
        columns = tuple(term.column for term in self.listing.order)
        window = window_of(self.context, self.listing, self.key, arguments, has_probe=True)
        found = await self.listing.pages.load(self.context.handles, [self.key], columns, window)
        return found.get(self.key, ())

    async def all(self, size: int) -> list[UUID]:
        found: list[UUID] = []
        while self.has_more:
            assert len(found) <= len(ROWS)
            found += await self.page(size)
        return found

    async def count(self) -> int:
        counts = Counts(self.listing.pages, self.listing.where)
        return (await counts.load(self.context.handles, [self.key], ())).get(self.key, 0)


def expected(order: tuple[str, ...], where: Condition | None, parent: UUID | None) -> list[UUID]:
    matching = [row for row in ROWS if holds(where, row) and parent in (None, row["owner_id"])]
    return [row["id"] for row in in_order(matching, order)]


@quickly
@given(order=orders(), where=conditions, parent=parents, size=sizes, is_backward=st.booleans())
@example(order=("id",), where=Not(Compare("note", Operator.EQ, "a")), parent=None, size=7, is_backward=False)
@example(order=("-note", "id"), where=None, parent=OWNERS[0], size=1, is_backward=True)
@example(order=("rank", "-ends_at", "-id"), where=None, parent=None, size=1, is_backward=False)
async def test_pages_visit_every_matching_row_once_in_order_on_both_databases(
    context: Context,
    *,
    order: tuple[str, ...],
    where: Condition | None,
    parent: UUID | None,
    size: int,
    is_backward: bool,
) -> None:
    rows = expected(order, where, parent)

    for model in MODELS:
        walk = Walk(context, model, order, where, parent, is_backward=is_backward)
        assert await walk.all(size) == (rows[::-1] if is_backward else rows)
        assert await walk.count() == len(rows)


@settings(quickly, max_examples=150)
@given(where=conditions)
async def test_a_condition_finds_the_same_rows_on_both_databases(context: Context, where: Condition | None) -> None:
    rows = expected(("id",), where, None)

    for model in MODELS:
        assert await Walk(context, model, ("id",), where).all(100) == rows


@pytest.mark.parametrize("operator", [Operator.EQ, Operator.IN, Operator.CONTAINS, Operator.STARTS_WITH, Operator.LTE])
async def test_every_text_is_compared_as_it_is_written(context: Context, operator: Operator) -> None:
    for text in TEXTS:
        where = Compare("name", operator, (text,) if operator is Operator.IN else text)
        rows = expected(("id",), where, None)
        assert rows
        for model in MODELS:
            assert await Walk(context, model, ("id",), where).all(100) == rows, (model, text)


@pytest.mark.parametrize("direction", ["", "-"])
@pytest.mark.parametrize("name", SORTABLE)
async def test_every_column_sorts_in_both_directions_with_ties_at_every_boundary(
    context: Context, name: str, direction: str
) -> None:
    order = (f"{direction}{name}", "id")

    for model in MODELS:
        assert await Walk(context, model, order).all(7) == expected(order, None, None)
        assert await Walk(context, model, order, is_backward=True).all(7) == expected(order, None, None)[::-1]


@settings(quickly, max_examples=60)
@given(order=orders(), where=conditions, size=sizes, is_backward=st.booleans())
async def test_each_of_many_parents_gets_its_own_page_in_one_statement(
    context: Context, *, order: tuple[str, ...], where: Condition | None, size: int, is_backward: bool
) -> None:
    arguments = PageArguments(last=size) if is_backward else PageArguments(first=size)
    asked = [*OWNERS, NOBODY]

    for model in MODELS:
        pages = Pages(model, "owner_id", order)
        listing = Listing(pages, order, stored(where, model))
        window = window_of(context, listing, None, arguments, has_probe=False)
        column = pages.source.stored("id")
        found = await pages.load(context.handles, asked, (column,), window)
        counted = await Counts(pages, listing.where).load(context.handles, asked, ())
        for parent in asked:
            rows = expected(order, where, parent)
            shown = [row[column] for row in found.get(parent, ())]
            assert shown == (rows[::-1] if is_backward else rows)[:size]
            assert counted.get(parent, 0) == len(rows)


@settings(quickly, max_examples=60)
@given(order=orders(), where=conditions, number=st.integers(1, 12), size=sizes)
async def test_a_numbered_page_is_its_stretch_of_the_list(
    context: Context, order: tuple[str, ...], where: Condition | None, number: int, size: int
) -> None:
    rows = expected(order, where, None)
    start = (number - 1) * size

    for model in MODELS:
        walk = Walk(context, model, order, where)
        found = await walk.load(PageArguments(number=number, page_size=size))
        assert [row[walk.id] for row in found] == rows[start : start + size + 1]


@settings(quickly, max_examples=30)
@given(order=orders(), size=st.integers(5, 15), is_backward=st.booleans(), seed=st.integers(0, 2**32), data=st.data())
async def test_rows_that_come_and_go_between_pages_never_hide_or_repeat_another(
    context: Context, *, order: tuple[str, ...], size: int, is_backward: bool, seed: int, data: st.DataObject
) -> None:
    random = Random(seed)
    untouched = expected(order, None, None)
    fleeting: set[UUID] = set()
    walks = [Walk(context, model, order, is_backward=is_backward) for model in MODELS]
    seen: list[list[UUID]] = [[], []]
    try:
        for _ in range(40):
            rows = [made(random.randrange(50), random) for _ in range(data.draw(st.integers(0, 2)))]
            if rows:
                await insert(context.handles, rows)
                fleeting |= {row["id"] for row in rows}
            leaving = [each for each in sorted(fleeting) if random.random() < 0.3]
            if leaving:
                await delete(context.handles, leaving)
            for walk, found in zip(walks, seen, strict=True):
                found.extend(await walk.page(size) if walk.has_more else [])
            if not any(walk.has_more for walk in walks):
                break
        for found in seen:
            assert [each for each in found if each in BY_ID] == (untouched[::-1] if is_backward else untouched)
            assert len(set(found)) == len(found)
        assert seen[0] == seen[1]
    finally:
        if fleeting:
            await delete(context.handles, fleeting)


def test_the_scratch_table_is_no_table_of_the_service() -> None:
    assert "scratch_rows" in Apart.metadata.tables
    assert "scratch_rows" not in SQLModel.metadata.tables
