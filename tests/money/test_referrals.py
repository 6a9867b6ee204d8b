"""Referrals from the code to the reward, as their people see them."""

import pytest

from tests.buying import purchase
from tests.referring import Account, accounts, brought, claim_on
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
