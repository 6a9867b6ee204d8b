"""An operation as graphql-core reads it: which fields are selected where, with fragments, directives and merging
applied by its own functions.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from graphql import (
    DirectiveNode,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    get_named_type,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues

from gateway.engine.surprises import Uncovered

Fields: TypeAlias = Mapping[str, Sequence[FieldDetails]]
"""By response name, the fields that merge under it."""

CONDITIONS = ("skip", "include")


@dataclass(frozen=True)
class Reading:
    """One operation of a valid document, under given values of the variables that its directives ask."""

    schema: GraphQLSchema
    document: DocumentNode
    operation: OperationDefinitionNode
    conditions: Mapping[str, Any]

    @cached_property
    def fragments(self) -> dict[str, FragmentDetails]:
        definitions = [each for each in self.document.definitions if isinstance(each, FragmentDefinitionNode)]
        return {each.name.value: FragmentDetails(each) for each in definitions}

    @cached_property
    def variables(self) -> VariableValues:
        return VariableValues({}, dict(self.conditions))

    def root(self) -> Fields:
        kind = self.schema.query_type
        if kind is None:
            raise Uncovered("no query type")
        return collect_fields(self.schema, self.fragments, self.variables, kind, self.operation).grouped_field_set

    def below(self, kind: GraphQLObjectType, fields: Sequence[FieldDetails]) -> Fields:
        """What is selected on objects of this type below fields that merge."""
        collected = collect_subfields(self.schema, self.fragments, self.variables, self.operation, kind, list(fields))
        return collected.grouped_field_set


def object_of(kind: GraphQLOutputType) -> GraphQLObjectType:
    """The object type inside of lists and non-nulls.  Raises Uncovered where there is none."""
    named = get_named_type(kind)
    if not isinstance(named, GraphQLObjectType):
        raise Uncovered("abstract type")
    return named


def chosen(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """The operation to run.  Raises Uncovered for what is not there, not clear or no query."""
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    named = [each for each in operations if name is None or (each.name and each.name.value == name)]
    if len(named) != 1 or named[0].operation is not OperationType.QUERY:
        raise Uncovered("no query")
    return named[0]


def conditional(document: DocumentNode) -> frozenset[str]:
    """The names of the variables that decide what is selected."""
    return frozenset(
        argument.value.name.value
        for node in nodes(document)
        if isinstance(node, DirectiveNode) and node.name.value in CONDITIONS
        for argument in node.arguments or ()
        if isinstance(argument.value, VariableNode)
    )


def nodes(node: Node) -> Iterator[Node]:
    yield node
    for key in node.keys:
        below = getattr(node, key, None)
        for each in below if isinstance(below, list | tuple) else (below,):
            if isinstance(each, Node) and key != "loc":
                yield from nodes(each)
