"""Payments that wait for something that their buyer must do: they go on, come to nothing, or are given up."""

from resolvers.recovery import recover
from tests.buying import cancel, confirm, pay, place
from tests.money.books import NOTHING, owned, reserved
from tests.world import World

DECLINES = "pm_card_chargeDeclinedInsufficientFunds"
ASKS_BUYER = "pm_card_threeDSecure2Required"


async def test_a_payment_that_needs_its_buyer_keeps_what_it_reserved_and_goes_on_when_they_have_acted(
    world: World,
) -> None:
    buyer = await world.person()
    product = await world.product()
    order = (await place(world, buyer, product))["order"]["id"]

    asked = await pay(world, buyer, order, method=ASKS_BUYER)

    assert asked["__typename"] == "PaymentActionNeeded"
    assert asked["order"] == {"id": order, "status": "processing", "paymentStatus": "pending"}
    again = await pay(world, buyer, order, method=ASKS_BUYER)
    assert (again["clientSecret"], again["waitsUntil"]) == (asked["clientSecret"], asked["waitsUntil"])
    assert (await confirm(world, buyer, order))["__typename"] == "PaymentActionNeeded"
    assert await recover(world.handles) == 0
    world.sandbox.authenticate(asked["clientSecret"].partition("_secret")[0], "succeeds")
    assert (await confirm(world, buyer, order))["__typename"] == "OrderPaid"
    assert await owned(world, buyer) == {product.id}
    assert await reserved(world) == NOTHING


async def test_a_buyer_who_fails_to_prove_who_they_are_is_declined(world: World) -> None:
    buyer = await world.person()
    order = (await place(world, buyer, await world.product()))["order"]["id"]
    asked = await pay(world, buyer, order, method=ASKS_BUYER)
    world.sandbox.authenticate(asked["clientSecret"].partition("_secret")[0], "fails")

    assert (await confirm(world, buyer, order))["__typename"] == "PaymentDeclined"
    assert await reserved(world) == NOTHING


async def test_a_payment_that_waits_too_long_for_its_buyer_is_closed_at_the_provider_and_given_back(
    world: World,
) -> None:
    buyer = await world.person()
    order = (await place(world, buyer, await world.product()))["order"]["id"]
    asked = await pay(world, buyer, order, method=ASKS_BUYER)
    await world.handles.postgres.execute("UPDATE orders SET waits_until = now()")

    assert await recover(world.handles) == 1

    assert await reserved(world) == NOTHING
    assert world.sandbox.effects_of(asked["clientSecret"].partition("_secret")[0])[-1] == "canceled"
    assert (await pay(world, buyer, order, method=ASKS_BUYER))["code"] == "PAYMENT_ABANDONED"
    assert (await pay(world, buyer, order, key="again"))["__typename"] == "OrderPaid"


async def test_cancelling_an_order_that_waits_for_its_buyer_closes_the_payment_first(world: World) -> None:
    buyer = await world.person()
    order = (await place(world, buyer, await world.product()))["order"]["id"]
    asked = await pay(world, buyer, order, method=ASKS_BUYER)

    assert (await cancel(world, buyer, order))["order"]["status"] == "cancelled"

    assert world.sandbox.effects_of(asked["clientSecret"].partition("_secret")[0])[-1] == "canceled"
    assert await reserved(world) == NOTHING
    assert (await confirm(world, buyer, order))["code"] == "PAYMENT_ABANDONED"


async def test_cancelling_an_order_whose_buyer_has_acted_completes_it(world: World) -> None:
    buyer = await world.person()
    order = (await place(world, buyer, await world.product()))["order"]["id"]
    asked = await pay(world, buyer, order, method=ASKS_BUYER)
    world.sandbox.authenticate(asked["clientSecret"].partition("_secret")[0], "succeeds")

    answer = await cancel(world, buyer, order)

    assert (answer["code"], answer["status"]) == ("ORDER_NOT_PENDING", "completed")
    assert (await confirm(world, buyer, order))["__typename"] == "OrderPaid"
