"""The arguments of a compiled field.

graphql-core and Strawberry convert them once, with placeholders for variables of leaf types, which stand for themselves
once they are coerced.  A run fills in the values.  Which variables are left out or null may change what arguments mean,
so each such case is converted for itself; and where a variable holds a list or an input object, each run converts anew.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, GraphQLError, GraphQLField, VariableNode
from graphql.execution.values import VariableValues, get_argument_values
from strawberry.schema.config import StrawberryConfig
from strawberry.types.arguments import convert_arguments
from strawberry.types.base import has_object_definition

from gateway.engine.reading import nodes
from gateway.engine.surprises import Uncovered
from gateway.engine.variables import Given, Variables
from schema.declarations import DeclaredField

MOST_CASES = 8
Fill = Callable[[Given], Any]
"""A value with the variables filled in."""


@dataclass(frozen=True, slots=True)
class Placeholder:
    """Stands for the value of a variable."""

    name: str


class Arguments:
    """The arguments of one field of an operation, as its declaration is given them."""

    def __init__(
        self,
        field: DeclaredField,
        definition: GraphQLField,
        node: FieldNode,
        variables: Variables,
        config: StrawberryConfig,
        scalars: Any,
    ) -> None:
        self.field, self.definition, self.node = field, definition, node
        self.config, self.scalars = config, scalars
        held = [below for each in node.arguments or () for below in nodes(each) if isinstance(below, VariableNode)]
        self.names = tuple(dict.fromkeys(each.name.value for each in held))
        self.is_simple = all(variables.by_name[name].is_leaf for name in self.names)
        self.cases: dict[tuple[bool | None, ...], Fill] = {}

    def of(self, variables: Given) -> Given:
        """What the arguments are worth.  Raises Uncovered for arguments that cannot be."""
        if not self.is_simple:
            return self.converted(variables)
        case = tuple([variables[name] is None if name in variables else None for name in self.names])
        fill = self.cases.get(case)
        if fill is None:
            if len(self.cases) >= MOST_CASES:
                self.cases.clear()
            fill = self.cases[case] = self.worked_out(variables)
        found: Given = fill(variables)
        return found

    def worked_out(self, variables: Given) -> Fill:
        held = {
            name: None if variables[name] is None else Placeholder(name) for name in self.names if name in variables
        }
        return filled(self.converted(held))

    def converted(self, variables: Given) -> dict[str, Any]:
        try:
            values = get_argument_values(self.definition, self.node, VariableValues({}, dict(variables)))
        except GraphQLError:
            raise Uncovered("bad arguments") from None
        return convert_arguments(values, self.field.arguments, self.scalars, self.config)


def filled(value: Any) -> Fill:
    """How to make a value like this one, with variables for placeholders; what has none is the same each time."""
    match value:
        case Placeholder(name):
            return lambda given: given[name]
        case dict() if varying := varying_in(value):
            return lambda given: value | {name: fill(given) for name, fill in varying.items()}
        case list() if varying := varying_in(dict(enumerate(value))):
            return lambda given: [
                varying[place](given) if place in varying else each for place, each in enumerate(value)
            ]
        case _ if has_object_definition(type(value)) and (varying := varying_in(vars(value))):
            return lambda given: made_like(value, {name: fill(given) for name, fill in varying.items()})
        case _:
            return lambda _: value


def varying_in(parts: Mapping[Any, Any]) -> dict[Any, Fill]:
    return {name: filled(part) for name, part in parts.items() if has_placeholder(part)}


def has_placeholder(value: Any) -> bool:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if has_object_definition(type(value)):
        parts = vars(value).values()
    return isinstance(value, Placeholder) or any(map(has_placeholder, parts))


def made_like(value: Any, changes: dict[str, Any]) -> Any:
    made = object.__new__(type(value))
    vars(made).update(vars(value) | changes)
    return made
