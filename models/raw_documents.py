"""Documents, and parts of them, as MongoDB is to store them, in the shape of their classes: a field that a class gains
and nothing fills is an error here and not a silent default.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from bson.decimal128 import Decimal128
from pydantic import BaseModel
from pydantic.fields import FieldInfo

RawDocument = dict[str, Any]


def raw(model: type[BaseModel], values: Mapping[str, object]) -> RawDocument:
    """A document by alias, with its decimals, from its attributes.  Ids and times must be said: they are nobody's
    defaults.
    """
    return _document_maker(model)(values)


def said_by_default(fields: Mapping[str, FieldInfo]) -> dict[str, object]:
    """The defaults that are the same each time."""
    return {
        key: field.default for key, field in fields.items() if not field.is_required() and not field.default_factory
    }


def misshapen(model: type[BaseModel], fields: object) -> TypeError:
    return TypeError(f"Bug: nobody knows how to fill {model.__name__} ({fields}).")


@cache
def _document_maker(model: type[BaseModel]) -> Callable[[Mapping[str, object]], RawDocument]:
    fields = {key: field for key, field in model.model_fields.items() if not field.exclude}
    aliases = {key: field.alias or key for key, field in fields.items()}
    decimals = [aliases[key] for key, field in fields.items() if field.annotation is Decimal]
    defaults = said_by_default(fields)

    def make(values: Mapping[str, object]) -> RawDocument:
        merged = {**defaults, **values}
        if len(merged) != len(fields):
            raise misshapen(model, merged.keys() ^ fields.keys())
        made = {aliases[key]: value for key, value in merged.items()}
        for alias in decimals:
            made[alias] = _decimal128(made[alias])
        return made

    return make


def _decimal128(amount: object) -> Decimal128:
    # By its digits: 0 and 0.00 are one key, and two amounts.
    return _of_digits(str(amount))


@lru_cache(maxsize=65536)
def _of_digits(digits: str) -> Decimal128:
    return Decimal128(digits)
