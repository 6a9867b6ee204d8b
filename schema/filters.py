"""What a client writes in `where`, `search` and `orderBy`, checked and turned into conditions and orders."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from strawberry import UNSET
from strawberry.utils.str_converters import to_camel_case

from models.words import words
from resolvers.budgets import FilterBudget
from resolvers.conditions import Compare, Condition, Every, Matches, Not, Operator, Some
from resolvers.refusals import BadFilter, BadGlobalId, Forbidden
from resolvers.viewer import Viewer
from schema.declarations import DeclaredField
from schema.entities import Entity
from schema.filter_inputs import MOST_VALUES, OrderDirection, value_type
from schema.ids import parse_global_id

DEEPEST = 5
NAMES_KEPT = 4096
LONGEST_TEXT = 500
MOST_WORDS = 20
LARGEST_NUMBER = Decimal(10) ** 15
DECIMALS = 6

# Names of the schema, of which there are no more.
in_camel_case = lru_cache(NAMES_KEPT)(to_camel_case)


def condition_of(entity: Entity, given: Any, viewer: Viewer, budget: FilterBudget) -> Condition | None:
    """The condition that a client wrote, paid from the budget of the operation.

    Raises BadFilter, BadGlobalId, or Forbidden for a field that the viewer may not read of every row.
    """
    if given is None:
        return None
    return Every(tuple(parts_of(entity, given, viewer, budget, depth=1)))


def parts_of(entity: Entity, given: Any, viewer: Viewer, budget: FilterBudget, depth: int) -> Iterator[Condition]:
    if depth > DEEPEST:
        raise BadFilter(f"A filter is nested at most {DEEPEST} deep.")
    for name, value in vars(given).items():
        if value is UNSET or value is None:
            continue
        if name in ("and_", "or_"):
            budget.spend(parts=len(value))
            parts = tuple(Every(tuple(parts_of(entity, each, viewer, budget, depth + 1))) for each in value)
            yield Every(parts) if name == "and_" else Some(parts)
        elif name == "not_":
            budget.spend(parts=1)
            yield Not(Every(tuple(parts_of(entity, value, viewer, budget, depth + 1))))
        else:
            yield from comparisons(entity, entity.fields[in_camel_case(name)], value, viewer, budget)


def comparisons(
    entity: Entity, field: DeclaredField, given: Any, viewer: Viewer, budget: FilterBudget
) -> Iterator[Condition]:
    readable(entity, field, viewer)
    column = entity.source.stored(field.compared)
    for said, value in vars(given).items():
        if value is UNSET:
            continue
        budget.spend(comparisons=1)
        operator = Operator(said.removesuffix("_"))
        if operator is Operator.IN:
            values = within(value)
            budget.spend(values=len(values))
            yield Compare(column, operator, tuple(checked(entity, field, operator, each) for each in values))
        elif value is not None:
            yield Compare(column, operator, checked(entity, field, operator, value))
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


def checked(entity: Entity, field: DeclaredField, operator: Operator, value: Any) -> Any:
    """A value that both databases can compare, in the precision that both keep."""
    match value:
        case str() if value_type(entity, field) is UUID:
            return key_of(field.names(entity), value)
        case str() if "\0" in value or len(value) > LONGEST_TEXT:
            raise BadFilter(f"A text to compare with has at most {LONGEST_TEXT} characters, and no NUL among them.")
        case Decimal():
            return amount(value)
        case datetime():
            return instant(value, operator)
        case _:
            return value


def key_of(type_name: str, given: str) -> UUID:
    named, key = parse_global_id(given)
    if named != type_name:
        raise BadGlobalId(given)
    return key


def amount(value: Decimal) -> Decimal:
    if value.is_finite() and value.copy_abs() < LARGEST_NUMBER and value == round(value, DECIMALS):
        # A client may write thousands of zeros after the point, which neither database would take.
        return round(value, DECIMALS)
    raise BadFilter(f"A number to compare with has at most 15 digits before the point and {DECIMALS} after it.")


def instant(value: datetime, operator: Operator) -> datetime:
    """The time in UTC and in milliseconds, which no stored time is finer than: rounded to the side on which the
    comparison stays as true as it was.
    """
    if value.tzinfo is None:
        raise BadFilter("A time to compare with says its offset, such as 2026-01-31T12:00:00Z.")
    try:
        moment = value.astimezone(UTC)
        rest = moment.microsecond % 1000
        if rest and operator in (Operator.GTE, Operator.LT):
            return moment + timedelta(microseconds=1000 - rest)
    except OverflowError:
        raise BadFilter("A time to compare with lies in the years from 1 to 9999.") from None
    return moment - timedelta(microseconds=rest)


def searched(search: str | None) -> Condition | None:
    """The titles with all words of a search.  Without any, everything is found."""
    if search is None:
        return None
    if len(search) > LONGEST_TEXT:
        raise BadFilter(f"A search has at most {LONGEST_TEXT} characters.")
    found = words(search)
    if len(found) > MOST_WORDS:
        raise BadFilter(f"A search has at most {MOST_WORDS} words.")
    return Matches(tuple(found)) if found else None


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
        attribute = field.compared
        if attribute in (step.removeprefix("-") for step in steps):
            raise BadFilter(f"'{each.field.value}' stands twice in 'orderBy'.")
        steps.append(f"-{attribute}" if each.direction is OrderDirection.DESC else attribute)
    return (*steps, "-id" if steps[-1].startswith("-") else "id")
