"""Fields that are made of the row itself: columns, global ids, computed values and objects."""

from binascii import b2a_base64
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from graphql import (
    GraphQLEnumType,
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
from sqlalchemy import BigInteger, Enum
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_snake_case

from gateway.engine.compiler import Compiler
from gateway.engine.leaves import leaf, named
from gateway.engine.planning import plans
from gateway.engine.reading import object_of
from gateway.engine.scopes import Member, Scope, Value, indented
from gateway.engine.surprises import Surprise, Uncovered
from resolvers.purchases import buyer_key
from resolvers.sources import AsText
from resolvers.tables import TableSource
from schema.buyers import Pseudonym
from schema.entities import BY_NAME
from schema.fields import Column, Computed, Identified
from schema.values import Composition

VOUCHED = {"String": str, "Currency": str, "Boolean": bool, "DateTime": datetime, "Int": int, "Decimal": Decimal}
"""The types whose columns in PostgreSQL hold nothing but values of a scalar."""


@plans(Column)
def column(scope: Scope, member: Member, _: Column) -> Value:
    (attribute,) = member.field.declaration.attributes(member.field.python_name)
    return stored_value(scope, member.kind, member.details, attribute)


@plans(Identified)
def identified(scope: Scope, member: Member, _: Identified) -> Value:
    (source,) = scope.read(member)
    # What `global_id` does, without a call for each row.
    encode, kind = scope.module.bind(b2a_base64, "encode"), scope.module.bind(f"{scope.entity.name}:".encode(), "kind")
    return Value((), f"{encode}({kind} + str({source}).encode(), newline=False).decode()")


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


def stored_value(scope: Scope, kind: GraphQLOutputType, details: Sequence[FieldDetails], attribute: str) -> Value:
    """An attribute of the row as the answer holds it.  What PostgreSQL itself vouches for needs no look."""
    source = scope.entity.source
    stored = source.stored(attribute)
    column = source.table.c[stored] if isinstance(source, TableSource) else None
    if column is None or column.nullable or not is_non_null_type(kind):
        return shown(scope.compiler, kind, details, scope.column(stored))
    name = get_named_type(kind).name
    is_vouched = column.type.python_type is VOUCHED.get(name) and not isinstance(column.type, Enum | BigInteger)
    if is_vouched:
        return Value((), scope.column(AsText.of(stored) if name == "Decimal" else stored))
    return shown(scope.compiler, kind, details, scope.column(stored))


def shown(compiler: Compiler, kind: GraphQLOutputType, details: Sequence[FieldDetails], source: str) -> Value:
    """A value as the answer holds it, whatever its type."""
    if not is_leaf_type(get_named_type(kind)):
        return Value((), objects(compiler, kind, details, source))
    plain = kind.of_type if is_non_null_type(kind) else kind
    if isinstance(plain, GraphQLEnumType):
        return Value((), named(compiler.module, kind, plain, source))
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

    def attribute(said: str, kind: GraphQLOutputType, merged: Sequence[FieldDetails]) -> Value:
        return shown(compiler, kind, merged, f"getattr(source, {module.bind(to_snake_case(said), 'attribute')})")

    written = members(compiler, kind, details, attribute)
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

    def part(said: str, kind: GraphQLOutputType, merged: Sequence[FieldDetails]) -> Value:
        return stored_value(scope, kind, merged, attributes[to_snake_case(said)])

    return members(scope.compiler, object_of(member.kind), member.details, part)


def members(
    compiler: Compiler,
    kind: GraphQLObjectType,
    details: Sequence[FieldDetails],
    worth: Callable[[str, GraphQLOutputType, Sequence[FieldDetails]], Value],
) -> Value:
    """An object; `worth` says what a field of it is worth, by its name, its type and what is selected of it."""
    module = compiler.module
    lines: list[str] = []
    parts = []
    for name, merged in compiler.reading.below(kind, details).items():
        said = merged[0].node.name.value
        is_name = said == "__typename"
        value = (
            Value((), module.bind(kind.name, "typename")) if is_name else worth(said, kind.fields[said].type, merged)
        )
        lines += value.lines
        parts.append(f"{module.bind(name, 'name')}: {value.source}")
    return Value(lines, f"{{{', '.join(parts)}}}")
