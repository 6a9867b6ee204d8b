"""Rows of PostgreSQL: statements built with SQLAlchemy Core from the SQLModel tables, compiled to text once, and run
on asyncpg, which keeps them prepared.  Whoever writes more than one statement opens a session.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BindParameter,
    Column,
    ColumnElement,
    Integer,
    Select,
    String,
    Table,
    and_,
    any_,
    bindparam,
    cast,
    column,
    false,
    func,
    inspect,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.sql.dml import ReturningInsert
from sqlmodel import SQLModel

from resolvers.conditions import Compare, Condition, Every, Operator, shape_of, values_of
from resolvers.context import Handles
from resolvers.sources import PARENT, AsText, Columns, Order, Term, Window
from resolvers.stores import Row, fetch
from resolvers.table_conditions import clause, plain

DIALECT = asyncpg_dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves its constructor untyped.
STATEMENTS_KEPT = 4096


@dataclass(frozen=True, slots=True)
class Text:
    """A compiled statement and the names of its parameters in the order that it numbers them."""

    sql: str
    parameters: tuple[str, ...]

    def arguments(self, values: Mapping[str, object]) -> list[object]:
        return [values[name] for name in self.parameters]


def compiled(statement: Select[*tuple[Any, ...]] | ReturningInsert[*tuple[Any, ...]]) -> Text:
    text = statement.compile(dialect=DIALECT)
    return Text(str(text), tuple(text.positiontup or ()))


@dataclass(frozen=True, slots=True)
class Shaped:
    """A condition that equals every other of the same shape, so that they share a statement."""

    condition: Condition | None
    shape: tuple[Any, ...]

    @classmethod
    def of(cls, condition: Condition | None) -> "Shaped":
        return cls(condition, shape_of(condition))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Shaped) and self.shape == other.shape

    def __hash__(self) -> int:
        return hash(self.shape)


class TableSource:
    """The rows of one table, by the attributes of its model."""

    def __init__(self, model: type[SQLModel]) -> None:
        self.model = model
        self.table: Table = inspect(model).local_table
        self.name = self.table.name
        attributes = inspect(model).column_attrs
        self._stored: dict[str, str] = {name: attribute.columns[0].name for name, attribute in attributes.items()}
        self._rows = lru_cache(STATEMENTS_KEPT)(self._rows_statement)
        self._windows = lru_cache(STATEMENTS_KEPT)(self._windows_statement)
        self._counts = lru_cache(STATEMENTS_KEPT)(self._counts_statement)

    def stored(self, attribute: str) -> str:
        return self._stored[attribute]

    async def rows(
        self, handles: Handles, key: str, keys: Sequence[Any], columns: Columns, order: Order
    ) -> Sequence[Row]:
        is_single = len(keys) == 1
        text = self._rows(key, columns, order, is_single)
        return await fetch(handles, self.name, text.sql, *text.arguments({"keys": keys[0] if is_single else keys}))

    async def windows(
        self, handles: Handles, key: str, keys: Sequence[Any], columns: Columns, window: Window
    ) -> Mapping[Any, Sequence[Row]]:
        if len(keys) == 1:
            return {
                keys[0]: await self.window(handles, columns, window._replace(where=own(key, keys[0], window.where)))
            }
        rows = await self._fetch_window(handles, key, columns, window, {"keys": keys})
        found: dict[Any, list[Row]] = {}
        for row in rows:
            found.setdefault(row[PARENT], []).append(row)
        return found

    async def window(self, handles: Handles, columns: Columns, window: Window) -> Sequence[Row]:
        return await self._fetch_window(handles, None, columns, window, {})

    async def counts(
        self, handles: Handles, key: str, keys: Sequence[Any], where: Condition | None
    ) -> Mapping[Any, int]:
        if len(keys) == 1:
            return {keys[0]: await self.count(handles, own(key, keys[0], where))}
        text = self._counts(key, Shaped.of(where))
        rows = await fetch(handles, self.name, text.sql, *text.arguments({"keys": keys} | parameters(where)))
        return {row[PARENT]: row["rows"] for row in rows}

    async def count(self, handles: Handles, where: Condition | None) -> int:
        text = self._counts(None, Shaped.of(where))
        rows = await fetch(handles, self.name, text.sql, *text.arguments(parameters(where)))
        return int(rows[0]["rows"])

    async def _fetch_window(
        self, handles: Handles, key: str | None, columns: Columns, window: Window, values: Mapping[str, object]
    ) -> Sequence[Row]:
        nulls = None if window.beyond is None else tuple(value is None for value in window.beyond)
        text = self._windows(key, columns, window.order, nulls, Shaped.of(window.where))
        beyond = {f"beyond_{number}": value for number, value in enumerate(window.beyond or ())}
        given = {"limit": window.limit, "offset": window.offset, **beyond, **parameters(window.where), **values}
        return await fetch(handles, self.name, text.sql, *text.arguments(given))

    def _rows_statement(self, key: str, columns: Columns, order: Order, is_single: bool) -> Text:  # noqa: FBT001
        c = self.table.c
        # PostgreSQL plans a statement with an array anew each time, which takes longer than to look one key up.
        wanted = bindparam("keys", type_=plain(c[key].type)) if is_single else any_(keys_of(c[key]))
        statement = select(*(selected(self.table, name) for name in dict.fromkeys((key, *columns))))
        statement = statement.where(c[key] == wanted)
        return compiled(statement.order_by(*(ordered(c[term.column], term) for term in order)))

    def _windows_statement(
        self, key: str | None, columns: Columns, order: Order, nulls: tuple[bool, ...] | None, where: Shaped
    ) -> Text:
        c = self.table.c
        rows = (
            select(*(selected(self.table, name) for name in columns or (order[-1].column,)))
            .order_by(*(ordered(c[term.column], term) for term in order))
            .limit(bindparam("limit", type_=Integer))
        )
        if key is None:
            rows = rows.offset(bindparam("offset", type_=Integer))
        if nulls is not None:
            rows = rows.where(beyond(self.table, order, nulls))
        if where.condition is not None:
            rows = rows.where(clause(self.table, where.condition))
        if key is None:
            return compiled(rows)
        # A lateral subquery can only be run once for each parent, so its rows stay in its order.
        unnested = func.unnest(keys_of(c[key])).table_valued(column("key", plain(c[key].type)), name="parents")
        parents = unnested.render_derived()
        each = rows.where(c[key] == parents.c.key).lateral("each")
        return compiled(select(parents.c.key.label(PARENT), each).select_from(parents.join(each, true())))

    def _counts_statement(self, key: str | None, where: Shaped) -> Text:
        c = self.table.c
        counted = func.count().label("rows")
        statement = select(counted) if key is None else select(c[key].label(PARENT), counted)
        statement = statement.select_from(self.table)
        if where.condition is not None:
            statement = statement.where(clause(self.table, where.condition))
        if key is not None:
            statement = statement.where(c[key] == any_(keys_of(c[key]))).group_by(c[key])
        return compiled(statement)


def selected(table: Table, name: str) -> ColumnElement[Any]:
    return cast(table.c[name.column], String).label(str(name)) if isinstance(name, AsText) else table.c[name]


def own(key: str, value: object, where: Condition | None) -> Condition:
    """The rows of one key that a condition holds for."""
    mine = Compare(key, Operator.EQ, value)
    return mine if where is None else Every((mine, where))


def keys_of(key: Column[Any]) -> BindParameter[Any]:
    return bindparam("keys", type_=ARRAY(plain(key.type)))


def parameters(where: Condition | None) -> dict[str, object]:
    return {f"where_{number}": value for number, value in enumerate(values_of(where))}


def ordered(column: Column[Any], term: Term) -> ColumnElement[Any]:
    """PostgreSQL takes nulls for the greatest values unless it is told otherwise; its indexes serve both only where
    there are none.
    """
    if term.is_descending:
        return column.desc().nulls_last() if column.nullable else column.desc()
    return column.asc().nulls_first() if column.nullable else column.asc()


def beyond(table: Table, order: Order, nulls: tuple[bool, ...]) -> ColumnElement[bool]:
    """The rows after a position, whose values are `beyond_0`, `beyond_1`, …, except where they are null."""
    columns = [table.c[term.column] for term in order]
    values = [bindparam(f"beyond_{number}", type_=plain(each.type)) for number, each in enumerate(columns)]
    is_uniform = len({term.is_descending for term in order}) == 1 and not any(each.nullable for each in columns)
    if is_uniform:
        position, given = tuple_(*columns), tuple_(*values)
        return position < given if order[0].is_descending else position > given
    alternatives = []
    same: list[ColumnElement[bool]] = []
    for each, value, is_null, term in zip(columns, values, nulls, order, strict=True):
        alternatives.append(and_(*same, after(each, value, term, is_null=is_null)))
        same.append(each.is_(None) if is_null else each == value)
    return and_(at_or_after(columns[0], values[0], order[0], is_null=nulls[0]), or_(*alternatives))


def at_or_after(column: Column[Any], value: BindParameter[Any], term: Term, *, is_null: bool) -> ColumnElement[bool]:
    """What the alternatives imply of the first column, because the planner makes no range of an index of them."""
    if is_null:
        return column.is_(None) if term.is_descending else true()
    if term.is_descending:
        return true() if column.nullable else column <= value
    return column >= value


def after(column: Column[Any], value: BindParameter[Any], term: Term, *, is_null: bool) -> ColumnElement[bool]:
    if term.is_descending:
        if is_null:
            return false()
        return or_(column < value, column.is_(None)) if column.nullable else column < value
    return column.is_not(None) if is_null else column > value
