"""Rows of PostgreSQL: statements built with SQLAlchemy Core from the SQLModel tables, compiled to text once, and
run on asyncpg, which keeps them prepared.  Only reads; whoever writes opens a session.
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
    Table,
    any_,
    bindparam,
    column,
    func,
    inspect,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlmodel import SQLModel

from resolvers.context import Handles
from resolvers.sources import PARENT, Columns, Ordering, Window
from resolvers.stores import Row, fetch

DIALECT = asyncpg_dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves its constructor untyped.
STATEMENTS_KEPT = 4096


@dataclass(frozen=True, slots=True)
class Text:
    """A compiled statement and the names of its parameters in the order that it numbers them."""

    sql: str
    parameters: tuple[str, ...]

    def arguments(self, values: Mapping[str, object]) -> list[object]:
        return [values[name] for name in self.parameters]


def compiled(statement: Select[*tuple[Any, ...]]) -> Text:
    text = statement.compile(dialect=DIALECT)
    return Text(str(text), tuple(text.positiontup or ()))


class TableSource:
    """The rows of one table, by the attributes of its model."""

    def __init__(self, model: type[SQLModel]) -> None:
        self.model = model
        self.table: Table = inspect(model).local_table
        self.name = self.table.name
        self._stored: dict[str, str] = {
            name: attribute.columns[0].name for name, attribute in inspect(model).column_attrs.items()
        }
        self._rows = lru_cache(STATEMENTS_KEPT)(self._rows_statement)
        self._windows = lru_cache(STATEMENTS_KEPT)(self._windows_statement)
        self._counts = lru_cache(STATEMENTS_KEPT)(self._counts_statement)

    def stored(self, attribute: str) -> str:
        return self._stored[attribute]

    async def rows(
        self, handles: Handles, key: str, keys: Sequence[Any], columns: Columns, order: Ordering | None
    ) -> Sequence[Row]:
        text = self._rows(key, columns, order)
        return await fetch(handles, self.name, text.sql, *text.arguments({"keys": keys}))

    async def windows(
        self, handles: Handles, key: str, keys: Sequence[Any], columns: Columns, order: Ordering, window: Window
    ) -> Mapping[Any, list[Row]]:
        text = self._windows(key, columns, order, window.is_backward, window.beyond is not None)
        rows = await fetch(handles, self.name, text.sql, *text.arguments(parameters(order, window) | {"keys": keys}))
        found: dict[Any, list[Row]] = {}
        for row in rows:
            found.setdefault(row[PARENT], []).append(row)
        return found

    async def window(self, handles: Handles, columns: Columns, order: Ordering, window: Window) -> Sequence[Row]:
        text = self._windows(None, columns, order, window.is_backward, window.beyond is not None)
        return await fetch(handles, self.name, text.sql, *text.arguments(parameters(order, window)))

    async def counts(self, handles: Handles, key: str, keys: Sequence[Any]) -> Mapping[Any, int]:
        text = self._counts(key)
        rows = await fetch(handles, self.name, text.sql, *text.arguments({"keys": keys}))
        return {row[PARENT]: row["rows"] for row in rows}

    async def count(self, handles: Handles) -> int:
        rows = await fetch(handles, self.name, self._counts(None).sql)
        return int(rows[0]["rows"])

    def _rows_statement(self, key: str, columns: Columns, order: Ordering | None) -> Text:
        c = self.table.c
        statement = select(*(c[name] for name in dict.fromkeys((key, *columns)))).where(c[key] == any_(keys_of(c[key])))
        return compiled(statement if order is None else statement.order_by(*ordered(c, order, is_backward=False)))

    def _windows_statement(
        self,
        key: str | None,
        columns: Columns,
        order: Ordering,
        is_backward: bool,  # noqa: FBT001  The cache of statements is keyed by position.
        has_beyond: bool,  # noqa: FBT001
    ) -> Text:
        c = self.table.c
        rows = (
            select(*(c[name] for name in columns or order.columns[-1:]))
            .order_by(*ordered(c, order, is_backward=is_backward))
            .limit(bindparam("limit", type_=Integer))
        )
        if has_beyond:
            position = tuple_(*(c[name] for name in order.columns))
            beyond = tuple_(*(bindparam(f"beyond_{name}", type_=c[name].type) for name in order.columns))
            rows = rows.where(position < beyond if order.is_descending != is_backward else position > beyond)
        if key is None:
            return compiled(rows)
        # A lateral subquery can only be run once for each parent, so its rows stay in its order.
        unnested = func.unnest(keys_of(c[key])).table_valued(column("key", c[key].type), name="parents")
        parents = unnested.render_derived()
        each = rows.where(c[key] == parents.c.key).lateral("each")
        return compiled(select(parents.c.key.label(PARENT), each).select_from(parents.join(each, true())))

    def _counts_statement(self, key: str | None) -> Text:
        if key is None:
            return compiled(select(func.count().label("rows")).select_from(self.table))
        c = self.table.c
        statement = select(c[key].label(PARENT), func.count().label("rows")).where(c[key] == any_(keys_of(c[key])))
        return compiled(statement.group_by(c[key]))


def keys_of(key: Column[Any]) -> BindParameter[Any]:
    return bindparam("keys", type_=ARRAY(key.type))


def ordered(columns: Any, order: Ordering, *, is_backward: bool) -> list[ColumnElement[Any]]:
    descends = order.is_descending != is_backward
    return [columns[name].desc() if descends else columns[name].asc() for name in order.columns]


def parameters(order: Ordering, window: Window) -> dict[str, object]:
    beyond = zip(order.columns, window.beyond or (), strict=False)
    return {"limit": window.limit} | {f"beyond_{name}": value for name, value in beyond}
