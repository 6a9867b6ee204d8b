"""Every place of the schema where a client may write a text: arguments, and fields of inputs however deep."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
    is_required_argument,
    is_required_input_field,
)

PLAIN = {"String", "ID"}
NO_TEXTS = {"Int", "Float", "Boolean"}
SOME: dict[str, Any] = {
    "String": "a",
    "ID": "a",
    "Int": 1,
    "Float": 1.5,
    "Boolean": True,
    "DateTime": "2026-01-01T00:00:00Z",
    "Date": "2026-01-01",
    "Decimal": "1",
    "Currency": "INR",
}


@dataclass(frozen=True)
class Place:
    """An argument of a field, and the path below it to where the text stands; `scalar` is what takes the text."""

    owner: str
    field: str
    argument: str
    path: tuple[str, ...]
    scalar: str
    graphql_field: GraphQLField

    def __str__(self) -> str:
        return ".".join((self.owner, self.field, self.argument, *self.path))

    def values(self, text: str) -> dict[str, Any]:
        """The values of the field's arguments, with the text in its place and something where something must be."""
        arguments = self.graphql_field.args
        given = {name: something(each.type) for name, each in arguments.items() if is_required_argument(each)}
        return given | {self.argument: put(arguments[self.argument].type, self.path, text)}

    def selection(self, alias: str, values: dict[str, Any]) -> tuple[str, str]:
        """The variables that the field declares, and the field that takes them, under an alias."""
        arguments = self.graphql_field.args
        declared = " ".join(f"${alias}{name}: {arguments[name].type}" for name in values)
        passed = ", ".join(f"{name}: ${alias}{name}" for name in values)
        kind = get_named_type(self.graphql_field.type)
        # A connection asks the databases nothing unless its rows or their number are wanted.
        below = " { nodes { __typename } totalCount }" if kind.name.endswith("Connection") else " { __typename }"
        below = below if is_composite_type(kind) else ""
        return declared, f"{alias}: {self.field}({passed}){below}"


def put(kind: Any, path: tuple[str, ...], text: str) -> Any:
    """A value of an input type that has the text at the end of the path."""
    plain = get_nullable_type(kind)
    if is_list_type(plain):
        return [put(plain.of_type, path, text)]
    if not path:
        return text
    assert isinstance(plain, GraphQLInputObjectType)
    fields = plain.fields
    given = {name: something(each.type) for name, each in fields.items() if is_required_input_field(each)}
    return given | {path[0]: put(fields[path[0]].type, path[1:], text)}


def something(kind: Any) -> Any:
    plain = get_nullable_type(kind)
    if is_list_type(plain):
        return [something(plain.of_type)]
    if isinstance(plain, GraphQLEnumType):
        return next(iter(plain.values))
    if isinstance(plain, GraphQLInputObjectType):
        return {name: something(each.type) for name, each in plain.fields.items() if is_required_input_field(each)}
    return SOME[plain.name]


def places(schema: GraphQLSchema) -> Iterator[Place]:
    for owner in schema.type_map.values():
        if isinstance(owner, GraphQLObjectType) and not owner.name.startswith("__"):
            for name, field in owner.fields.items():
                for argument, given in field.args.items():
                    for path, scalar in leaves(given, ()):
                        yield Place(owner.name, name, argument, path, scalar, field)


def leaves(given: GraphQLArgument | Any, above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """The paths to texts below an argument or a field of an input.  `and`, `or` and `not` lead to what stands beside
    them.
    """
    kind = get_named_type(given.type)
    if isinstance(kind, GraphQLScalarType):
        if kind.name not in NO_TEXTS:
            yield above, kind.name
    elif isinstance(kind, GraphQLInputObjectType):
        for name, each in kind.fields.items():
            if get_named_type(each.type) is not kind:
                yield from leaves(each, (*above, name))
