"""Conditions as SQL.  Values are parameters, numbered in the order of `conditions.values_of`; none becomes text."""

from collections.abc import Iterator
from itertools import count
from typing import Any

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Integer,
    Numeric,
    String,
    Table,
    Text,
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
from sqlalchemy.types import TypeEngine

from models.columns import FOLDED
from resolvers.conditions import Compare, Condition, Every, Matches, Not, Operator, Some

NOWHERE: ColumnElement[int] = literal_column("0", Integer)


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
            return table.c["title_words"].bool_op("@>")(bindparam(next(names), type_=ARRAY(Text())))


def plain(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """The type of a parameter that is compared with a column: it takes on the column's collation by itself."""
    return String() if getattr(kind, "collation", None) else kind


def compared(column: Column[Any], condition: Compare, names: Iterator[str]) -> ColumnElement[bool]:
    if condition.value is None:
        return column.is_(None)
    is_list = condition.operator is Operator.IN
    subject, value = sides(column, bindparam(next(names), type_=ARRAY(kind_of(column)) if is_list else kind_of(column)))
    match condition.operator:
        case Operator.EQ:
            found = subject == value
        case Operator.IN:
            found = subject == any_(value)
        case Operator.GT:
            found = subject > value
        case Operator.GTE:
            found = subject >= value
        case Operator.LT:
            found = subject < value
        case Operator.LTE:
            found = subject <= value
        case Operator.CONTAINS:
            found = func.strpos(subject, value) > NOWHERE
        case Operator.STARTS_WITH:
            found = func.starts_with(subject, value)
    # SQL calls a comparison with a null unknown, whose negation is unknown too.
    return and_(column.is_not(None), found) if column.nullable else found


def kind_of(column: Column[Any]) -> TypeEngine[Any]:
    """A parameter of the column's own precision would be rounded to it, and 0.999 be equal to 1.00."""
    return Numeric() if isinstance(column.type, Numeric) else plain(column.type)


def sides(column: Column[Any], value: ColumnElement[Any]) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """What is compared: of a column that is unique without regard to case, what its indexes are of."""
    return (func.lower(column), func.lower(value)) if column.info.get(FOLDED) else (column, value)
