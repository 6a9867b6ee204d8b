"""One kind of row kept on both databases, what a plain reading of conditions and orders makes of it, and hypothesis
strategies for conditions and orders.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import reduce
from operator import ge, gt, le, lt
from random import Random
from typing import Any
from uuid import UUID

from beanie.odm.custom_types.decimal import DecimalAnnotation
from hypothesis import strategies as st
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from models.columns import MOMENT, MONEY
from models.documents import Fact
from resolvers.conditions import Compare, Condition, Every, Matches, Not, Operator, Some
from resolvers.loading import source_of
from resolvers.sources import Model

Values = dict[str, Any]


class Apart(SQLModel, registry=registry()):
    """Keeps its tables out of the metadata that the migrations answer for."""


class ScratchRow(Apart, table=True):
    __tablename__ = "scratch_rows"

    id: UUID = Field(primary_key=True)
    owner_id: UUID
    name: str
    amount: int
    price: Decimal = Field(sa_type=MONEY)
    is_open: bool
    starts_at: datetime = Field(sa_type=MOMENT)
    note: str | None = None
    rank: int | None = None
    ends_at: datetime | None = Field(default=None, sa_type=MOMENT)


class ScratchDocument(Fact):
    owner_id: UUID
    name: str
    amount: int
    price: DecimalAnnotation
    is_open: bool
    starts_at: datetime
    note: str | None = None
    rank: int | None = None
    ends_at: datetime | None = None

    class Settings:
        name = "scratch_documents"


MODELS: tuple[Model, ...] = (ScratchRow, ScratchDocument)
ATTRIBUTES = tuple(ScratchRow.model_fields)
SORTABLE = tuple(name for name in ATTRIBUTES if name != "id")

START = datetime(2026, 1, 1, tzinfo=UTC)
OWNERS = tuple(UUID(int=number << 64) for number in (1, 2, 3))
NOBODY = UUID(int=9)
TEXTS = (
    *("", "a", "A", "b", "ab", "é", "e\u0301", "ß", "\uffee", "\ue000", "😀", "\U0010ffff", "a😀b", "日本", "%", "_"),
    *("a%b", "a_b", "\\", "\\d", "a\\", "$", "$gt", "$name", "a$", "a.b", ".", "^a", "a|b", "(a", "[a]", "a*", "(?i)A"),
    *("'", '"', "';--", "--", "{}", '{"$gt": ""}', "\n", "a\nb", "a ", " ", "\t", "\x01", "null", "$1", "a" * 300),
)
INTEGERS = (-(2**31), -1, 0, 1, 2, 2**31 - 1)
AMOUNTS = tuple(map(Decimal, ("0", "0.01", "1", "9.99", "10.00", "999999999999.99")))
MOMENTS = tuple(START + timedelta(milliseconds=number) for number in (-86_400_000_000, -1, 0, 1, 999, 1000, 86_400_000))
POOLS: dict[str, tuple[Any, ...]] = {
    "owner_id": OWNERS,
    "name": TEXTS,
    "amount": INTEGERS,
    "price": AMOUNTS,
    "is_open": (False, True),
    "starts_at": MOMENTS,
    "note": (None, *TEXTS[:8]),
    "rank": (None, 1, 2),
    "ends_at": (None, *MOMENTS[:4]),
}


def made(number: int, random: Random) -> Values:
    """A row whose values are few, so that many rows tie."""
    return {"id": UUID(int=random.getrandbits(128))} | {
        name: pool[number % len(pool)] if name == "name" else random.choice(pool) for name, pool in POOLS.items()
    }


def holds(condition: Condition | None, row: Values) -> bool:
    match condition:
        case None:
            return True
        case Compare(column, operator, value):
            return compares(row[column], operator, value)
        case Every(parts):
            return all(holds(part, row) for part in parts)
        case Some(parts):
            return any(holds(part, row) for part in parts)
        case Not(part):
            return not holds(part, row)
        case Matches():
            raise NotImplementedError


def compares(stored: Any, operator: Operator, value: Any) -> bool:
    if stored is None or value is None:
        return operator is Operator.EQ and stored is value
    match operator:
        case Operator.EQ:
            return bool(stored == value)
        case Operator.IN:
            return stored in value
        case Operator.CONTAINS:
            return value in stored
        case Operator.STARTS_WITH:
            return bool(stored.startswith(value))
        case _:
            ordering = {Operator.GT: gt, Operator.GTE: ge, Operator.LT: lt, Operator.LTE: le}
            return bool(ordering[operator](stored, value))


def in_order(rows: Sequence[Values], order: Sequence[str]) -> list[Values]:
    """Nulls are least; texts compare by code point, as Python's do."""

    def by(found: list[Values], step: str) -> list[Values]:
        name = step.removeprefix("-")
        return sorted(
            found, key=lambda row: (row[name] is not None, row[name]) if row[name] is not None else (False,),
            reverse=step.startswith("-"),
        )  # fmt: skip

    return reduce(by, reversed(order), list(rows))


def stored(condition: Condition | None, model: Model) -> Any:
    """The condition on the columns as this model stores them."""
    match condition:
        case Compare(column, operator, value):
            return Compare(source_of(model).stored(column), operator, value)
        case Every(parts):
            return Every(tuple(stored(part, model) for part in parts))
        case Some(parts):
            return Some(tuple(stored(part, model) for part in parts))
        case Not(part):
            return Not(stored(part, model))
        case _:
            return condition


COMPARED = (Operator.EQ, Operator.GT, Operator.GTE, Operator.LT, Operator.LTE)
texts = st.sampled_from(TEXTS) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4)
amounts = st.sampled_from(AMOUNTS) | st.decimals(
    Decimal(-(10**14)), Decimal(10**15 - 1), places=6, allow_nan=False, allow_infinity=False
)
VALUES: dict[str, st.SearchStrategy[Any]] = {name: st.sampled_from(pool) for name, pool in POOLS.items()} | {
    "id": st.uuids(),
    "owner_id": st.sampled_from((*OWNERS, NOBODY)),
    "name": texts,
    "note": texts,
    "price": amounts,
    "rank": st.integers(-1, 3),
    "ends_at": st.sampled_from(MOMENTS),
}


@st.composite
def comparisons(draw: st.DrawFn) -> Compare:
    name = draw(st.sampled_from(ATTRIBUTES))
    values, is_text = VALUES[name], name in ("name", "note")
    operator = draw(st.sampled_from((*Operator,) if is_text else (*COMPARED, Operator.IN)))
    if operator is Operator.IN:
        return Compare(name, operator, tuple(draw(st.lists(values, max_size=4))))
    is_null = operator is Operator.EQ and draw(st.booleans())
    return Compare(name, operator, None if is_null else draw(values))


def groups(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(parts, max_size=3).map(tuple)
    return several.map(Every) | several.map(Some) | parts.map(Not)


conditions: st.SearchStrategy[Condition | None] = st.none() | st.recursive(comparisons(), groups, max_leaves=8)


@st.composite
def orders(draw: st.DrawFn) -> tuple[str, ...]:
    names = draw(st.lists(st.sampled_from(SORTABLE), max_size=3, unique=True))
    return tuple(f"{draw(st.sampled_from(('', '-')))}{name}" for name in (*names, "id"))
