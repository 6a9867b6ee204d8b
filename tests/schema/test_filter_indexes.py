"""What can be filtered and sorted by in the lists of all rows of a type is what an index begins with."""

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import UniqueConstraint, inspect

from models.documents import Fact
from models.validators import indexes
from resolvers.loading import source_of
from resolvers.sources import Model
from schema.build import build
from schema.connections import Paged
from schema.entities import BY_MODEL, declared_fields
from schema.query import Query

SCHEMA = build()


def first_columns(model: Model) -> Iterator[str]:
    """The columns that an index of all rows begins with, as they are stored."""
    if issubclass(model, Fact):
        yield "_id"
        documents: list[Any] = [index.document for index in indexes(model)]
        yield from (next(iter(each["key"])) for each in documents if "partialFilterExpression" not in each)
        return
    table: Any = inspect(model).local_table
    yield from (column.name for column in table.primary_key.columns)
    yield from (next(iter(each.columns)).name for each in table.constraints if isinstance(each, UniqueConstraint))
    whole = [each for each in table.indexes if each.dialect_options["postgresql"]["where"] is None]
    begun = (str(each.expressions[0]).removesuffix(" NULLS FIRST").rpartition(".")[2] for each in whole)
    # What is unique without regard to case is compared without it.
    yield from (re.sub(r"^lower\((\w+)\)$", r"\1", each) for each in begun)


def lists() -> Iterator[tuple[str, Model]]:
    for field in declared_fields(Query):
        if isinstance(field.declaration, Paged):
            yield field.python_name, field.declaration.pages.model


def test_an_index_begins_with_whatever_all_rows_can_be_filtered_and_sorted_by() -> None:
    unserved = [
        (name, shown)
        for name, model in lists()
        for shown, field in BY_MODEL[model].fields.items()
        if field.is_filterable or field.is_sortable
        if source_of(model).stored(field.compared) not in first_columns(model)
    ]

    assert unserved == []
