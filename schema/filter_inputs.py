"""The input types of `where` and `orderBy`, made from the fields that are declared filterable and sortable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum, StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin
from uuid import UUID

import strawberry
from strawberry import UNSET

from resolvers.conditions import Operator
from schema.declarations import DeclaredField
from schema.entities import Entity
from schema.values import described

MOST_VALUES = 100

COMPARISONS = (Operator.EQ, Operator.IN, Operator.GT, Operator.GTE, Operator.LT, Operator.LTE)
CHOICES = (Operator.EQ, Operator.IN)
OPERATORS: Mapping[type, tuple[Operator, ...]] = {
    str: (*COMPARISONS, Operator.CONTAINS, Operator.STARTS_WITH),
    int: COMPARISONS,
    Decimal: COMPARISONS,
    datetime: COMPARISONS,
    bool: (Operator.EQ,),
    UUID: CHOICES,
}
NAMES = {str: "String", int: "Int", bool: "Boolean", UUID: "ID", datetime: "DateTime", Decimal: "Decimal"}
SAID = {
    Operator.EQ: "Equal to this; null finds what has no value.",
    Operator.IN: f"Equal to one of these, at most {MOST_VALUES}.",
    Operator.GT: "Greater than this.",
    Operator.GTE: "Greater than this or equal to it.",
    Operator.LT: "Less than this.",
    Operator.LTE: "Less than this or equal to it.",
    Operator.CONTAINS: "Containing this text, with regard to case.",
    Operator.STARTS_WITH: "Starting with this text, with regard to case.",
}

SAID_WITHOUT_CASE = {
    Operator.EQ: "Equal to this, without regard to case.",
    Operator.STARTS_WITH: "Starting with this text, without regard to case.",
}


class OrderDirection(StrEnum):
    ASC = "ASC"
    DESC = "DESC"


described(
    OrderDirection,
    "Which way a list runs.",
    ASC="Least first; nothing comes before everything.",
    DESC="Greatest first; nothing comes last.",
)


@dataclass(frozen=True)
class Inputs:
    """The inputs of the connections of one type, where it has any filterable and sortable fields."""

    where: type | None
    order: type | None


class Member(NamedTuple):
    """A field of an input type: its type, or the text of one; its description; its name, where Python has another."""

    kind: Any
    description: str
    graphql_name: str | None = None


INPUTS: dict[str, Inputs] = {}
COMPARED: dict[str, type] = {}


def inputs_of(entity: Entity) -> Inputs:
    if entity.name not in INPUTS:
        filterable = [field for field in entity.fields.values() if field.is_filterable]
        sortable = [name for name, field in entity.fields.items() if field.is_sortable]
        where = filter_input(entity, filterable) if filterable else None
        INPUTS[entity.name] = Inputs(where, order_input(entity, sortable) if sortable else None)
    return INPUTS[entity.name]


def filter_input(entity: Entity, filterable: Sequence[DeclaredField]) -> type:
    name = f"{entity.name}Filter"
    members = {field.python_name: Member(comparison_of(entity, field), field.description or "") for field in filterable}
    members["and_"] = Member(f"list[{name}]", "All of these hold.", "and")
    members["or_"] = Member(f"list[{name}]", "At least one of these holds.", "or")
    members["not_"] = Member(name, "This does not hold.", "not")
    return made(name, f"Which rows of type {entity.name}; everything that is said here holds.", members)


def order_input(entity: Entity, sortable: Sequence[str]) -> type:
    enums = [name for name in sortable if issubclass(value_type(entity, entity.fields[name]), Enum)]
    if enums:
        raise AssertionError(f"Bug: {entity.name} sorts by {enums}, and the two databases sort enums differently.")
    columns = Enum(f"{entity.name}OrderField", {name: name for name in sortable})  # type: ignore[misc]
    said = {name: entity.fields[name].description or "" for name in sortable}
    described(columns, f"What rows of type {entity.name} can be sorted by.", **said)
    name = f"{entity.name}Order"
    cls: Any = type(name, (), {"__annotations__": {"field": columns, "direction": OrderDirection}})
    cls.field = strawberry.field(description="What to sort by.")
    cls.direction = strawberry.field(description="Which way.", default=OrderDirection.ASC)
    order: type = strawberry.input(cls, description=f"One step in sorting rows of type {entity.name}.")
    return order


def comparison_of(entity: Entity, field: DeclaredField) -> type:
    """The input that compares a field: that of its type, or one of its own where an index serves less."""
    kind = value_type(entity, field)
    if field.operators is None:
        return comparison(kind)
    name = f"{entity.name}{field.python_name.title().replace('_', '')}Comparison"
    members = {operator.value: Member(kind, SAID_WITHOUT_CASE[operator]) for operator in field.operators}
    return made(name, "How a text compares without regard to case; everything that is said here holds.", members)


def comparison(kind: type) -> type:
    """The input that compares a value of this type."""
    name = f"{NAMES.get(kind, kind.__name__)}Comparison"
    if name not in COMPARED:
        shown: Any = strawberry.ID if kind is UUID else kind
        members: dict[str, Member] = {}
        for operator in OPERATORS.get(kind, CHOICES):
            if operator is Operator.IN:
                members["in_"] = Member(list[shown], SAID[operator], "in")
            else:
                members[operator.value] = Member(shown, SAID[operator])
        COMPARED[name] = made(name, "How a value compares; everything that is said here holds.", members)
    return COMPARED[name]


def made(name: str, description: str, members: Mapping[str, Member]) -> type:
    """An input type whose fields may all be left out; the text of a type names one that is made here."""
    kinds = {python: member.kind for python, member in members.items()}
    annotations = {python: f"{kind} | None" if isinstance(kind, str) else kind | None for python, kind in kinds.items()}
    cls: Any = type(name, (), {"__annotations__": annotations, "__module__": __name__})
    for python, member in members.items():
        setattr(cls, python, strawberry.field(description=member.description, name=member.graphql_name, default=UNSET))
    globals()[name] = strawberry.input(cls, description=description)
    result: type = globals()[name]
    return result


def value_type(entity: Entity, field: DeclaredField) -> type:
    """The Python type of the column that a field is compared by, without null."""
    return plain(entity.source.model.model_fields[field.compared].annotation)


def plain(annotation: Any) -> type:
    if get_origin(annotation) is Annotated:
        return plain(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        (kind,) = [each for each in get_args(annotation) if each is not NoneType]
        return plain(kind)
    found: type = annotation
    return found
