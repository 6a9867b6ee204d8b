"""Conditions on rows, in words that both databases understand alike.  How each says them is in `table_conditions` and
`collection_conditions`; what a client may write is in `schema.filters`.

A condition is true or false, never unknown: a comparison with a null is false, and its negation true.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias


class Operator(StrEnum):
    EQ = "eq"
    IN = "in"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"


@dataclass(frozen=True, slots=True)
class Compare:
    """A stored column against a value; with IN, against a tuple of values.  EQ to None is true for nulls."""

    column: str
    operator: Operator
    value: Any


@dataclass(frozen=True, slots=True)
class Every:
    """All of the parts; true without any."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one of the parts; false without any."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Condition"


@dataclass(frozen=True, slots=True)
class Matches:
    """The title has all of these words, which `models.words` made as it made those that are stored."""

    words: tuple[str, ...]


Condition: TypeAlias = Compare | Every | Some | Not | Matches


def shape_of(condition: Condition | None) -> tuple[Any, ...]:
    """The condition without its values: what a statement's text depends on."""
    match condition:
        case None:
            return ()
        case Compare(column, operator, value):
            return (column, operator, value is None)
        case Every(parts) | Some(parts):
            return (type(condition).__name__, *map(shape_of, parts))
        case Not(part):
            return ("Not", shape_of(part))
        case Matches():
            return ("Matches",)


def values_of(condition: Condition | None) -> Iterator[Any]:
    """The values that the shape leaves out, in its order."""
    match condition:
        case Compare(_, _, value) if value is not None:
            yield value
        case Every(parts) | Some(parts):
            for part in parts:
                yield from values_of(part)
        case Not(part):
            yield from values_of(part)
        case Matches(words):
            yield words
