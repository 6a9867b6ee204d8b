"""Paying: once for each key, with everything that was promised or with nothing."""

import asyncio
from decimal import Decimal

import pytest

from models.catalog import Product
from tests.buying import VISA, confirm, pay, place, purchase
from tests.money.books import NOTHING, column, owned, payments_of, reserved
from tests.world import World

DECLINES = "pm_card_chargeDeclinedInsufficientFunds"
ASKS_BUYER = "pm_card_threeDSecure2Required"


async def test_a_paid_order_is_charged_once_and_what_was_bought_is_the_buyers_in_both_databases(world: World) -> None:
    buyer, author = await world.person(), await world.person()
    course = await world.course(author, price=Decimal("24.99"))
    product = await world.product(price=Decimal("9.90"))
    order = (await place(world, buyer, course, product))["order"]["id"]

    answer = await pay(world, buyer, order)

    assert answer == {
        "__typename": "OrderPaid",
        "order": {
            "id": order,
            "status": "completed",
            "paymentStatus": "paid",
            "fulfilment": "DONE",
            "amount": {"amount": "34.89", "currency": "INR"},
            "discount": {"amount": "0.00"},
            "creditsUsed": 0,
        },
    }
    assert await pay(world, buyer, order) == answer
    assert [effect["amount"] for effect in world.sandbox.effects("charged")] == [3489]
    assert await owned(world, buyer) == {course.id, product.id}
    purchases = await world.handles.mongo["purchases"].find({"userId": buyer.id}, sort=[("amount", 1)]).to_list()
    assert [(row["amount"], row["isFirstPurchase"]) for row in purchases] == [
        (Decimal("9.90"), False),
        (Decimal("24.99"), True),
    ]
    stored = await Product.get(product.id)
    assert stored is not None
    assert stored.purchase_count == 1
    assert await column(world, "SELECT purchase_count FROM courses") == [1]
    assert await column(world, "SELECT course_id FROM course_enrollments WHERE ended_at IS NULL") == [course.id]


async def test_a_declined_payment_gives_everything_back_and_another_method_may_pay_under_another_key(
    world: World,
) -> None:
    buyer = await world.person()
    product = await world.product()
    order = (await place(world, buyer, product))["order"]["id"]

    declined = await pay(world, buyer, order, method=DECLINES)

    assert declined == {
        "__typename": "PaymentDeclined",
        "code": "PAYMENT_DECLINED",
        "path": ["input", "paymentMethodId"],
        "retryable": False,
        "declineCode": "insufficient_funds",
    }
    assert await reserved(world) == NOTHING
    assert await column(world, "SELECT status || ' ' || payment_status FROM orders") == ["pending failed"]
    assert await pay(world, buyer, order, method=DECLINES) == declined
    assert (await pay(world, buyer, order, key="again"))["__typename"] == "OrderPaid"
    assert await payments_of(world, buyer) == [("DECLINED", "insufficient_funds"), ("PAID", None)]
    whats = [effect["what"] for effect in world.sandbox.effects()]
    assert whats == ["created", "declined", "canceled", "created", "charged"]


async def test_the_same_key_many_times_at_once_is_one_payment_with_one_answer(world: World) -> None:
    buyer = await world.person()
    order = (await place(world, buyer, await world.product()))["order"]["id"]

    answers = await asyncio.gather(*(pay(world, buyer, order) for _ in range(12)))

    assert answers == [answers[0]] * 12
    assert answers[0]["__typename"] == "OrderPaid"
    assert len(world.sandbox.effects("charged")) == 1


async def test_the_same_thing_in_two_orders_is_charged_once(world: World) -> None:
    buyer = await world.person()
    product = await world.product()
    orders = [(await place(world, buyer, product, key=key))["order"]["id"] for key in ("one", "two")]

    answers = await asyncio.gather(*(pay(world, buyer, order, key=order) for order in orders))

    assert sorted(answer["__typename"] for answer in answers) in (
        ["ItemBeingBought", "OrderPaid"],
        ["AlreadyOwned", "OrderPaid"],
    )
    assert len(world.sandbox.effects("charged")) == 1
    assert await reserved(world) == NOTHING


async def test_a_client_that_hangs_up_cancels_nothing(world: World) -> None:
    buyer = await world.person()
    product = await world.product()
    order = (await place(world, buyer, product))["order"]["id"]
    world.sandbox.order("confirm", "delay_before", seconds=0.5)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await pay(world, buyer, order)

    assert (await pay(world, buyer, order))["__typename"] == "OrderPaid"
    assert len(world.sandbox.effects("charged")) == 1
    assert await owned(world, buyer) == {product.id}


async def test_nothing_is_asked_of_the_provider_for_an_order_that_costs_nothing(world: World) -> None:
    buyer = await world.person()
    product = await world.product(price=Decimal("0.00"))

    answer = await purchase(world, buyer, product, method=None)

    assert answer["order"]["status"] == "completed"
    assert world.sandbox.effects() == []
    assert await owned(world, buyer) == {product.id}


async def test_money_needs_a_payment_method(world: World) -> None:
    buyer = await world.person()
    answer = await purchase(world, buyer, await world.product(), method=None)

    assert (answer["code"], answer["path"]) == ("INVALID_INPUT", ["input", "paymentMethodId"])
    assert await column(world, "SELECT id FROM orders") == []


async def test_a_purchase_that_is_refused_leaves_no_order_and_its_key_free(world: World) -> None:
    buyer = await world.person()
    product = await world.product()

    refused = await purchase(world, buyer, product, couponCode="NONE", credits=0)

    assert (refused["code"], refused["path"]) == ("COUPON_UNKNOWN", ["input", "couponCode"])
    assert await column(world, "SELECT id FROM orders") == []
    assert (await purchase(world, buyer, product))["__typename"] == "OrderPaid"
    assert (await purchase(world, buyer, product, method="pm_card_amex"))["code"] == "IDEMPOTENCY_KEY_REUSED"


async def test_the_order_of_another_cannot_be_paid(world: World) -> None:
    buyer, other = await world.person(), await world.person()
    order = (await place(world, buyer, await world.product()))["order"]["id"]

    assert (await pay(world, other, order))["code"] == "ORDER_NOT_FOUND"
    assert (await pay(world, None, order))["code"] == "UNAUTHENTICATED"
    assert (await confirm(world, buyer, order, key="never"))["code"] == "NOTHING_TO_CONFIRM"
    assert await reserved(world) == NOTHING


async def test_a_payment_method_that_the_provider_does_not_know_is_refused(world: World) -> None:
    buyer = await world.person()
    order = (await place(world, buyer, await world.product()))["order"]["id"]

    refused = await pay(world, buyer, order, method="pm_of_nobody")
    assert (refused["code"], refused["retryable"]) == ("PAYMENT_REFUSED", False)
    assert await pay(world, buyer, order, method="pm_of_nobody") == refused
    assert (await pay(world, buyer, order, method="../x", key="odd"))["code"] == "INVALID_INPUT"
    assert await reserved(world) == NOTHING
    assert (await pay(world, buyer, order, key="again", method=VISA))["__typename"] == "OrderPaid"
