"""Referrals from the code to the reward, as their people see them."""

from decimal import Decimal

import pytest

from tests.buying import purchase
from tests.referring import Account, accounts, apply_code, brought, claim_on, code_of
from tests.world import World

ONE, ANOTHER = "pm_sandbox_one", "pm_sandbox_another"


async def test_whoever_brought_a_buyer_sees_it_converted_by_the_first_purchase_alone(world: World) -> None:
    referrer, referred = await brought(world)

    for number in range(2):
        answer = await purchase(world, referred, await world.product(), key=f"{number}")
        assert answer["__typename"] == "OrderPaid", answer

    claim = await claim_on(world, referred)
    first = await world.handles.postgres.fetchval("SELECT id FROM orders WHERE is_first_purchase")
    assert (claim["state"], claim["order_id"]) == ("CONVERTED", first)
    assert await accounts(world, referrer, referred) == [Account(2, 2, 0)] * 2
    shown = [each async for each in world.handles.mongo["purchases"].find({}, sort=[("_id", 1)])]
    assert [each["referralCreditAwarded"] for each in shown] == [True, False]


@pytest.mark.parametrize(("card", "state", "reward"), [(ONE, "FLAGGED", 0), (ANOTHER, "CONVERTED", 2)])
async def test_the_card_of_the_referrer_withholds_their_reward(
    world: World, card: str, state: str, reward: int
) -> None:
    referrer, referred = await brought(world)
    await purchase(world, referrer, await world.product(), method=ONE)

    await purchase(world, referred, await world.product(), method=card)

    assert (await claim_on(world, referred))["state"] == state
    assert await accounts(world, referrer, referred) == [Account(reward, reward, 0), Account(2, 2, 0)]


async def test_what_is_free_is_no_purchase_before_a_code_is_applied_nor_after(world: World) -> None:
    referrer, referred = await world.person(), await world.person()
    free = [await world.product(price=Decimal(0)) for _ in range(2)]
    assert (await purchase(world, referred, free[0], key="before"))["__typename"] == "OrderPaid"

    applied = await apply_code(world, referred, await code_of(world, referrer))
    await purchase(world, referred, free[1], key="after")
    waits = await claim_on(world, referred)
    await purchase(world, referred, await world.product(), key="first")

    assert applied["__typename"] == "ReferralCodeApplied"
    assert (waits["state"], (await claim_on(world, referred))["state"]) == ("PENDING", "CONVERTED")
    assert await accounts(world, referrer, referred) == [Account(2, 2, 0)] * 2
