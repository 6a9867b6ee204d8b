"""What every MongoDB document is made of.  What the database enforces for a class is derived in `validators`."""

from datetime import datetime
from typing import Annotated, NamedTuple
from uuid import UUID

from beanie import Document
from beanie.odm.custom_types.decimal import DecimalAnnotation
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from models.values import new_id, now

_CAMEL = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")

Amount = Annotated[DecimalAnnotation, Field(ge=0)]
"""Money in the document's currency, stored as Decimal128, never negative: a refund is a fact of its own."""

Count = Annotated[int, Field(ge=0)]

Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]


class Part(BaseModel):
    """A piece of a document, with the same camelCase names."""

    model_config = _CAMEL


class TimeSeries(NamedTuple):
    """What MongoDB must know of a time-series collection when it is made; it cannot be changed later."""

    time_field: str
    meta_field: str
    granularity: str


class Fact(Document):
    """A document that is written once.  Attributes are snake_case here, camelCase in MongoDB; ids are binary UUIDs."""

    model_config = _CAMEL

    id: UUID = Field(default_factory=new_id, alias="_id")  # type: ignore[assignment]


class Record(Fact):
    """A document that changes.  Writes are single conditional updates that set `updatedAt`, never `save()`."""

    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)
