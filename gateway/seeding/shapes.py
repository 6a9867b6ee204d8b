"""Rows and raw documents in the shape of the models, so that a column that the models gain and nothing fills is an
error here and not a silent default of a server.
"""

from collections.abc import Callable
from functools import cache
from operator import itemgetter
from uuid import UUID

import orjson
from sqlalchemy import inspect
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import SQLModel

from models.documents import Fact
from models.raw_documents import RawDocument, misshapen, raw, said_by_default

Row = tuple[object, ...]


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


@cache
def _row_maker(table: type[SQLModel]) -> Callable[[dict[str, object]], Row]:
    attributes = inspect(table).column_attrs
    keys = [attribute.key for attribute in attributes]
    json = [attribute.key for attribute in attributes if isinstance(attribute.columns[0].type, JSONB)]
    defaults = said_by_default({key: table.model_fields[key] for key in keys})
    pick = itemgetter(*keys)

    def make(values: dict[str, object]) -> Row:
        merged = {**defaults, **values}
        if len(merged) != len(keys):
            raise misshapen(table, merged.keys() ^ set(keys))
        for key in json:
            if merged[key] is not None:
                merged[key] = orjson.dumps(merged[key]).decode()
        made: Row = pick(merged)
        return made

    return make
