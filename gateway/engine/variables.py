"""The variables of a compiled operation.  What a client sends for them is coerced by graphql-core's functions, except
for values that need none; where that fails, graphql-core says what is wrong.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graphql import (
    GraphQLInputType,
    GraphQLSchema,
    Undefined,
    VariableDefinitionNode,
    get_variable_values,
    is_leaf_type,
    is_non_null_type,
    type_from_ast,
)
from graphql.execution.values import input_is_nested_too_deeply
from graphql.utilities import coerce_input_value

from gateway.engine.leaves import GREATEST_INT, LEAST_INT
from gateway.engine.surprises import Uncovered

Given = Mapping[str, Any]

NEEDS_NONE: Mapping[str, Callable[[Any], bool]] = {
    "String": lambda value: value.__class__ is str,
    "ID": lambda value: value.__class__ is str,
    "Boolean": lambda value: value.__class__ is bool,
    "Int": lambda value: value.__class__ is int and LEAST_INT <= value <= GREATEST_INT,
}


USUAL_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:[0-5]\d)", re.ASCII)


def usual_time(value: Any) -> datetime | None:
    """A time as nearly everybody writes it, which the scalar's own parser would take ten times as long to read."""
    if value.__class__ is not str or USUAL_TIME.fullmatch(value) is None:
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable; `default` is empty where there is none, and `needs_none` knows values that stay as they are."""

    name: str
    kind: GraphQLInputType
    is_required: bool
    is_leaf: bool
    default: tuple[Any, ...]
    needs_none: Callable[[Any], bool] | None
    is_time: bool


class Variables:
    """The variables of an operation, by name."""

    def __init__(self, schema: GraphQLSchema, definitions: Sequence[VariableDefinitionNode]) -> None:
        self.by_name = {each.variable.name.value: variable(schema, each) for each in definitions}
        self.each = tuple(self.by_name.values())

    def coerced(self, given: Given) -> dict[str, Any]:
        """What the variables are worth; those that were left out and have no default are missing.

        Raises Uncovered for values that they cannot have.
        """
        values: dict[str, Any] = {}
        for each in self.each:
            value = given.get(each.name, Undefined)
            if each.needs_none is not None and each.needs_none(value):
                values[each.name] = value
            elif each.is_time and (time := usual_time(value)) is not None:
                values[each.name] = time
            elif value is not Undefined:
                values[each.name] = checked(value, each.kind)
            elif each.default:
                values[each.name] = each.default[0]
            elif each.is_required:
                raise Uncovered("bad variables")
        return values


def checked(value: Any, kind: GraphQLInputType) -> Any:
    if input_is_nested_too_deeply(value, kind):
        raise Uncovered("bad variables")
    try:
        coerced = coerce_input_value(value, kind)
    except RecursionError:
        coerced = Undefined
    if coerced is Undefined:
        raise Uncovered("bad variables")
    return coerced


def variable(schema: GraphQLSchema, definition: VariableDefinitionNode) -> Variable:
    name = definition.variable.name.value
    kind: Any = type_from_ast(schema, definition.type)
    is_required = is_non_null_type(kind)
    plain = kind.of_type if is_required else kind
    default: tuple[Any, ...] = ()
    if definition.default_value is not None:
        worth = get_variable_values(schema, [definition], {})
        if isinstance(worth, list):
            raise Uncovered("bad default")
        default = (worth.coerced[name],)
    needs_none = NEEDS_NONE.get(getattr(plain, "name", ""))
    is_time = getattr(plain, "name", "") == "DateTime"
    return Variable(name, kind, is_required, is_leaf_type(plain), default, needs_none, is_time)
