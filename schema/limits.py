"""How much an operation may ask for: an estimate of the objects in its answer, made before it is executed.

A list counts as many objects as it may have rows, times what is asked of each.  What the arguments of a read say counts
too, since it is taken in anew for each object that it is asked of.  Fragments are estimated once, so the estimate takes
time in proportion to the document.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_list_type,
)
from graphql.type import GraphQLNonNull, SchemaMetaFieldDef, TypeMetaFieldDef
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema_converter import GraphQLCoreConverter

from resolvers.pages import DEFAULT_SIZE, LARGEST_SIZE
from resolvers.refusals import TooExpensive
from resolvers.viewer import Viewer
from schema.declarations import DeclaredField

MOST_OBJECTS = 20_000
USUAL_LIST = 5
SIZES = ("first", "last", "page")
INTROSPECTION = {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef}
# Two thousand values, which take some 25 ms to take in, are as much as an operation may say.
OBJECTS_A_REFUSAL = 5
OBJECTS_A_VALUE = 10


@dataclass
class Estimate:
    """Counts objects below selections; `variables` are as the client sent them, or as the operation says otherwise."""

    schema: GraphQLSchema
    viewer: Viewer
    fragments: dict[str, FragmentDefinitionNode]
    variables: dict[str, Any]
    known: dict[str, int] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    def objects(self, selections: SelectionSetNode, parent: GraphQLNamedType, rows: int = 1) -> int:
        """How many objects these selections may add to each object of the parent type.  `rows` is the size of the
        page that the parent is, where it is one.
        """
        total = 0
        for selection in selections.selections:
            match selection:
                case FieldNode():
                    total += self.below(selection, parent, rows)
                case InlineFragmentNode(type_condition=condition):
                    named = self.schema.get_type(condition.name.value) if condition else parent
                    total += self.objects(selection.selection_set, named or parent, rows)
                case FragmentSpreadNode():
                    total += self.fragment(selection.name.value, rows)
        return total

    def fragment(self, name: str, rows: int) -> int:
        memo = f"{name} {rows}"
        if memo not in self.known:
            self.known[memo] = 0  # Should a fragment spread itself, its estimate stays finite.
            definition = self.fragments.get(name)
            named = definition and self.schema.get_type(definition.type_condition.name.value)
            if definition and named:
                self.known[memo] = self.objects(definition.selection_set, named, rows)
        return self.known[memo]

    def below(self, node: FieldNode, parent: GraphQLNamedType, rows: int) -> int:
        name = node.name.value
        definition = getattr(parent, "fields", {}).get(name) or INTROSPECTION.get(name)
        if definition is None:
            return 0
        said = 0 if parent == self.schema.mutation_type else OBJECTS_A_VALUE * self.said(node)
        said += OBJECTS_A_REFUSAL * self.may_be_refused(definition)
        if node.selection_set is None:
            return said
        kind = get_named_type(definition.type)
        if {"first", "last"} <= definition.args.keys():
            return (
                said + 1 + self.objects(node.selection_set, kind, min(self.page_size(node, DEFAULT_SIZE), LARGEST_SIZE))
            )
        plain = definition.type.of_type if isinstance(definition.type, GraphQLNonNull) else definition.type
        if not is_list_type(plain):
            # Of what the schema tells of itself, only the lists are long: tools follow one type to the next nine times.
            return said + (not is_introspection(kind)) + self.objects(node.selection_set, kind, rows)
        return said + self.list_size(node, definition, parent, rows) * (1 + self.objects(node.selection_set, kind))

    def may_be_refused(self, definition: GraphQLField) -> bool:
        """Whether the viewer's role alone does not let them see the field."""
        declared = (definition.extensions or {}).get(GraphQLCoreConverter.DEFINITION_BACKREF)
        return isinstance(declared, DeclaredField) and not declared.is_readable(self.viewer)

    def list_size(self, node: FieldNode, definition: GraphQLField, parent: GraphQLNamedType, rows: int) -> int:
        if parent.name.endswith("Connection"):
            return rows
        if is_introspection(parent):
            return self.described(node.name.value)
        if "first" in definition.args:
            return self.page_size(node, usual_size(definition))
        lists = [self.value(argument.value) for argument in node.arguments or ()]
        return max([len(each) for each in lists if isinstance(each, list)], default=usual_size(definition))

    def described(self, name: str) -> int:
        """How many there are of what the schema tells of itself, as far as it matters: few fields have arguments."""
        return {"types": len(self.schema.type_map), "args": 1}.get(name, USUAL_LIST)

    def page_size(self, node: FieldNode, usual: int) -> int:
        sizes = [self.value(argument.value) for argument in node.arguments or () if argument.name.value in SIZES]
        sizes = [size.get("size", DEFAULT_SIZE) if isinstance(size, dict) else size for size in sizes]
        given = [int(size) for size in sizes if is_whole(size)]
        return max(*given, 0) if given else usual

    def said(self, node: FieldNode) -> int:
        """How many values its arguments hold."""
        return sum(self.values_in(argument.value) for argument in node.arguments or ())

    def values_in(self, node: Any) -> int:
        match node:
            case VariableNode():
                name = node.name.value
                if name not in self.sizes:
                    self.sizes[name] = size_of(self.variables.get(name))
                return self.sizes[name]
            case ListValueNode(values=values):
                return len(values) + sum(map(self.values_in, values))
            case ObjectValueNode(fields=fields):
                return len(fields) + sum(self.values_in(field.value) for field in fields)
            case _:
                return 0

    def value(self, node: Any) -> Any:
        """What an argument will be, as far as its size matters."""
        if isinstance(node, VariableNode):
            return self.variables.get(node.name.value)
        match node:
            case IntValueNode(value=value):
                return int(value)
            case ListValueNode(values=values):
                return list(values)
            case ObjectValueNode(fields=fields):
                return {field.name.value: self.value(field.value) for field in fields}
            case _:
                return None


def size_of(given: Any) -> int:
    """How many values lie in a value of JSON, however deep; those of long lists as far as they matter."""
    total, waiting = 0, [given]
    while waiting and total <= MOST_OBJECTS:
        each = waiting.pop()
        inner = each.values() if isinstance(each, dict) else each if isinstance(each, list) else ()
        total += len(inner)
        waiting += inner
    return total


def is_whole(value: Any) -> bool:
    """Whether a value is taken for an Int, such as JSON's 100 and 100.0."""
    return isinstance(value, int) or (isinstance(value, float) and value.is_integer())


def is_introspection(kind: GraphQLNamedType) -> bool:
    return kind.name.startswith("__")


def usual_size(definition: GraphQLField) -> int:
    """How many objects a list has that no argument says the size of."""
    declared = (definition.extensions or {}).get(GraphQLCoreConverter.DEFINITION_BACKREF)
    size: int | None = getattr(declared, "usual_size", None)
    return USUAL_LIST if size is None else size


def objects_in(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
    viewer: Viewer,
) -> int:
    """How many objects the answer to an operation may have, by its document and the variables that came with it."""
    root = schema.get_root_type(operation.operation)
    if root is None:
        return 0
    definitions = document.definitions
    fragments = {each.name.value: each for each in definitions if isinstance(each, FragmentDefinitionNode)}
    estimate = Estimate(schema, viewer, fragments, {})
    defaults = operation.variable_definitions or ()
    given = {each.variable.name.value: estimate.value(each.default_value) for each in defaults}
    estimate.variables = given | dict(variables)
    return estimate.objects(operation.selection_set, root)


class ObjectLimiter(SchemaExtension):
    """Refuses what is not clear which operation to execute, or whose answer might hold too many objects."""

    def on_execute(self) -> Iterator[None]:
        context = self.execution_context
        document = context.graphql_document
        if document is None:
            raise AssertionError("Bug: an operation is executed without a document.")
        operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
        schema: GraphQLSchema = context.schema._schema  # noqa: SLF001  Strawberry has no other way to it.
        name = context._provided_operation_name  # noqa: SLF001  The public property falls back to the first operation.
        if len(operations) > 1 and name is None:
            raise GraphQLError("The document holds several operations: say which one by 'operationName'.")
        for operation in operations:
            is_chosen = name in (None, operation.name and operation.name.value)
            if (
                is_chosen
                and objects_in(schema, document, operation, context.variables or {}, context.context.viewer)
                > MOST_OBJECTS
            ):
                raise TooExpensive(MOST_OBJECTS)
        yield
