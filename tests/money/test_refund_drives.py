"""Refunds whatever happens meanwhile: two at once, lost answers, a provider or a database away, a driver that died."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from resolvers.recovery import recover
from resolvers.relay import deliver
from schema.ids import parse_global_id
from tests.buying import VISA
from tests.gateway.sandbox_place import LOST
from tests.money.test_relay_outages import no_mongodb
from tests.refunding import (
    admin_of,
    balance,
    book,
    bought,
    given_back,
    items_of,
    let_go,
    refund,
    returned_by_the_provider,
)
from tests.world import Person, World

LATE = "pm_card_pendingRefund"


async def an_order(world: World, *, method: str = VISA, credits: int = 0) -> tuple[Person, Person, str]:
    """An administrator, a buyer, and their order of 30 and 20, of which so many credits pay 10 each."""
    admin, buyer = await admin_of(world), await world.person()
    products = [await world.product(price=Decimal(price)) for price in (30, 20)]
    return admin, buyer, await bought(world, buyer, *products, credits=credits, method=method)


async def test_of_two_refunds_at_once_the_one_too_many_is_refused(crowded: World) -> None:
    admin, _, order = await an_order(crowded)

    answers = await asyncio.gather(*(refund(crowded, admin, order, amount="30") for _ in range(4)))

    assert sorted(answer["__typename"] for answer in answers) == ["OrderRefunded", *["RefundTooLarge"] * 3]
    assert {answer["left"] for answer in answers if "left" in answer} == {"20.00"}
    assert returned_by_the_provider(crowded) == Decimal(30)
    assert (await book(crowded, order))["payment"] == Decimal(30)


async def test_refunds_of_several_items_at_once_are_all_made(crowded: World) -> None:
    admin, buyer, order = await an_order(crowded, credits=1)
    each = [[item] for item in await items_of(crowded, order)]

    answers = await asyncio.gather(*(refund(crowded, admin, order, items=items) for items in each))

    assert {answer["__typename"] for answer in answers} == {"OrderRefunded"}
    assert (await book(crowded, order))["status"] == "refunded"
    assert (await balance(crowded, buyer), returned_by_the_provider(crowded)) == (1, Decimal(40))


async def test_the_same_key_many_times_at_once_is_one_refund_with_one_answer(crowded: World) -> None:
    admin, _, order = await an_order(crowded)

    answers = await asyncio.gather(*(refund(crowded, admin, order, key="one", amount="5.00") for _ in range(20)))
    other = await refund(crowded, admin, order, key="one", amount="5.01")
    same = await refund(crowded, admin, order, key="one", amount="5")

    assert other["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert [(each["__typename"], each["refunds"]) for each in answers] == [("OrderRefunded", same["refunds"])] * 20
    assert given_back(same) == [("DONE", "3.00", "0.00", 0), ("DONE", "2.00", "0.00", 0)]
    assert returned_by_the_provider(crowded) == Decimal(5)


async def test_the_database_holds_refunds_to_what_was_paid(world: World) -> None:
    _, _, order = await an_order(world)
    sums = (
        "UPDATE order_items SET refunded_amount = refunded_amount + 30.01 WHERE order_id = $1",
        "UPDATE payments SET refunded_amount = refunded_amount + 50.01 WHERE order_id = $1",
        "UPDATE orders SET refunded_amount = refunded_amount + 50.01 WHERE id = $1",
        "UPDATE order_items SET refunded_credit_value = refunded_credit_value + 0.01 WHERE order_id = $1",
    )

    refused = [await refusal(world, statement, parse_global_id(order)[1]) for statement in sums]

    assert refused == [
        "ck_order_items_refunded_amount",
        "ck_payments_refunded_amount",
        "ck_orders_refunded_amount",
        "ck_order_items_refunded_credit_value",
    ]


async def refusal(world: World, statement: str, *given: Any) -> Any:
    with pytest.raises(Exception, match="violates check constraint") as refused:
        await world.handles.postgres.execute(statement, *given)
    return getattr(refused.value, "constraint_name", None)


@pytest.mark.parametrize("on", ["refund", "list_refunds"])
@pytest.mark.parametrize("lost", [fault for fault, _ in LOST], ids=lambda fault: fault["do"])
async def test_an_answer_that_is_lost_is_looked_up_and_nothing_is_given_back_twice(
    world: World, on: str, lost: dict[str, Any]
) -> None:
    admin, _, order = await an_order(world)
    world.sandbox.order(on, **lost)

    answer = await refund(world, admin, order)

    assert (answer["__typename"], answer["order"]["status"]) == ("OrderRefunded", "refunded")
    assert returned_by_the_provider(world) == Decimal(50)


async def test_while_the_provider_is_away_a_refund_stays_noted_and_is_made_once_when_it_is_back(world: World) -> None:
    admin, _, order = await an_order(world)
    world.sandbox.order("list_refunds", "rate_limit", times=None)

    away = await refund(world, admin, order, key="all")

    assert (away["__typename"], away["code"], away["retryable"]) == ("RefundUnresolved", "REFUND_UNRESOLVED", True)
    assert await book(world, order) == {
        "status": "completed",
        "refunded_amount": Decimal(0),
        "credits_returned": 0,
        "payment": Decimal(50),
        "cash": [Decimal(30), Decimal(20)],
        "value": [Decimal(0), Decimal(0)],
        "owned": ["OWNED", "OWNED"],
        "refunds": ["PENDING", "PENDING"],
    }
    more = await refund(world, admin, order, key="more", amount="0.01")
    assert (more["__typename"], more["left"]) == ("RefundTooLarge", "0.00")
    world.sandbox.forget_faults()
    assert (await refund(world, admin, order, key="all"))["order"]["status"] == "refunded"
    assert returned_by_the_provider(world) == Decimal(50)


async def test_what_the_provider_did_not_say_is_made_by_recovery_when_it_is_due(world: World) -> None:
    admin, _, order = await an_order(world)
    world.sandbox.order("refund", "drop_after")
    world.sandbox.order("list_refunds", "fail_before", times=None)
    assert (await refund(world, admin, order, key="all"))["__typename"] == "RefundUnresolved"
    world.sandbox.forget_faults()

    # The other refund of the order has not been tried, and is due: both are driven.
    assert await recover(world.handles) == 1
    assert await recover(world.handles) == 0

    assert (await book(world, order))["refunds"] == ["DONE", "DONE"]
    assert (await refund(world, admin, order, key="all"))["__typename"] == "OrderRefunded"
    assert returned_by_the_provider(world) == Decimal(50)


async def test_a_refund_that_takes_its_time_is_looked_up_until_it_is_done(world: World) -> None:
    admin, _, order = await an_order(world, method=LATE)
    first = (await items_of(world, order))[0]

    answer = await refund(world, admin, order, key="one", items=[first])
    again = await refund(world, admin, order, key="one", items=[first])

    assert (answer["__typename"], given_back(answer)) == ("RefundUnderWay", [("PENDING", "30.00", "0.00", 0)])
    assert again == answer
    assert await recover(world.handles) == 0
    (made,) = world.sandbox.effects("refund_begun")
    world.sandbox.settle(made["id"], "succeeds")
    await let_go(world)
    assert await recover(world.handles) == 1
    done = await refund(world, admin, order, key="one", items=[first])
    assert (done["__typename"], given_back(done)) == ("OrderRefunded", [("DONE", "30.00", "0.00", 0)])
    assert (await book(world, order))["owned"] == ["REVOKED", "OWNED"]


async def test_a_refund_that_fails_is_final_and_what_was_reserved_may_be_given_back_otherwise(world: World) -> None:
    admin, buyer, order = await an_order(world, method=LATE, credits=1)
    first, _ = await items_of(world, order)
    await refund(world, admin, order, key="one", items=[first])
    (made,) = world.sandbox.effects("refund_begun")
    world.sandbox.settle(made["id"], "fails")

    failed = await refund(world, admin, order, key="one", items=[first])
    again = await refund(world, admin, order, key="one", items=[first])

    assert (failed["__typename"], failed["reason"]) == ("RefundFailed", "expired_or_canceled_card")
    assert (failed["code"], failed["retryable"], again) == ("REFUND_FAILED", False, failed)
    assert await book(world, order) == {
        "status": "completed",
        "refunded_amount": Decimal(0),
        "credits_returned": 0,
        "payment": Decimal(0),
        "cash": [Decimal(0), Decimal(0)],
        "value": [Decimal(0), Decimal(0)],
        "owned": ["OWNED", "OWNED"],
        "refunds": ["FAILED"],
    }
    assert await balance(world, buyer) == 0
    anew = await refund(world, admin, order, key="two", items=[first])
    assert given_back(anew) == [("PENDING", "24.00", "6.00", 0)]


async def test_what_the_provider_refuses_is_failed_and_the_rest_of_the_request_is_made(world: World) -> None:
    admin, _, order = await an_order(world)
    # Somebody has given money back by the provider's own pages, and 25 of 50 are left there.
    intent = await world.handles.postgres.fetchval("SELECT provider_payment_id FROM payments")
    await world.handles.payments.refund(parse_global_id(order)[1], intent, Decimal(25), "INR")

    answer = await refund(world, admin, order, key="all")

    assert (answer["__typename"], given_back(answer)) == (
        "OrderRefunded",
        [("FAILED", "30.00", "0.00", 0), ("DONE", "20.00", "0.00", 0)],
    )
    assert (await book(world, order))["cash"] == [Decimal(0), Decimal(20)]
    alone = await refund(world, admin, order, key="rest")
    assert alone["__typename"] == "RefundFailed"
    assert "greater than unrefunded amount" in alone["reason"]


async def test_while_mongodb_is_away_a_refund_is_made_and_shown_later(world: World) -> None:
    admin, buyer, order = await an_order(world)

    async with no_mongodb(world.handles) as alone:
        answer = await refund(World(alone, world.observed), admin, order)

    assert (answer["order"]["status"], answer["order"]["fulfilment"]) == ("refunded", "PENDING")
    await world.handles.postgres.execute("UPDATE outbox SET next_attempt_at = now() WHERE delivered_at IS NULL")
    assert await deliver(world.handles, parse_global_id(order)[1])
    member = await world.handles.mongo["members"].find_one({"_id": buyer.id})
    assert member is not None
    assert member["purchasedProducts"] == []
    assert await world.handles.postgres.fetchval("SELECT fulfilment FROM orders") == "DONE"


async def test_a_client_that_hangs_up_cancels_nothing(world: World) -> None:
    admin, _, order = await an_order(world)
    world.sandbox.order("refund", "delay_before", seconds=0.5)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await refund(world, admin, order, key="all")

    assert (await refund(world, admin, order, key="all"))["order"]["status"] == "refunded"
    assert returned_by_the_provider(world) == Decimal(50)
