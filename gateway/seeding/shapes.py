"""Rows and raw documents in the shape of the models, so that a column that the models gain and nothing fills is an
error here and not a silent default of a server.
"""

from collections.abc import Callable
from decimal import Decimal
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any
from uuid import UUID

import orjson
from bson.decimal128 import Decimal128
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from sqlalchemy import inspect
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import SQLModel

from models.documents import Fact

Row = tuple[object, ...]
RawDocument = dict[str, Any]


class Batch:
    """Rows by table, documents by class; statements with their values, and changes of documents, which come after them.
    What they refer to is in the same batch or an earlier one.
    """

    def __init__(self) -> None:
        self.rows: dict[type[SQLModel], list[Row]] = {}
        self.documents: dict[type[Fact], list[RawDocument]] = {}
        self.updates: list[tuple[str, Row]] = []
        self.changes: dict[type[Fact], list[tuple[UUID, RawDocument]]] = {}
        self.size = 0

    def row(self, table: type[SQLModel], **values: object) -> None:
        self.put(table, row(table, values))

    def put(self, table: type[SQLModel], made: Row) -> None:
        self.rows.setdefault(table, []).append(made)
        self.size += 1

    def document(self, model: type[Fact], **values: object) -> None:
        self.documents.setdefault(model, []).append(raw(model, values))
        self.size += 1

    def update(self, statement: str, *values: object) -> None:
        self.updates.append((statement, values))

    def change(self, model: type[Fact], document_id: UUID, **values: object) -> None:
        stored = {model.model_fields[key].alias or key: value for key, value in values.items()}
        self.changes.setdefault(model, []).append((document_id, stored))


def columns(table: type[SQLModel]) -> tuple[str, ...]:
    """The names of a table's columns in the order of `row`."""
    return tuple(attribute.columns[0].name for attribute in inspect(table).column_attrs)


def row(table: type[SQLModel], values: dict[str, object]) -> Row:
    """A row for COPY, by the attributes of the model.  Ids and times must be said: their defaults do not repeat."""
    return _row_maker(table)(values)


def raw(model: type[BaseModel], values: dict[str, object]) -> RawDocument:
    """A document, or a part of one, as MongoDB is to store it: by alias, with its decimals."""
    return _document_maker(model)(values)


@cache
def _row_maker(table: type[SQLModel]) -> Callable[[dict[str, object]], Row]:
    attributes = inspect(table).column_attrs
    keys = [attribute.key for attribute in attributes]
    json = [attribute.key for attribute in attributes if isinstance(attribute.columns[0].type, JSONB)]
    defaults = _defaults({key: table.model_fields[key] for key in keys})
    pick = itemgetter(*keys)

    def make(values: dict[str, object]) -> Row:
        merged = {**defaults, **values}
        if len(merged) != len(keys):
            raise _misshapen(table, merged.keys() ^ set(keys))
        for key in json:
            if merged[key] is not None:
                merged[key] = orjson.dumps(merged[key]).decode()
        made: Row = pick(merged)
        return made

    return make


@cache
def _document_maker(model: type[BaseModel]) -> Callable[[dict[str, object]], RawDocument]:
    fields = {key: field for key, field in model.model_fields.items() if not field.exclude}
    aliases = {key: field.alias or key for key, field in fields.items()}
    decimals = [aliases[key] for key, field in fields.items() if field.annotation is Decimal]
    defaults = _defaults(fields)

    def make(values: dict[str, object]) -> RawDocument:
        merged = {**defaults, **values}
        if len(merged) != len(fields):
            raise _misshapen(model, merged.keys() ^ fields.keys())
        made = {aliases[key]: value for key, value in merged.items()}
        for alias in decimals:
            made[alias] = _decimal128(made[alias])
        return made

    return make


def _defaults(fields: dict[str, FieldInfo]) -> dict[str, object]:
    return {
        key: field.default for key, field in fields.items() if not field.is_required() and not field.default_factory
    }


@lru_cache(maxsize=65536)
def _decimal128(amount: Decimal) -> Decimal128:
    return Decimal128(amount)


def _misshapen(model: type[BaseModel], fields: object) -> TypeError:
    return TypeError(f"Bug: seeding does not know how to fill {model.__name__} ({fields}).")
