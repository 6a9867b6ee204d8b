"""The `$jsonSchema` validator and the indexes that MongoDB must have for a document class."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from uuid import UUID

from annotated_types import Ge, Le, MaxLen, MinLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pymongo import IndexModel

from models.documents import Fact, TimeSeries

Schema = dict[str, Any]

_TYPES: dict[type, list[str]] = {
    UUID: ["binData"],
    Decimal: ["decimal"],
    datetime: ["date"],
    str: ["string"],
    bool: ["bool"],
    int: ["int", "long"],
    float: ["double", "int", "long"],
}


def collection_name(document: type[Fact]) -> str:
    name: str = document.Settings.name
    return name


def indexes(document: type[Fact]) -> tuple[IndexModel, ...]:
    declared: tuple[IndexModel, ...] = getattr(document.Settings, "indexes", ())
    return declared


def time_series(document: type[Fact]) -> TimeSeries | None:
    return getattr(document.Settings, "time_series", None)


def validator(document: type[Fact]) -> Schema:
    """What `collMod` and `create_collection` take.  Empty for a time series, which MongoDB does not validate."""
    return {} if time_series(document) else {"$jsonSchema": _object(document)}


def _object(model: type[BaseModel]) -> Schema:
    """What is not optional is required, and nothing else is allowed: a misspelt field of an update is refused."""
    fields = {field.alias or name: field for name, field in model.model_fields.items() if not field.exclude}
    return {
        "bsonType": ["object"],
        "required": [alias for alias, field in fields.items() if NoneType not in get_args(field.annotation)],
        "properties": {alias: _value(field.annotation, field.metadata) for alias, field in fields.items()},
        "additionalProperties": False,
    }


def _value(annotation: object, metadata: Iterable[object]) -> Schema:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _value(arguments[0], [*metadata, *arguments[1:]])
    if origin in (Union, UnionType):
        [inner] = [argument for argument in arguments if argument is not NoneType]
        return _or_null(_value(inner, metadata))
    if origin is list:
        return {"bsonType": ["array"], "items": _value(arguments[0], ())}
    if origin is dict:
        return {"bsonType": ["object"], "additionalProperties": _value(arguments[1], ())}
    return _plain(annotation, metadata)


def _plain(annotation: object, metadata: Iterable[object]) -> Schema:
    if not isinstance(annotation, type):
        raise TypeError(f"Bug: no MongoDB type is known for {annotation}.")
    if issubclass(annotation, StrEnum):
        return {"enum": [member.value for member in annotation]}
    if issubclass(annotation, BaseModel):
        return _object(annotation)
    return {"bsonType": _TYPES[annotation], **_limits(metadata)}


def _or_null(schema: Schema) -> Schema:
    if "enum" in schema:
        return {"enum": [*schema["enum"], None]}
    return {**schema, "bsonType": [*schema["bsonType"], "null"]}


def _limits(metadata: Iterable[object]) -> Schema:
    limits: Schema = {}
    for limit in metadata:
        match limit:
            case FieldInfo():
                limits |= _limits(limit.metadata)
            case Ge(ge=bound):
                limits["minimum"] = bound
            case Le(le=bound):
                limits["maximum"] = bound
            case MinLen(min_length=length):
                limits["minLength"] = length
            case MaxLen(max_length=length):
                limits["maxLength"] = length
            case _ if pattern := getattr(limit, "pattern", None):
                limits["pattern"] = pattern
    return limits
