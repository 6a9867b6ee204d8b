"""What holds for every table, read from the server's own catalog."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import StatementError
from sqlmodel import SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import TABLES
from models.orders import Order, OrderStatus
from tests.models import rows as make

COLUMNS = """
    SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
"""

# A partial index does not count: deleting what is referred to looks for every row that refers to it.
FOREIGN_KEYS_WITHOUT_INDEX = """
    SELECT c.conrelid::regclass || '.' || a.attname
    FROM pg_constraint c
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
    WHERE c.contype = 'f' AND NOT EXISTS (
        SELECT FROM pg_index i
        WHERE i.indrelid = c.conrelid AND i.indkey[0] = a.attnum AND i.indpred IS NULL AND i.indisvalid
    )
"""


async def answers(rows: AsyncSession, query: str) -> list[str]:
    return list((await (await rows.connection()).execute(text(query))).scalars())


async def test_every_column_of_every_foreign_key_leads_an_index(rows: AsyncSession) -> None:
    keys = await answers(rows, "SELECT conname FROM pg_constraint WHERE contype = 'f'")

    assert await answers(rows, FOREIGN_KEYS_WITHOUT_INDEX) == []
    assert len(keys) == sum(len(table.foreign_key_constraints) for table in SQLModel.metadata.tables.values())


async def test_a_foreign_key_without_an_index_would_be_found(rows: AsyncSession) -> None:
    await (await rows.connection()).execute(text("DROP INDEX ix_orders_coupon_id"))

    assert await answers(rows, FOREIGN_KEYS_WITHOUT_INDEX) == ["orders.coupon_id"]


async def test_every_time_is_aware_and_in_milliseconds_and_every_number_with_a_point_is_money(
    rows: AsyncSession,
) -> None:
    columns = [column.partition(" ") for column in await answers(rows, COLUMNS)]

    times = {kind for _, _, kind in columns if "time" in kind or kind == "date"}
    numbers = {kind for _, _, kind in columns if kind.startswith("numeric")}
    floats = {name for name, _, kind in columns if kind.startswith(("double", "real"))}
    assert times == {"timestamp(3) with time zone"}
    assert numbers == {"numeric(14,2)"}
    assert floats == {"natal_data.latitude", "natal_data.longitude"}


async def test_every_table_is_in_the_list_of_tables_and_after_those_that_it_refers_to() -> None:
    names = [str(table.__tablename__) for table in TABLES]

    assert sorted(names) == sorted(SQLModel.metadata.tables)
    for name in names:
        referred = {key.column.table.name for key in SQLModel.metadata.tables[name].foreign_keys}
        assert referred <= set(names[: names.index(name) + 1])


async def test_a_row_comes_back_as_it_was_stored(rows: AsyncSession) -> None:
    buyer = make.user()
    at = datetime(2026, 11, 20, 12, 0, 0, 123_000, UTC)
    order = make.order(
        buyer, amount=Decimal("0.10"), original_amount=Decimal("0.10"), details={"cart": [1]}, created_at=at
    )
    rows.add(buyer)
    await rows.flush()
    rows.add(order)
    await rows.flush()
    rows.expunge_all()

    stored = (await rows.exec(select(Order).where(Order.id == order.id))).one()

    assert (stored.amount, stored.details, stored.created_at) == (Decimal("0.10"), {"cart": [1]}, at)
    assert stored.created_at.utcoffset() == timedelta(0)
    assert (stored.status, type(stored.status)) == (OrderStatus.PENDING, OrderStatus)


async def test_a_row_written_by_hand_gets_the_same_defaults(rows: AsyncSession) -> None:
    buyer = make.user()
    rows.add(buyer)
    await rows.flush()
    by_hand = (
        "INSERT INTO orders (number, user_id, amount, original_amount, currency)"
        " VALUES ('N-1', :user_id, 1, 1, 'INR') RETURNING id"
    )

    order_id = await (await rows.connection()).scalar(text(by_hand), {"user_id": buyer.id})
    stored = (await rows.exec(select(Order).where(Order.id == order_id))).one()

    assert stored.id.version == 7
    by_model = make.order(buyer)
    assert stored.model_dump(include=DEFAULTED) == by_model.model_dump(include=DEFAULTED)


DEFAULTED = {"status", "payment_status", "fulfilment", "discount", "credits_used", "fence", "recovery_point"}


async def test_a_time_without_a_zone_is_refused_before_it_is_stored(rows: AsyncSession) -> None:
    rows.add(make.user(created_at=datetime(2026, 11, 20)))  # noqa: DTZ001 - a naive time is what this is about

    with pytest.raises(StatementError, match="must have timezone information"):
        await rows.flush()
