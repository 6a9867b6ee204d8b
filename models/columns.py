"""How facts become PostgreSQL columns: types, defaults that the server gives too, names of constraints.

The tables themselves are in the rooms.
"""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from re import sub
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Dialect, Enum, ForeignKeyConstraint, Integer, String, TextClause, text
from sqlalchemy.dialects.postgresql import NUMERIC, TIMESTAMP
from sqlalchemy.types import TypeEngine
from sqlmodel import Field, SQLModel
from sqlmodel.sql.sqltypes import UTCDateTime

from models.values import new_id, now

SQLModel.metadata.naming_convention = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}

MONEY: NUMERIC[Decimal] = NUMERIC(14, 2)

BY_CODE_POINT = String(collation="C")
"""Text that lists are compared and sorted by: by code point, as MongoDB does, whatever the database's locale."""

FOLDED = "is_folded"
"""In the `info` of a column: it is unique and compared without regard to case, by the index of its lower case."""

_Value = TypeVar("_Value", bound=int | str | Decimal)


class Moment(UTCDateTime):
    """`timestamptz(3)`: aware, UTC, and in milliseconds, because MongoDB keeps no more and keys of both are merged."""

    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime]:  # noqa: ARG002 - there is one dialect
        return TIMESTAMP(timezone=True, precision=3)


MOMENT = Moment()


@cache
def choice(enum: type[StrEnum]) -> Enum:
    """The native type of an enum, named in snake case after the class.  It stores values, not members' names."""
    return Enum(
        enum,
        name=sub(r"(?<=[a-z])(?=[A-Z])", "_", enum.__name__).lower(),
        values_callable=lambda members: [member.value for member in members],
        metadata=SQLModel.metadata,
    )


def key() -> UUID:
    field: UUID = Field(default_factory=new_id, primary_key=True, sa_column_kwargs={"server_default": text("uuidv7()")})
    return field


def stamp() -> datetime:
    """A time that is now unless it is said.  On `updated_at`, a trigger moves it with every update."""
    field: datetime = Field(default_factory=now, sa_type=MOMENT, sa_column_kwargs={"server_default": text("now()")})
    return field


def defaulted(value: _Value) -> _Value:
    """A default that Python and the server both give, so that a statement written by hand gets it too."""
    field: _Value = Field(default=value, sa_type=_type(value), sa_column_kwargs={"server_default": _literal(value)})
    return field


def folded() -> str:
    field: str = Field(sa_column_kwargs={"info": {FOLDED: True}})
    return field


def currency_code() -> CheckConstraint:
    return CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency")


def of_the_order() -> ForeignKeyConstraint:
    """What belongs to an order belongs to the order's buyer: visibility needs no join, and the copy cannot be wrong."""
    return ForeignKeyConstraint(["order_id", "user_id"], ["orders.id", "orders.user_id"], ondelete="RESTRICT")


def _type(value: int | str | Decimal) -> TypeEngine[Any]:
    match value:
        case StrEnum():
            return choice(type(value))
        case Decimal():
            return MONEY
        case bool():
            return Boolean()
        case int():
            return Integer()
        case _:
            return String()


def _literal(value: int | str | Decimal) -> TextClause:
    if isinstance(value, bool):
        return text(str(value).lower())
    return text(f"'{value}'" if isinstance(value, str) else str(value))
