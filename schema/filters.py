"""What a client writes in `where`, `search` and `orderBy`, checked and turned into conditions and orders."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from strawberry import UNSET
from strawberry.utils.str_converters import to_camel_case

from resolvers.conditions import Compare, Condition, Every, Not, Operator, Some
from resolvers.refusals import BadFilter, BadGlobalId, Forbidden
from resolvers.viewer import Viewer
from schema.entities import Entity
from schema.fields import DeclaredField
from schema.filter_inputs import MOST_VALUES, OrderDirection, value_type
from schema.ids import parse_global_id

DEEPEST = 5
MOST_COMPARISONS = 50
LONGEST_TEXT = 500
MOST_WORDS = 20
LARGEST_NUMBER = Decimal(10) ** 15


class Budget:
    """How many comparisons a filter may still have."""

    def __init__(self) -> None:
        self.left = MOST_COMPARISONS

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise BadFilter(f"A filter has at most {MOST_COMPARISONS} comparisons.")


def condition_of(entity: Entity, given: Any, viewer: Viewer) -> Condition | None:
    """The condition that a client wrote.

    Raises BadFilter, BadGlobalId, or Forbidden for a field that the viewer may not read of every row.
    """
    if given is None:
        return None
    return Every(tuple(parts_of(entity, given, viewer, Budget(), depth=1)))


def parts_of(entity: Entity, given: Any, viewer: Viewer, budget: Budget, depth: int) -> Iterator[Condition]:
    if depth > DEEPEST:
        raise BadFilter(f"A filter is nested at most {DEEPEST} deep.")
    for name, value in vars(given).items():
        if value is UNSET or value is None:
            continue
        if name in ("and_", "or_"):
            parts = tuple(Every(tuple(parts_of(entity, each, viewer, budget, depth + 1))) for each in value)
            yield Every(parts) if name == "and_" else Some(parts)
        elif name == "not_":
            yield Not(Every(tuple(parts_of(entity, value, viewer, budget, depth + 1))))
        else:
            yield from comparisons(entity, entity.fields[to_camel_case(name)], value, viewer, budget)


def comparisons(
    entity: Entity, field: DeclaredField, given: Any, viewer: Viewer, budget: Budget
) -> Iterator[Condition]:
    readable(entity, field, viewer)
    (column,) = map(entity.source.stored, field.declaration.attributes(field.python_name))
    for said, value in vars(given).items():
        if value is UNSET:
            continue
        budget.spend()
        operator = Operator(said.removesuffix("_"))
        if operator is Operator.IN:
            yield Compare(column, operator, tuple(checked(entity, field, each) for each in within(value)))
        elif value is not None:
            yield Compare(column, operator, checked(entity, field, value))
        elif operator is Operator.EQ:
            yield Compare(column, operator, None)
        else:
            raise BadFilter(f"'{to_camel_case(operator)}' compares with a value, not with null.")


def readable(entity: Entity, field: DeclaredField, viewer: Viewer) -> None:
    """What cannot be read cannot be filtered or sorted by either, or its values would show in which rows come."""
    if not field.is_readable(viewer):
        raise Forbidden(f"{entity.name}.{to_camel_case(field.python_name)}")


def within(values: Sequence[Any] | None) -> Sequence[Any]:
    if values is None or len(values) > MOST_VALUES:
        raise BadFilter(f"'in' is a list of at most {MOST_VALUES} values.")
    return values


def checked(entity: Entity, field: DeclaredField, value: Any) -> Any:
    """A value that both databases can compare, in the precision that both keep."""
    match value:
        case str() if value_type(entity, field) is UUID:
            return key_of(field.names(entity), value)
        case str() if "\0" in value or len(value) > LONGEST_TEXT:
            raise BadFilter(f"A text to compare with has at most {LONGEST_TEXT} characters, and no NUL among them.")
        case Decimal() if not (value.is_finite() and abs(value) < LARGEST_NUMBER and value == round(value, 6)):
            raise BadFilter("A number to compare with has at most 15 digits before the point and 6 after it.")
        case datetime():
            return instant(value)
        case _:
            return value


def key_of(type_name: str, given: str) -> UUID:
    named, key = parse_global_id(given)
    if named != type_name:
        raise BadGlobalId(given)
    return key


def instant(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise BadFilter("A time to compare with says its offset, such as 2026-01-31T12:00:00Z.")
    try:
        moment = value.astimezone(UTC)
    except OverflowError:
        raise BadFilter("A time to compare with lies in the years from 1 to 9999.") from None
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def searched(words: str) -> str:
    """The words of a search, as plain words: both databases give quotes and signs meanings of their own."""
    if len(words) > LONGEST_TEXT:
        raise BadFilter(f"A search has at most {LONGEST_TEXT} characters.")
    return " ".join(re.findall(r"\w+", words)[:MOST_WORDS])


def attributes_of(
    entity: Entity, given: Sequence[Any] | None, default: tuple[str, ...], viewer: Viewer
) -> tuple[str, ...]:
    """The order that a client asked for, as attributes that end with the id, descending ones with a minus.

    Raises BadFilter, or Forbidden for a field that the viewer may not read of every row.
    """
    if not given:
        return default
    steps: list[str] = []
    for each in given:
        field = entity.fields[each.field.value]
        readable(entity, field, viewer)
        (attribute,) = field.declaration.attributes(field.python_name)
        if attribute in (step.removeprefix("-") for step in steps):
            raise BadFilter(f"'{each.field.value}' stands twice in 'orderBy'.")
        steps.append(f"-{attribute}" if each.direction is OrderDirection.DESC else attribute)
    return (*steps, "-id" if steps[-1].startswith("-") else "id")
