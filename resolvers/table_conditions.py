"""Conditions as SQL.  Values are parameters, numbered in the order of `conditions.values_of`; none becomes text."""

from collections.abc import Iterator
from itertools import count
from typing import Any

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Table,
    and_,
    any_,
    bindparam,
    false,
    func,
    literal_column,
    not_,
    or_,
    true,
)

from resolvers.conditions import Compare, Condition, Every, Matches, Not, Operator, Some

SEARCH_LANGUAGE = "english"


def clause(table: Table, condition: Condition) -> ColumnElement[bool]:
    """The condition on rows of a table, with parameters named `where_0`, `where_1` and so on."""
    return built(table, condition, (f"where_{number}" for number in count()))


def built(table: Table, condition: Condition, names: Iterator[str]) -> ColumnElement[bool]:
    match condition:
        case Compare():
            return compared(table.c[condition.column], condition, names)
        case Every(parts):
            return and_(true(), *(built(table, part, names) for part in parts))
        case Some(parts):
            return or_(false(), *(built(table, part, names) for part in parts))
        case Not(part):
            return not_(built(table, part, names))
        case Matches():
            words = func.plainto_tsquery(literal_column(f"'{SEARCH_LANGUAGE}'"), bindparam(next(names)))
            return searched(table).op("@@")(words)


def compared(column: Column[Any], condition: Compare, names: Iterator[str]) -> ColumnElement[bool]:
    if condition.value is None:
        return column.is_(None)
    is_list = condition.operator is Operator.IN
    value = bindparam(next(names), type_=ARRAY(column.type) if is_list else column.type)
    match condition.operator:
        case Operator.EQ:
            found = column == value
        case Operator.IN:
            found = column == any_(value)
        case Operator.GT:
            found = column > value
        case Operator.GTE:
            found = column >= value
        case Operator.LT:
            found = column < value
        case Operator.LTE:
            found = column <= value
        case Operator.CONTAINS:
            found = func.strpos(column, value) > 0
        case Operator.STARTS_WITH:
            found = func.starts_with(column, value)
    # SQL calls a comparison with a null unknown, whose negation is unknown too.
    return and_(column.is_not(None), found) if column.nullable else found


def searched(table: Table) -> ColumnElement[Any]:
    """What the text index of the table is on."""
    return func.to_tsvector(literal_column(f"'{SEARCH_LANGUAGE}'"), table.c["title"])
