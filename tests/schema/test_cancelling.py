"""Cancelling orders, and the statuses that the database lets an order have one after another."""

from asyncio import gather
from contextlib import suppress

import asyncpg
import pytest

from models.orders import NEXT, OrderStatus, PaymentStatus
from models.values import new_id, now
from schema.ids import global_id
from tests.buying import cancel, id_of, place
from tests.world import World


async def test_an_order_is_cancelled_once_and_stays_cancelled(world: World) -> None:
    buyer, item = await world.person(), await world.product()
    order = (await place(world, buyer, item))["order"]["id"]

    answers = await gather(*(cancel(world, buyer, order) for _ in range(10)))

    at = answers[0]["order"].pop("cancelledAt")
    assert at is not None
    assert answers[0] == {
        "__typename": "OrderCancelled",
        "order": {"id": order, "status": "cancelled", "nextStatuses": []},
    }
    assert {answer["order"].get("cancelledAt", at) for answer in answers} == {at}


async def test_an_order_of_somebody_else_is_as_if_it_were_not_there(world: World) -> None:
    buyer, other, item = await world.person(), await world.person(), await world.product()
    order = (await place(world, buyer, item))["order"]["id"]
    missing = {"__typename": "OrderNotFound", "code": "ORDER_NOT_FOUND", "path": ["input", "orderId"]}

    answers = [await cancel(world, other, order), await cancel(world, buyer, global_id("Order", new_id()))]

    assert answers == [missing | {"retryable": False}] * 2
    for wrong in ("nothing", id_of(item)):
        assert (await cancel(world, buyer, wrong))["__typename"] == "InvalidInput"
    assert await world.handles.postgres.fetchval("SELECT status FROM orders") == "pending"


@pytest.mark.parametrize("status", [OrderStatus.PROCESSING, OrderStatus.COMPLETED, OrderStatus.REFUNDED])
async def test_an_order_that_is_being_paid_or_was_is_not_cancelled(world: World, status: OrderStatus) -> None:
    buyer, item = await world.person(), await world.product()
    order = (await place(world, buyer, item))["order"]["id"]
    await become(world, status)

    answer = await cancel(world, buyer, order)

    assert answer == {
        "__typename": "OrderNotPending",
        "code": "ORDER_NOT_PENDING",
        "path": ["input", "orderId"],
        "retryable": False,
        "status": status,
    }
    assert await world.handles.postgres.fetchval("SELECT status FROM orders") == status


async def become(world: World, status: OrderStatus) -> None:
    """The one order, come that far by itself."""
    way = {
        OrderStatus.PENDING: [],
        OrderStatus.PROCESSING: [OrderStatus.PROCESSING],
        OrderStatus.COMPLETED: [OrderStatus.PROCESSING, OrderStatus.COMPLETED],
        OrderStatus.REFUNDED: [OrderStatus.PROCESSING, OrderStatus.COMPLETED, OrderStatus.REFUNDED],
        OrderStatus.CANCELLED: [OrderStatus.CANCELLED],
    }
    for step in way[status]:
        await step_to(world, step)


async def step_to(world: World, status: OrderStatus) -> None:
    paid = {OrderStatus.COMPLETED: PaymentStatus.PAID, OrderStatus.REFUNDED: PaymentStatus.REFUNDED}
    await world.handles.postgres.execute(
        "UPDATE orders SET status = $1, payment_status = $2, completed_at = $3, cancelled_at = $4,"
        " idempotency_key = $5, lease_until = now() + interval '1 minute'",
        status,
        paid.get(status, PaymentStatus.PENDING),
        now() if status in paid else None,
        now() if status is OrderStatus.CANCELLED else None,
        "key" if status is OrderStatus.PROCESSING else None,
    )


@pytest.mark.parametrize("before", OrderStatus)
async def test_the_database_holds_orders_to_what_their_status_may_become(world: World, before: OrderStatus) -> None:
    buyer, allowed = await world.person(), []
    for after in OrderStatus:
        await place(world, buyer, await world.product(), key=after)
        await become(world, before)
        with suppress(asyncpg.RestrictViolationError):
            await step_to(world, after)
            allowed.append(after)
        await world.handles.postgres.execute("DELETE FROM order_items; DELETE FROM orders")

    assert set(allowed) - {before} == set(NEXT[before])
