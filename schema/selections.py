"""Looking ahead: which columns an operation will read of the rows that a field is about to load."""

from collections.abc import Sequence
from typing import Any, TypeAlias, cast

from graphql import FieldNode, GraphQLObjectType, GraphQLResolveInfo
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_subfields
from graphql.execution.values import VariableValues

from resolvers.context import Context
from schema.entities import Entity

Nodes: TypeAlias = tuple[FieldNode, ...]
ResolveInfo: TypeAlias = GraphQLResolveInfo[Context]


def selected(info: ResolveInfo, type_name: str, nodes: Sequence[FieldNode]) -> dict[str, list[Nodes]]:
    """The fields that are selected on an object of this type below these nodes: by name, for each response key the
    nodes that merge into it.  Fragments and the directives @skip and @include are applied as the executor does.
    """
    memo = (type_name, *map(id, nodes))
    found: dict[str, list[Nodes]] | None = info.context.selections.get(memo)
    if found is None:
        found = info.context.selections[memo] = {}
        graph_type = cast("GraphQLObjectType", info.schema.get_type(type_name))
        fragments = {name: FragmentDetails(definition) for name, definition in info.fragments.items()}
        details = [FieldDetails(node, None) for node in nodes]
        grouped = collect_subfields(
            info.schema, fragments, variables(info), info.operation, graph_type, details
        ).grouped_field_set
        for merged in grouped.values():
            found.setdefault(merged[0].node.name.value, []).append(tuple(each.node for each in merged))
    return found


def variables(info: ResolveInfo) -> VariableValues:
    """The variables as graphql-core's functions take them; what it gives to resolvers are their values only."""
    given: Any = info.variable_values
    return given if isinstance(given, VariableValues) else VariableValues(sources={}, coerced=given)


def columns(info: ResolveInfo, entity: Entity, nodes: Sequence[FieldNode]) -> tuple[str, ...]:
    """The stored columns of an entity that the selections below these nodes read, with those that decide who may
    see it.
    """
    names = selected(info, entity.name, nodes)
    needs = [column for name in names if name in entity.fields for column in entity.fields[name].needs]
    for name in entity.derived & names.keys():
        declaration: Any = entity.fields[name].declaration
        needs += [column for group in names[name] for column in declaration.derived(entity, name, info, group[0])]
    return tuple(sorted({*needs, *entity.visibility.needs}))
