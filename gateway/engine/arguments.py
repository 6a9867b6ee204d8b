"""Variables and arguments of a compiled operation: what can be known of them is worked out once, plain values are
checked here, and everything else is left to graphql-core's and Strawberry's own conversion.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLInputType,
    GraphQLNonNull,
    GraphQLSchema,
    Node,
    NonNullTypeNode,
    Undefined,
    VariableDefinitionNode,
    VariableNode,
    is_non_null_type,
    type_from_ast,
    value_from_ast,
)
from graphql.execution.values import VariableValues, get_argument_values, get_variable_values
from strawberry.schema.config import StrawberryConfig
from strawberry.types.arguments import convert_arguments

from gateway.engine.leaves import GREATEST_INT, LEAST_INT
from gateway.engine.reading import nodes
from gateway.engine.surprises import Uncovered
from schema.fields import DeclaredField

Given = Mapping[str, Any]

ACCEPTS: Mapping[str, Callable[[Any], bool]] = {
    "String": lambda value: value.__class__ is str,
    "ID": lambda value: value.__class__ is str,
    "Boolean": lambda value: value.__class__ is bool,
    "Int": lambda value: value.__class__ is int and LEAST_INT <= value <= GREATEST_INT,
}


@dataclass(frozen=True)
class Variable:
    """A variable of a plain type; `default` is empty where there is none."""

    name: str
    accepts: Callable[[Any], bool]
    is_required: bool
    default: tuple[Any, ...]


class Variables:
    """The variables of an operation."""

    def __init__(self, schema: GraphQLSchema, definitions: Sequence[VariableDefinitionNode]) -> None:
        self.schema = schema
        self.definitions = definitions
        found = [variable(schema, each) for each in definitions]
        self.plain = [each for each in found if each is not None]
        self.is_plain = len(self.plain) == len(found)

    def values(self, given: Given) -> VariableValues:
        """What the variables are worth.  Raises Uncovered for values that they cannot have."""
        if self.is_plain:
            coerced = self._plain(given)
            if coerced is not None:
                return VariableValues({}, coerced)
        values = get_variable_values(self.schema, self.definitions, dict(given))
        if isinstance(values, list):
            raise Uncovered("bad variables")
        return values

    def _plain(self, given: Given) -> dict[str, Any] | None:
        coerced: dict[str, Any] = {}
        for each in self.plain:
            name = each.name
            if name in given:
                value = given[name]
                if not (each.accepts(value) or (value is None and not each.is_required)):
                    return None
                coerced[name] = value
            elif each.default:
                coerced[name] = each.default[0]
            elif each.is_required:
                return None
        return coerced


def variable(schema: GraphQLSchema, definition: VariableDefinitionNode) -> Variable | None:
    is_required = isinstance(definition.type, NonNullTypeNode)
    kind = type_from_ast(schema, definition.type)
    plain: Any = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    accepts = ACCEPTS.get(getattr(plain, "name", ""))
    if accepts is None:
        return None
    default: tuple[Any, ...] = ()
    if definition.default_value is not None:
        default = (value_from_ast(definition.default_value, plain),)
    return Variable(definition.variable.name.value, accepts, is_required, default)


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
        self.plain: list[tuple[str, str]] = []
        self.constant: dict[str, Any] = {}
        self.is_plain = self._work_out(variables)

    def of(self, variables: VariableValues) -> Given:
        if not self.is_plain:
            return self._converted(get_argument_values(self.definition, self.node, variables))
        coerced = variables.coerced
        if not self.plain:
            return self.constant
        return self.constant | {name: coerced[known] for name, known in self.plain if known in coerced}

    def _work_out(self, variables: Variables) -> bool:
        """Parts the arguments into constants and plain variables; False where some are neither."""
        given = {each.name.value: each for each in self.node.arguments or ()}
        python_names = {
            self.config.name_converter.from_argument(each): str(each.python_name) for each in self.field.arguments
        }
        required = {each.name: each.is_required for each in variables.plain}
        constants = []
        for name, argument in self.definition.args.items():
            value = given[name].value if name in given else None
            if isinstance(value, VariableNode):
                known = value.name.value
                if known not in required or not is_same_leaf(argument, required[known]) or not is_plain(argument.type):
                    return False
                self.plain.append((python_names[name], known))
            elif value is not None and has_variables(value):
                return False
            elif name in given:
                constants.append(given[name])
        without = FieldNode(name=self.node.name, arguments=tuple(constants), loc=self.node.loc)
        optional = {name: each for name, each in self.definition.args.items() if not is_variable(given, name)}
        known_definition = GraphQLField(self.definition.type, optional)
        self.constant = dict(self._converted(get_argument_values(known_definition, without)))
        return True

    def _converted(self, values: dict[str, Any]) -> Given:
        return convert_arguments(values, self.field.arguments, self.scalars, self.config)


def is_variable(given: Mapping[str, Any], name: str) -> bool:
    return name in given and isinstance(given[name].value, VariableNode)


def is_same_leaf(argument: GraphQLArgument, is_required: bool) -> bool:  # noqa: FBT001
    """Whether every value of the variable is one of the argument, and its absence the argument's."""
    has_default = argument.default_value is not Undefined or argument.default is not None
    return is_required or not (has_default or is_non_null_type(argument.type))


def is_plain(kind: GraphQLInputType) -> bool:
    plain: Any = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    return getattr(plain, "name", "") in ACCEPTS


def has_variables(value: Node) -> bool:
    return any(isinstance(each, VariableNode) for each in nodes(value))
