"""What is left of a payment when its driver is gone: it is driven on from wherever it stands, and never by surprise."""

import asyncio

import pytest

from models.orders import RecoveryPoint
from resolvers import driving
from resolvers.charging import charge
from resolvers.leases import Fenced, move, take
from resolvers.recovery import recover
from resolvers.transactions import transaction
from schema.ids import parse_global_id
from tests.buying import cancel, confirm, pay, place, purchase
from tests.money.books import NOTHING, column, expire_lease, owned, reserved
from tests.world import World

ASKS_BUYER = "pm_card_threeDSecure2Required"


@pytest.mark.parametrize(("outcome", "ends"), [("succeeds", "completed"), ("fails", "pending")])
async def test_a_payment_whose_buyer_has_acted_waits_for_nobody_any_more(world: World, outcome: str, ends: str) -> None:
    buyer = await world.person()
    order = (await place(world, buyer, await world.product()))["order"]["id"]
    asked = await pay(world, buyer, order, method=ASKS_BUYER)
    world.sandbox.authenticate(asked["clientSecret"].partition("_secret")[0], outcome)
    held = await take(world.handles, parse_global_id(order)[1])
    assert held is not None
    await charge(world.handles, held)
    await expire_lease(world)

    assert await recover(world.handles) == 1

    assert await column(world, "SELECT status::text FROM orders") == [ends]
    assert await reserved(world) == NOTHING


async def test_a_payment_that_the_provider_does_not_know_of_while_it_waits_is_asked_for_again_soon(
    world: World,
) -> None:
    buyer = await world.person()
    product = await world.product()
    order = (await place(world, buyer, product))["order"]["id"]
    asked = await pay(world, buyer, order, method=ASKS_BUYER)
    world.sandbox.authenticate(asked["clientSecret"].partition("_secret")[0], "succeeds")
    world.sandbox.order("retrieve", "fail_before", times=None)
    assert (await confirm(world, buyer, order))["code"] == "PAYMENT_UNRESOLVED"
    world.sandbox.forget_faults()

    assert await recover(world.handles) == 1

    assert await owned(world, buyer) == {product.id}


async def test_cancelling_an_order_whose_charge_is_not_known_charges_nothing(world: World) -> None:
    buyer = await world.person()
    order = (await place(world, buyer, await world.product()))["order"]["id"]
    world.sandbox.order("confirm", "fail_before")
    world.sandbox.order("retrieve", "fail_before", times=None)
    assert (await pay(world, buyer, order))["code"] == "PAYMENT_UNRESOLVED"
    world.sandbox.forget_faults()

    assert (await cancel(world, buyer, order))["order"]["status"] == "cancelled"

    assert world.sandbox.effects("charged") == []
    assert await reserved(world) == NOTHING


async def test_cancelling_an_order_whose_payment_is_being_given_back_cancels_it_then(world: World) -> None:
    buyer = await world.person()
    order = (await place(world, buyer, await world.product()))["order"]["id"]
    world.sandbox.order("cancel", "fail_before", times=None)
    assert (await pay(world, buyer, order, method="pm_card_chargeDeclined"))["code"] == "PAYMENT_UNRESOLVED"
    world.sandbox.forget_faults()

    assert (await cancel(world, buyer, order))["order"]["status"] == "cancelled"
    assert await reserved(world) == NOTHING


async def test_a_thawed_driver_changes_nothing(world: World) -> None:
    buyer = await world.person()
    order = (await place(world, buyer, await world.product()))["order"]["id"]
    await pay(world, buyer, order, method=ASKS_BUYER)
    late = await take(world.handles, parse_global_id(order)[1])
    assert late is not None
    await expire_lease(world)
    assert await take(world.handles, late.order_id) is not None

    async with transaction(world.handles) as session:
        with pytest.raises(Fenced):
            await move(session, world.handles, late, RecoveryPoint.CHARGED)
    assert isinstance(await driving.drive(world.handles, late), driving.Busy)


async def test_a_buyer_waits_no_longer_than_an_operation_may_take_for_what_goes_on_without_them(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolvers.tasks.PATIENCE", 0.2)
    buyer = await world.person()
    product = await world.product()
    order = (await place(world, buyer, product))["order"]["id"]
    world.sandbox.order("confirm", "delay_before", seconds=0.8)

    answer = await pay(world, buyer, order)

    assert (answer["code"], answer["retryable"]) == ("IN_PROGRESS", True)
    await world.handles.tasks.close()
    assert await owned(world, buyer) == {product.id}


async def test_a_purchase_whose_payment_never_left_leaves_no_order_to_be_paid_and_its_key_buys_later(
    world: World,
) -> None:
    buyer = await world.person()
    product = await world.product()
    world.sandbox.order("create", "rate_limit", times=4)

    away = await purchase(world, buyer, product)

    assert (away["code"], away["retryable"]) == ("PROVIDER_UNAVAILABLE", True)
    assert await column(world, "SELECT status::text FROM orders") == ["cancelled"]
    assert await reserved(world) == NOTHING
    answers = await asyncio.gather(*(purchase(world, buyer, product) for _ in range(5)))
    assert answers == [answers[0]] * 5
    assert answers[0]["__typename"] == "OrderPaid"
    assert await column(world, "SELECT status::text FROM orders ORDER BY 1") == ["cancelled", "completed"]
    assert len(world.sandbox.effects("charged")) == 1


async def test_what_can_be_no_key_confirms_nothing(world: World) -> None:
    buyer = await world.person()
    order = (await place(world, buyer, await world.product()))["order"]["id"]

    for key in ("", "a b", "nul\0", "x" * 256):
        answer = await confirm(world, buyer, order, key=key)
        assert (answer["code"], answer["path"]) == ("INVALID_INPUT", ["input", "idempotencyKey"])
