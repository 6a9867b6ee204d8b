"""Fields that are made of the row itself: columns, global ids, computed values and objects."""

from collections.abc import Mapping, Sequence

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution.collect_fields import FieldDetails
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_snake_case

from gateway.engine.compiler import Compiler
from gateway.engine.leaves import leaf
from gateway.engine.planning import plans
from gateway.engine.reading import object_of
from gateway.engine.scopes import Member, Scope, Value, indented
from gateway.engine.surprises import Surprise, Uncovered
from resolvers.purchases import buyer_key
from schema.buyers import Pseudonym
from schema.entities import BY_NAME
from schema.fields import Column, Computed, Identified
from schema.ids import global_id
from schema.values import Composition


@plans(Column)
def column(scope: Scope, member: Member, _: Column) -> Value:
    (source,) = scope.read(member)
    return shown(scope.compiler, member.kind, member.details, source)


@plans(Identified)
def identified(scope: Scope, member: Member, _: Identified) -> Value:
    (source,) = scope.read(member)
    make, kind = scope.module.bind(global_id, "global_id"), scope.module.bind(scope.entity.name, "typename")
    return Value((), f"{make}({kind}, {source})")


@plans(Computed)
def computed(scope: Scope, member: Member, declaration: Computed) -> Value:
    if isinstance(declaration.function, Composition):
        return composed(scope, member, dict(zip(declaration.function.names, declaration.needs, strict=True)))
    function = scope.module.bind(declaration.function, "compute")
    return shown(scope.compiler, member.kind, member.details, f"{function}({', '.join(scope.read(member))})")


@plans(Pseudonym)
def pseudonym(scope: Scope, member: Member, _: Pseudonym) -> Value:
    (source,) = scope.read(member)
    made = f"{scope.module.bind(buyer_key, 'buyer_key')}(run.context.handles, {source})"
    return shown(scope.compiler, member.kind, member.details, made)


def shown(compiler: Compiler, kind: GraphQLOutputType, details: Sequence[FieldDetails], source: str) -> Value:
    """A value as the answer holds it, whatever its type."""
    if not is_leaf_type(get_named_type(kind)):
        return Value((), objects(compiler, kind, details, source))
    value = compiler.module.name("value_")
    return Value([f"{value} = {source}", *leaf(compiler.module, kind, value)], value)


def objects(compiler: Compiler, kind: GraphQLOutputType, details: Sequence[FieldDetails], source: str) -> str:
    """The source of an object, or a list of them, of a function's making."""
    module = compiler.module
    if is_non_null_type(kind):
        return f"{module.bind(there, 'there')}({objects(compiler, kind.of_type, details, source)})"
    if is_list_type(kind):
        each, value = module.name("each_"), module.name("value_")
        written = objects(compiler, kind.of_type, details, each)
        return f"(None if ({value} := {source}) is None else [{written} for {each} in {value}])"
    if not is_object_type(kind):
        raise Uncovered("computed value of an abstract type")
    return f"{writer(compiler, kind, details)}({source})"


def there(value: object) -> object:
    """A value that may not be missing."""
    if value is None:
        raise Surprise("Something is missing that must be there.")
    return value


def writer(compiler: Compiler, kind: GraphQLObjectType, details: Sequence[FieldDetails]) -> str:
    """Writes the function that writes one object that is no row, and returns its name."""
    module = compiler.module
    if kind.name in BY_NAME or not all(map(is_attribute, kind.fields.values())):
        raise Uncovered(f"computed {kind.name}")
    values = {said: f"getattr(source, {module.bind(to_snake_case(said), 'attribute')})" for said in kind.fields}
    written = members(compiler, kind, details, values)
    function = module.name(f"write_{kind.name}_")
    body = ["if source is None:", "    return None", *written.lines, f"return {written.source}"]
    module.define(f"def {function}(source):", *indented(body))
    return function


def is_attribute(field: GraphQLField) -> bool:
    """Whether Strawberry resolves a field by reading an attribute."""
    definition = (field.extensions or {}).get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return isinstance(definition, StrawberryField) and definition.base_resolver is None


def composed(scope: Scope, member: Member, attributes: Mapping[str, str]) -> Value:
    """An object whose fields are attributes of the row, written without making it; what is not selected of it is not
    fetched either.
    """
    kind, compiler = object_of(member.kind), scope.compiler
    selected = {merged[0].node.name.value for merged in compiler.reading.below(kind, member.details).values()}
    stored = scope.entity.source.stored
    values = {said: scope.column(stored(attributes[to_snake_case(said)])) for said in sorted(selected & kind.fields.keys())}
    return members(compiler, kind, member.details, values)


def members(
    compiler: Compiler, kind: GraphQLObjectType, details: Sequence[FieldDetails], values: Mapping[str, str]
) -> Value:
    """An object whose fields are worth these sources."""
    module = compiler.module
    lines: list[str] = []
    parts = []
    for name, merged in compiler.reading.below(kind, details).items():
        said = merged[0].node.name.value
        if said == "__typename":
            value = Value((), module.bind(kind.name, "typename"))
        else:
            value = shown(compiler, kind.fields[said].type, merged, values[said])
        lines += value.lines
        parts.append(f"{module.bind(name, 'name')}: {value.source}")
    return Value(lines, f"{{{', '.join(parts)}}}")
