"""How the value of a leaf becomes what the answer holds.

The source tests for what a value nearly always is, and takes it as it stands; anything else goes through the type's
own serializer, whose refusal is a surprise.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLLeafType,
    GraphQLOutputType,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)

from gateway.engine.module import Module
from gateway.engine.surprises import Surprise, Uncovered

# orjson writes datetimes as `isoformat` does, which is what the scalar's serializer calls.
AS_IT_IS = {"String": str, "ID": str, "Currency": str, "Boolean": bool, "DateTime": datetime}
LEAST_INT, GREATEST_INT = -(2**31), 2**31 - 1
UNUSUAL = {
    "Int": f"({{value}}.__class__ is not int or not {LEAST_INT} <= {{value}} <= {GREATEST_INT})",
    # Infinity and what is not a number differ from themselves by no zero.
    "Float": "({value}.__class__ is not float or {value} - {value} != 0.0)",
}


def leaf(module: Module, kind: GraphQLOutputType, value: str) -> list[str]:
    """The lines that turn the variable named `value` from what is stored into what the answer holds."""
    serialize = module.bind(serializer(kind), "serialize")
    otherwise = f"{value} = {serialize}({value})"
    plain = kind.of_type if is_non_null_type(kind) else kind
    if isinstance(plain, GraphQLEnumType):
        return [f"{value} = {named(module, kind, plain, value)}"]
    name = plain.name if is_leaf_type(plain) else ""
    if name == "Decimal":
        usual = module.bind(Decimal, "kind")
        return [f"{value} = str({value}) if {value}.__class__ is {usual} else {serialize}({value})"]
    unusual = UNUSUAL.get(name)
    if name in AS_IT_IS:
        unusual = f"{{value}}.__class__ is not {module.bind(AS_IT_IS[name], 'kind')}"
    if unusual is None:
        return [otherwise]
    there = "" if is_non_null_type(kind) else f"{value} is not None and "
    return [f"if {there}{unusual.format(value=value)}:", f"    {otherwise}"]


def named(module: Module, kind: GraphQLOutputType, plain: GraphQLEnumType, source: str) -> str:
    """The source of the name of an enum's value, which is what is stored of it nearly always."""
    names, serialize = module.bind(names_of(plain), "names"), module.bind(serializer(kind), "serialize")
    return f"({names}.get({source}) or {serialize}({source}))"


def names_of(kind: GraphQLEnumType) -> dict[str, str]:
    """The names of an enum by what is stored for them."""
    return {name: name for name in kind.values if kind.coerce_output_value(name) == name}


def serializer(kind: GraphQLOutputType) -> Callable[[Any], Any]:
    """Serializes any value of a leaf type or a list of them as graphql-core does, except that it raises Surprise where
    that ends in an error.
    """
    if is_non_null_type(kind):
        return required(serializer(kind.of_type))
    if is_list_type(kind):
        return listed(serializer(kind.of_type))
    if is_leaf_type(kind):
        return optional(kind)
    raise Uncovered("list of objects")


def required(serialize: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def serialized(value: Any) -> Any:
        found = serialize(value)
        if found is None:
            raise Surprise("A value is missing that every such object has.")
        return found

    return serialized


def listed(serialize: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def serialized(value: Any) -> Any:
        if value is None:
            return None
        if not isinstance(value, list | tuple):
            raise Surprise("A list is none.")
        return [serialize(each) for each in value]

    return serialized


def optional(kind: GraphQLLeafType) -> Callable[[Any], Any]:
    coerce = kind.coerce_output_value

    def serialized(value: Any) -> Any:
        if value is None:
            return None
        try:
            found = coerce(value)
        except Exception as error:
            raise Surprise(str(error)) from error
        if found is None:
            raise Surprise(f"{value!r} is no {kind.name}.")
        return found

    return serialized
