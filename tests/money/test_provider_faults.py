"""A payment provider that does not answer, answers late or is away: nothing is charged twice, and nothing is kept."""

from typing import Any

import pytest

from resolvers.recovery import recover
from tests.buying import pay, place
from tests.gateway.sandbox_place import LOST
from tests.money.books import NOTHING, column, owned, reserved
from tests.world import World

DECLINES = "pm_card_chargeDeclinedInsufficientFunds"
ASKS_BUYER = "pm_card_threeDSecure2Required"


@pytest.mark.parametrize("on", ["create", "confirm"])
@pytest.mark.parametrize("lost", [fault for fault, _ in LOST], ids=lambda fault: fault["do"])
async def test_an_answer_that_is_lost_is_looked_up_and_nothing_is_charged_twice(
    world: World, on: str, lost: dict[str, Any]
) -> None:
    buyer = await world.person()
    order = (await place(world, buyer, await world.product()))["order"]["id"]
    world.sandbox.order(on, **lost)

    answer = await pay(world, buyer, order)

    assert answer["__typename"] == "OrderPaid"
    assert len(world.sandbox.effects("charged")) == 1


async def test_a_provider_that_is_away_changes_nothing_and_the_same_key_pays_when_it_is_back(world: World) -> None:
    buyer = await world.person()
    product = await world.product()
    order = (await place(world, buyer, product))["order"]["id"]
    world.sandbox.order("create", "rate_limit", times=4)

    away = await pay(world, buyer, order)

    assert (away["code"], away["retryable"]) == ("PROVIDER_UNAVAILABLE", True)
    assert await reserved(world) == NOTHING
    assert await column(world, "SELECT status || ' ' || payment_status FROM orders") == ["pending pending"]
    assert (await pay(world, buyer, order))["__typename"] == "OrderPaid"
    assert len(world.sandbox.effects("charged")) == 1


async def test_what_the_provider_does_not_say_is_driven_on_by_recovery(world: World) -> None:
    buyer = await world.person()
    product = await world.product()
    order = (await place(world, buyer, product))["order"]["id"]
    world.sandbox.order("confirm", "fail_before")
    world.sandbox.order("retrieve", "fail_before", times=None)

    unresolved = await pay(world, buyer, order)

    assert (unresolved["code"], unresolved["retryable"]) == ("PAYMENT_UNRESOLVED", True)
    world.sandbox.forget_faults()
    assert await recover(world.handles) == 1
    assert (await pay(world, buyer, order))["__typename"] == "OrderPaid"
    assert await owned(world, buyer) == {product.id}


async def test_a_payment_that_nobody_could_charge_for_too_long_is_given_back_and_not_charged_late(
    world: World,
) -> None:
    buyer = await world.person()
    order = (await place(world, buyer, await world.product()))["order"]["id"]
    world.sandbox.order("confirm", "fail_before")
    world.sandbox.order("retrieve", "fail_before", times=None)
    await pay(world, buyer, order)
    world.sandbox.forget_faults()
    await world.handles.postgres.execute("UPDATE payments SET created_at = created_at - interval '31 minutes'")

    await recover(world.handles)

    assert world.sandbox.effects("charged") == []
    assert await reserved(world) == NOTHING
    assert (await pay(world, buyer, order))["code"] == "PAYMENT_ABANDONED"
